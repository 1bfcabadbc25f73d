"""Keep a spreadsheet's rows for preview, remember how its columns are read, and take it over whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanImport, PlanMapping, PlanProposal
from lantu.lifecycle.annual_plan.services.bringing import store_rows
from lantu.lifecycle.annual_plan.sheets import (
    BY_KEY,
    Reading,
    Table,
    guess,
    read_rows,
    read_table,
    refuse_secret,
)
from lantu.lifecycle.annual_plan.states import Entry

NAME_LENGTH = 200
DEFAULTS = "defaults"


@transaction.atomic
def start_import(plan: AnnualPlan, *, file: Any, name: str, by: User, now: datetime) -> PlanImport:
    """Read a file and keep its rows for preview; the columns are read as this unit read the same headings last time.

    Raises Unacceptable for files that are no table, and for secret rows, of which nothing is kept.
    """
    require(by, "lifecycle.plan_import")
    table = read_table(file, name)
    refuse_secret(table)
    columns = {**guess(table.headings), **_remembered(table, by)}
    return PlanImport.objects.create(
        plan=plan,
        file_name=name.replace("\x00", "")[:NAME_LENGTH],
        started_by=by,
        started_at=now,
        headings=table.headings,
        title_row=table.title_row,
        rows=[[number, cells] for number, cells in table.rows],
        columns=columns,
    )


def _remembered(table: Table, by: User) -> dict[str, Any]:
    if by.organisation_id is None:
        return {}
    known = PlanMapping.objects.filter(organisation_id=by.organisation_id, signature=table.signature).first()
    return {**known.columns, DEFAULTS: known.units} if known is not None else {}


@transaction.atomic
def remember_columns(
    run: PlanImport, *, columns: Mapping[str, str], defaults: Mapping[str, str], by: User, now: datetime
) -> PlanImport:
    """Store how the columns are read, for this file and for the next with the same headings."""
    require(by, "lifecycle.plan_import")
    row = open_import(run)
    refuse_asked(row)
    chosen = {
        n: key for n, key in columns.items() if n.isdigit() and int(n) < len(row.headings) and key in BY_KEY
    }
    twice = {key for key in chosen.values() if list(chosen.values()).count(key) > 1}
    if twice:
        names = "、".join(sorted({str(BY_KEY[key].name) for key in twice}))
        raise Unacceptable(
            "plans.column_twice",
            _("有两列都对应“%(names)s”。") % {"names": names},
            remedy=_("每个字段只选一列，其余选“不导入”。"),
            field="columns",
        )
    kept = {key: text[:200] for key, text in defaults.items() if key in BY_KEY and text}
    row.columns = {**chosen, DEFAULTS: kept}
    row.save(update_fields=["columns"])
    if by.organisation_id is not None:
        table = Table(row.headings, row.title_row, [])
        PlanMapping.objects.update_or_create(
            organisation_id=by.organisation_id,
            signature=table.signature,
            defaults={"columns": chosen, "units": kept, "used_at": now},
        )
    return row


def refuse_asked(row: PlanImport) -> None:
    """What somebody compares with the document must not change under their eyes."""
    if row.is_asked and row.duty is not None and row.duty.step == "confirm":
        raise Refused(
            "plans.record_is_asked",
            _("这份表格正由%(who)s对照文件核对，暂不能修改。") % {"who": row.duty.holder},
            remedy=_("请等核对结果；需要修改的，请对方退回。"),
        )


def reading_of(run: PlanImport) -> Reading:
    """Every row as it would be taken over, and every fault with its place."""
    columns = {n: key for n, key in run.columns.items() if n != DEFAULTS}
    rows = [(int(number), list(cells)) for number, cells in run.rows]
    return read_rows(run.plan, run.headings, rows, columns, run.columns.get(DEFAULTS, {}))


def open_import(run: PlanImport) -> PlanImport:
    """Its row, locked. Raises Refused when it was taken over already."""
    row = (
        PlanImport.objects.select_for_update(of=("self",))
        .select_related("plan__keeper", "plan__approver", "duty__holder", "started_by", "document")
        .get(pk=run.pk)
    )
    if row.applied_at is not None:
        raise Refused("plans.imported", _("这份表格已经导入。"), remedy=_("请在计划页面查看。"))
    return row


@transaction.atomic
def apply_import(run: PlanImport, *, by: User, now: datetime) -> list[PlanProposal]:
    """Take over all rows in the state that was chosen, or none when one has a fault. A plan that was issued elsewhere is
    recorded by :mod:`recording` instead."""
    require(by, "lifecycle.plan_import")
    row = open_import(run)
    if row.enters_as == Entry.ISSUED:
        raise Refused(
            "plans.record_needs_a_second",
            _("已下达的计划要由另一人对照文件核对后才能补录。"),
            remedy=_("请填写文号、成文日期，附上文件，再提请核对。"),
        )
    if row.is_asked:
        raise Refused(
            "plans.record_open",
            _("这份表格的补录还没有了结。"),
            remedy=_("请先撤回补录，再按其他状态导入。"),
        )
    made = store_rows(
        row.plan, rows=faultless(row).rows, by=by, now=now, import_id=row.pk, state=row.enters_as
    )
    row.applied_at = now
    row.save(update_fields=["applied_at"])
    return made


def faultless(row: PlanImport) -> Reading:
    """The rows. Raises Refused naming the first fault when there is one."""
    found = reading_of(row)
    if found.troubles or not found.rows:
        first = found.troubles[0] if found.troubles else None
        raise Refused(
            "plans.import_faulty",
            _("有 %(n)d 处需要修改，没有导入任何内容。%(first)s")
            % {
                "n": len(found.troubles),
                "first": _("第 %(row)d 行 %(column)s：%(what)s")
                % {"row": first.row, "column": first.column, "what": first.what}
                if first
                else "",
            },
            remedy=_("请按行号和列名改好表格，或调整列的对应关系。"),
        )
    return found
