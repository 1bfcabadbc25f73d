"""Draft a checklist, put its items, change one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.services.open import open_duty
from lantu.lifecycle.checklists.events import ChecklistDrafted, ItemChanged, ItemsPut
from lantu.lifecycle.checklists.models import Checklist, ChecklistItem, ChecklistTarget
from lantu.lifecycle.checklists.rows import ItemRow, fill_targets, problems_of, refuse, row_of
from lantu.lifecycle.checklists.services import passing
from lantu.lifecycle.checklists.states import CLOSED_STATES, ChecklistState, Verb
from lantu.projects.models import Project

YEARS = (2000, 2100)
MOST_ITEMS = 300


@transaction.atomic
def create_checklist(
    *,
    project: Project,
    year: int,
    rows: Sequence[ItemRow],
    by: User,
    now: datetime,
    name: str = "",
    replaces: Checklist | None = None,
    reason: str = "",
    is_demo: bool = False,
) -> Checklist:
    """A draft with its items (none: to be filled in). With ``replaces`` it is a request to adjust the one in force.

    Raises Refused when another version is already in preparation, Unacceptable naming every row that does not fit.
    """
    require(by, "lifecycle.checklists_edit", project)
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unacceptable("checklists.year", _("年度不对。"), field="year")
    mine = Checklist.objects.filter(project=project, year=year)
    waiting = mine.exclude(state__in=CLOSED_STATES).first()
    if waiting is not None:
        raise Refused(
            "checklists.in_preparation",
            _("%(year)d 年第 %(version)d 版正在编制（%(state)s）。")
            % {"year": year, "version": waiting.version, "state": waiting.get_state_display()},
            remedy=_("请继续编制这一版，或先撤回。"),
        )
    if replaces is None and mine.filter(state=ChecklistState.IN_FORCE).exists():
        raise Refused(
            "checklists.already_in_force",
            _("这个项目 %(year)d 年的清单已经下达。") % {"year": year},
            remedy=_("请对已下达的清单提出调整申请。"),
        )
    version = (mine.aggregate(top=Max("version"))["top"] or 0) + 1
    checklist = Checklist(
        pk=passing.next_pk("lifecycle_checklist"), project=project, year=year, version=version,
        name=passing.clean(name, 160) or _("%(name)s %(year)d 年工作清单") % {"name": project.name, "year": year},
        state=ChecklistState.ADJUSTING if replaces else ChecklistState.DRAFT, replaces=replaces, reason=reason,
        created_by=by, created_at=now, is_demo=is_demo,
    )  # fmt: skip
    checklist.name = checklist.name[:160]
    checklist.duty = open_duty(
        subject_type=passing.SUBJECT, subject_id=checklist.pk, project=project, now=now, actor=by,
        **passing.duty_of(checklist, now=now),
    )  # fmt: skip
    checklist.save(force_insert=True)
    told = ChecklistDrafted(
        project_id=project.pk, subject_id=checklist.pk, before="", after=checklist.state, year=year, version=version,
        replaces_id=replaces.pk if replaces else None,
    )  # fmt: skip
    emit(told, actor=by, at=now, reason=reason)
    if rows:
        put_items(checklist, rows=rows, by=by, now=now)
    return checklist


@transaction.atomic
def put_items(
    checklist: Checklist,
    *,
    rows: Sequence[ItemRow],
    by: User,
    now: datetime,
    edited_no: int | None = None,
    source: str = "",
) -> Checklist:
    """Replace all items of a draft. Raises Unacceptable naming every row and column that does not fit."""
    require(by, "lifecycle.checklists_edit", checklist.project)
    checklist = passing.lock(checklist, edited_no=edited_no)
    passing.advance(checklist, Verb.EDIT)
    if len(rows) > MOST_ITEMS:
        raise Unacceptable(
            "checklists.too_many",
            _("一张清单最多 %(n)d 行。") % {"n": MOST_ITEMS},
            remedy=_("请合并过细的子任务：清单越细，填报负担越重。"),
        )
    refuse(problems_of(rows, checklist.year))
    checklist.items.all().delete()
    _insert(checklist, rows)
    checklist.edited_no += 1
    checklist.save(update_fields=["edited_no"])
    leaves = [row for row in rows if not row.is_group]
    told = ItemsPut(
        project_id=checklist.project_id, subject_id=checklist.pk, before=checklist.state, after=checklist.state,
        leaves=len(leaves), weight=float(sum(row.weight for row in leaves)), source=source,
    )  # fmt: skip
    emit(told, actor=by, at=now)
    return checklist


def _insert(checklist: Checklist, rows: Sequence[ItemRow]) -> None:
    """Groups first, so that leaves can name them; then the twelve months of every leaf."""
    share = _group_weights(rows)
    made: dict[str, ChecklistItem] = {}
    for wave in _waves(rows):
        items = [
            ChecklistItem(
                checklist=checklist, parent=made.get(row.parent), is_group=row.is_group, order=order, code=row.code[:20],
                title=passing.clean(row.title, 160), definition_of_done=passing.clean(row.definition_of_done, 400),
                owner=row.owner, unit_id=row.owner.organisation_id if row.owner else None, verifier=row.verifier,
                weight=share.get(row.code, row.weight), start_on=row.start_on, due_on=row.due_on,
                evidence_type=row.evidence_type, source=row.source, source_ref=row.source_ref[:60],
                budget_yuan=row.budget_yuan,
            )
            for order, row in wave
        ]  # fmt: skip
        made.update({item.code: item for item in ChecklistItem.objects.bulk_create(items)})
    ChecklistTarget.objects.bulk_create(
        ChecklistTarget(item=made[row.code], month=month, planned_pct=pct, planned_yuan=yuan)
        for row in rows
        if not row.is_group
        for month, (pct, yuan) in fill_targets(row, checklist.year).items()
    )


def _waves(rows: Sequence[ItemRow]) -> list[list[tuple[int, ItemRow]]]:
    """Rows by depth, each with its place in the order."""
    depth: dict[str, int] = {}
    waves: dict[int, list[tuple[int, ItemRow]]] = {}
    for order, row in enumerate(rows):
        depth[row.code] = depth[row.parent] + 1 if row.parent else 0
        waves.setdefault(depth[row.code], []).append((order, row))
    return [waves[level] for level in sorted(waves)]


def _group_weights(rows: Sequence[ItemRow]) -> dict[str, Decimal]:
    """What the leaves under each group make together."""
    parents = {row.code: row.parent for row in rows}
    total = {row.code: Decimal(0) for row in rows if row.is_group}
    for row in rows:
        if row.is_group:
            continue
        above = row.parent
        while above:
            total[above] += row.weight
            above = parents[above]
    return total


FIELDS = (
    "title", "definition_of_done", "owner", "verifier", "weight", "start_on", "due_on", "evidence_type", "source",
    "source_ref", "budget_yuan",
)  # fmt: skip


@transaction.atomic
def change_item(
    checklist: Checklist,
    *,
    code: str,
    values: Mapping[str, Any],
    by: User,
    now: datetime,
    edited_no: int,
    targets: Mapping[date, tuple[float, float]] | None = None,
) -> ChecklistItem:
    """Change one leaf of a draft. ``edited_no``: of the edit that the writer saw; a stale one is refused with what stands there
    now against what was wanted.
    """
    require(by, "lifecycle.checklists_edit", checklist.project)
    row = passing.lock(checklist)
    item = row.items.select_related("parent", "owner", "verifier").filter(code=code).first()
    if item is None:
        raise Missing("checklists.unknown_item", _("没有编号为 %(code)s 的子任务。") % {"code": code})
    changes = {
        name: [str(getattr(item, name) or ""), str(value or "")]
        for name, value in values.items()
        if name in FIELDS and getattr(item, name) != value
    }
    if edited_no != row.edited_no:
        _refuse_stale(changes, row.edited_no)
    passing.advance(row, Verb.EDIT)
    kept = {t.month: (float(t.planned_pct), float(t.planned_yuan)) for t in item.targets.all()}
    dates_moved = {"start_on", "due_on"} & set(changes)
    wanted = row_of(item, targets if targets is not None else ({} if dates_moved else kept))
    for name in changes:
        setattr(wanted, name, values[name])
    refuse(problems_of([wanted], row.year, whole=False) if not wanted.parent else _alone(wanted, row.year))
    for name in changes:
        setattr(item, name, values[name])
    item.unit_id = item.owner.organisation_id if item.owner else None
    item.save()
    for target in item.targets.all():
        pct, yuan = fill_targets(wanted, row.year)[target.month]
        if (float(target.planned_pct), float(target.planned_yuan)) != (pct, yuan):
            target.planned_pct, target.planned_yuan = Decimal(str(pct)), Decimal(str(yuan))
            target.save()
    passing.save(row)
    told = ItemChanged(
        project_id=row.project_id,
        subject_id=row.pk,
        before=row.state,
        after=row.state,
        code=code,
        changes=changes,
    )
    emit(told, actor=by, at=now)
    return item


def _alone(wanted: ItemRow, year: int) -> list[Any]:
    parent = ItemRow(code=wanted.parent, title="—", is_group=True)
    return problems_of([parent, wanted], year, whole=False)


def _refuse_stale(changes: Mapping[str, list[str]], edited_no: int) -> None:
    listed = "；".join(
        f"{ChecklistItem._meta.get_field(name).verbose_name}：{now or '—'} / {wanted or '—'}"  # type: ignore[union-attr]
        for name, (now, wanted) in changes.items()
    )
    raise Refused(
        "checklists.changed_meanwhile",
        _("您打开之后清单已被修改（第 %(no)d 次）。现值 / 您填的：%(listed)s。")
        % {"no": edited_no, "listed": listed or _("没有差别")},
        remedy=_("请核对差异后重新提交。"),
    )
