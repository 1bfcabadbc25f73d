"""The tender record of a contract section, checked against the pack's rules as dates are entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.tender_rules import Finding, Standing
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit, hold_chain
from lantu.lifecycle.gates.book import tender_book
from lantu.lifecycle.gates.events import TenderSaved
from lantu.lifecycle.gates.models import GateTender
from lantu.lifecycle.gates.services.passing import SHORTEST_REASON, clean_text
from lantu.lifecycle.gates.tendering import AMOUNT_FIELDS, DATE_FIELDS, avoided, findings_of, rule_name
from lantu.projects.models import Project

MOST_YUAN = 10**13


class TenderChanged(Refused):
    """Somebody else saved first: says what is stored and what this writer wanted."""


@transaction.atomic
def save_tender(
    *,
    project: Project,
    values: Mapping[str, Any],
    by: User,
    now: datetime,
    tender: GateTender | None = None,
    version: int | None = None,
) -> GateTender:
    """Store what is given: name, kind, method, winner, dates, amounts, explanations; absent keys stay as they are.

    A day still to come that breaks a shortest period is refused with the earliest lawful day: it can be changed. A day
    that has passed is a fact and is kept; the broken rule is shown until it is explained, and the tender gate does not
    pass before. Raises Unacceptable with the field, TenderChanged for an old version.
    """
    require(by, "lifecycle.gates_tender", project)
    hold_chain(project.pk)
    row = _row(project, tender, by=by, now=now)
    if tender is not None and version is not None and version != row.version:
        raise TenderChanged(
            "gates.tender_changed",
            _("这条招标记录刚刚被其他人修改：%(what)s。") % {"what": _differences(row, values)},
            remedy=_("请核对差异后重新保存，不会自动覆盖。"),
        )
    changes = _take(row, values)
    today = timezone.localtime(now).date()
    findings = findings_of(row, today=today)
    _refuse_plans_that_break(row, findings, today)
    row.rule_version, row.updated_at = tender_book().version, now
    row.version += 1 if tender is not None else 0
    row.save()
    broken = [one.rule.code for one in findings if one.standing is Standing.BROKEN]
    emit(
        TenderSaved(
            project_id=project.pk, subject_id=row.pk, name=row.name, changes=changes, broken=broken,
            rule=row.rule_version,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return row


def _row(project: Project, tender: GateTender | None, *, by: User, now: datetime) -> GateTender:
    if tender is None:
        return GateTender(project=project, created_by=by, created_at=now, updated_at=now)
    return GateTender.objects.select_for_update(of=("self",)).select_related("project").get(pk=tender.pk)


def _take(row: GateTender, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the given values; returns field → [before, after]."""
    changes: dict[str, list[Any]] = {}
    for field, most in (("name", 120), ("winner", 120)):
        if field in values:
            _set(row, field, clean_text(str(values[field] or ""), most=most), changes)
    if not row.name:
        raise Unacceptable("gates.tender_name", _("请填写标段名称。"), field="name")
    same = GateTender.objects.filter(project=row.project, name=row.name).exclude(pk=row.pk)
    if same.exists():
        raise Unacceptable(
            "gates.tender_twice",
            _("这个项目已有同名标段。"),
            remedy=_("请换一个名称，或修改原记录。"),
            field="name",
        )
    for field, choices in (("kind", GateTender.Kind), ("method", GateTender.Method)):
        if field in values:
            if values[field] not in choices.values:
                raise Unacceptable("gates.tender_choice", _("请从列出的选项中选择。"), field=field)
            _set(row, field, values[field], changes)
    _take_dates(row, values.get("dates") or {}, changes)
    _take_amounts(row, values.get("amounts") or {}, changes)
    told = {code: clean_text(str(text)) for code, text in (values.get("explanations") or {}).items()}
    known = {rule.code for rule in tender_book().rules}
    _set(row, "explanations", {**row.explanations, **{c: t for c, t in told.items() if c in known}}, changes)
    return changes


def _set(row: GateTender, field: str, value: Any, changes: dict[str, list[Any]]) -> None:
    if getattr(row, field) != value:
        changes[field] = [getattr(row, field), value]
        setattr(row, field, value)


def _take_dates(row: GateTender, given: Mapping[str, Any], changes: dict[str, list[Any]]) -> None:
    dates = dict(row.dates)
    for field, value in given.items():
        if field not in DATE_FIELDS:
            raise Unacceptable(
                "gates.tender_field", _("没有这个日期栏：%(field)s。") % {"field": field}, field=field
            )
        if value in (None, ""):
            dates.pop(field, None)
            continue
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            raise Unacceptable("gates.bad_date", _("日期应写成 2026-06-01 这样。"), field=field) from None
        if not 2000 <= day.year <= 2100:
            raise Unacceptable("gates.bad_date", _("日期应在 2000 年到 2100 年之间。"), field=field)
        dates[field] = day.isoformat()
    _set(row, "dates", dates, changes)


def _take_amounts(row: GateTender, given: Mapping[str, Any], changes: dict[str, list[Any]]) -> None:
    amounts = dict(row.amounts)
    for field, value in given.items():
        if field not in AMOUNT_FIELDS:
            raise Unacceptable(
                "gates.tender_field", _("没有这个数额栏：%(field)s。") % {"field": field}, field=field
            )
        if value in (None, ""):
            amounts.pop(field, None)
            continue
        try:
            number = int(Decimal(str(value)))
        except ArithmeticError:
            raise Unacceptable("gates.bad_number", _("请填写数字。"), field=field) from None
        if not 0 <= number <= MOST_YUAN:
            raise Unacceptable("gates.bad_number", _("数额不在合理范围内。"), field=field)
        amounts[field] = number
    _set(row, "amounts", amounts, changes)


def _refuse_plans_that_break(row: GateTender, findings: tuple[Finding, ...], today: date) -> None:
    for one in findings:
        if one.standing is not Standing.BROKEN or one.limit_on is None:
            continue
        second = date.fromisoformat(row.dates[one.rule.second])
        if second > today:
            early = second < one.limit_on
            raise Unacceptable(
                f"gates.tender_{one.rule.code}",
                _("“%(rule)s”不符合规定：填写的是 %(day)s。") % {"rule": rule_name(one.rule), "day": second},
                remedy=(_("最早可为 %(day)s（%(basis)s）。") if early else _("最晚为 %(day)s（%(basis)s）。"))
                % {"day": one.limit_on, "basis": one.rule.basis},
                field=one.rule.second,
            )


def _differences(row: GateTender, values: Mapping[str, Any]) -> str:
    found = []
    flat_stored = {**row.dates, **row.amounts, "name": row.name, "winner": row.winner, "method": row.method}
    flat_wanted = {**(values.get("dates") or {}), **(values.get("amounts") or {})}
    flat_wanted |= {k: values[k] for k in ("name", "winner", "method") if k in values}
    for field, wanted in flat_wanted.items():
        stored = flat_stored.get(field)
        if str(stored or "") != str(wanted or ""):
            label = {**DATE_FIELDS, **AMOUNT_FIELDS}.get(field, field)
            found.append(
                _("%(label)s 现为“%(stored)s”，您填的是“%(wanted)s”")
                % {"label": label, "stored": stored or "—", "wanted": wanted or "—"}
            )
    return "；".join(found) or _("内容相同")


def must_be_explained(project: Project) -> None:
    """The tender gate does not pass over a broken rule that nobody has explained, nor over an avoided tender.

    Raises Refused naming section and rule.
    """
    for row in GateTender.objects.filter(project=project).select_related("project"):
        for one in findings_of(row, today=timezone.localtime(row.updated_at).date()):
            told = row.explanations.get(one.rule.code, "")
            if one.standing is Standing.BROKEN and len(told) < SHORTEST_REASON:
                raise Refused(
                    "gates.tender_broken",
                    _("标段“%(name)s”不符合“%(rule)s”（%(basis)s），尚未说明处理情况。")
                    % {"name": row.name, "rule": rule_name(one.rule), "basis": one.rule.basis},
                    remedy=_("请在招标记录里写明处理情况，或更正日期。"),
                )
    for found in avoided(project):
        raise Refused(
            "gates.tender_avoided",
            _("应当招标而直接发包：%(names)s，合计 %(sum)s 万元，达到 %(least)s 万元的标准。")
            % {
                "names": "、".join(found.names),
                "sum": f"{found.sum_yuan / 10_000:g}",
                "least": f"{found.threshold_yuan / 10_000:g}",
            },
            remedy=_("请依法招标；依法可不招标的，请在招标方案核准文件中载明并改用相应方式。"),
        )
