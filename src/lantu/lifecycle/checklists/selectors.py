"""Reads of checklists and months. Every one starts from the projects that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Prefetch, QuerySet
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import BUREAU
from lantu.accounts.scopes import roles_of, scope_of
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalAppeal,
    AppraisalMonth,
    AppraisalScore,
    ChecklistFact,
    ChecklistQuestion,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.states import OWED, RunState
from lantu.lifecycle.checklists.models import Checklist, ChecklistImport, ChecklistItem
from lantu.lifecycle.checklists.months import months_of
from lantu.lifecycle.checklists.states import CLOSED_STATES, ChecklistState
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

RowT = TypeVar("RowT", bound=Model)


def _mine(reader: Any, rows: QuerySet[RowT], path: str) -> QuerySet[RowT]:
    return rows if scope_of(reader).city else rows.filter(**{f"{path}__in": visible_projects(reader)})


def _one(rows: QuerySet[RowT], pk: int) -> RowT:
    found = rows.filter(pk=pk).first() if 0 < pk < 2**62 else None
    if found is None:
        raise Missing(
            "checklists.unknown", _("没有找到，或您无权查看。"), remedy=_("请从清单或月度考核页面重新进入。")
        )
    return found


def visible_checklists(reader: Any) -> QuerySet[Checklist]:
    """Checklists of the projects that this reader may know of."""
    rows = Checklist.objects.select_related(
        "project", "duty__holder", "duty__unit", "created_by", "issued_by"
    )
    return _mine(reader, rows, "project")


def get_checklist(reader: Any, pk: int) -> Checklist:
    """One of them. Raises Missing."""
    return _one(visible_checklists(reader).select_related("replaces"), pk)


def get_item(reader: Any, checklist: int, pk: int) -> ChecklistItem:
    """A leaf or group of a visible checklist."""
    rows = ChecklistItem.objects.filter(checklist=get_checklist(reader, checklist), is_group=False)
    return _one(rows.select_related("checklist__project", "owner", "verifier", "unit", "parent"), pk)


def get_sheet(reader: Any, pk: int) -> ChecklistSheet:
    """One sheet of a visible project. Raises Missing."""
    rows = ChecklistSheet.objects.select_related(
        "run", "checklist__project", "person", "duty__holder", "duty__unit"
    )
    return _one(_mine(reader, rows, "checklist__project"), pk)


def get_fact(reader: Any, pk: int) -> ChecklistFact:
    """One line of one month of a visible project. Raises Missing."""
    rows = ChecklistFact.objects.select_related(
        "run", "checklist__project", "item", "reporter", "verifier", "sheet"
    )
    return _one(_mine(reader, rows, "checklist__project"), pk)


def get_question(reader: Any, pk: int) -> ChecklistQuestion:
    """One question about a visible project. Raises Missing."""
    rows = ChecklistQuestion.objects.select_related(
        "fact__run", "fact__item", "fact__checklist__project", "person", "duty__holder"
    )
    return _one(_mine(reader, rows, "fact__checklist__project"), pk)


def get_import(reader: Any, pk: int) -> ChecklistImport:
    """One preview of a visible project. Raises Missing."""
    return _one(_mine(reader, ChecklistImport.objects.select_related("project"), "project"), pk)


def visible_scores(reader: Any) -> QuerySet[AppraisalScore]:
    """Scores of the reader's projects; those of other projects once the month is published, for readers of the whole city."""
    rows = AppraisalScore.objects.select_related("run", "checklist__project__owner_org")
    return _mine(reader, rows, "checklist__project")


def get_score(reader: Any, pk: int) -> AppraisalScore:
    """One score that the reader may know of. Raises Missing."""
    return _one(visible_scores(reader), pk)


def get_appeal(reader: Any, pk: int) -> AppraisalAppeal:
    """One appeal of a visible project. Raises Missing."""
    rows = AppraisalAppeal.objects.select_related(
        "fact__item",
        "fact__run",
        "fact__checklist__project",
        "score",
        "asked_by",
        "decided_by",
        "duty__holder",
    )
    return _one(_mine(reader, rows, "fact__checklist__project"), pk)


def get_adjustment(reader: Any, pk: int) -> AppraisalAdjustment:
    """One adjustment of a visible project. Raises Missing."""
    rows = AppraisalAdjustment.objects.select_related(
        "run", "checklist__project", "fact__item", "proposed_by", "decided_by", "duty__holder"
    )
    return _one(_mine(reader, rows, "checklist__project"), pk)


def get_month(reader: Any, text: str) -> AppraisalMonth:
    """A month by its name, e.g. ``2026-05``, in which some project of the reader has a part. Raises Missing."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        day = date(1, 1, 1)
    rows = AppraisalMonth.objects.select_related("officer", "published_by", "duty__holder")
    found = rows.filter(month=day).first()
    if found is not None and not scope_of(reader).city:
        mine = found.facts.filter(checklist__project__in=visible_projects(reader))
        found = found if mine.exists() else None
    if found is None:
        raise Missing("appraisal.unknown_month", _("没有 %(month)s 的月度考核。") % {"month": text[:20]})
    return found


def month_scores(month: date, reader: Any) -> list[AppraisalScore]:
    """The current scores of a published month that this reader may see, by peer group and place. Unpublished: none."""
    rows = visible_scores(reader).filter(
        run__month=month.replace(day=1), run__state=RunState.PUBLISHED, is_current=True
    )
    return list(rows)


def current_scores(run: AppraisalMonth, reader: Any) -> list[AppraisalScore]:
    """Current scores of a month at any step: before publication the bureau sees all, others their own projects."""
    rows = visible_scores(reader).filter(run=run, is_current=True)
    if run.state != RunState.PUBLISHED and not roles_of(reader) & BUREAU:
        rows = rows.filter(checklist__project__in=_part_of(reader))
    return list(rows)


def visible_months(reader: Any) -> QuerySet[AppraisalMonth]:
    """Months in which some project of the reader has a part; for readers of the whole city all."""
    rows = AppraisalMonth.objects.select_related("officer", "duty__holder").order_by("-month")
    if scope_of(reader).city:
        return rows
    mine = ChecklistFact.objects.filter(checklist__project__in=visible_projects(reader))
    return rows.filter(pk__in=mine.values("run_id"))


def latest_published() -> AppraisalMonth | None:
    """The newest month whose result is out."""
    return AppraisalMonth.objects.filter(state=RunState.PUBLISHED).order_by("-month").first()


def due_nodes(reader: Any, run: AppraisalMonth) -> QuerySet[ChecklistFact]:
    """Lines of a month whose start or end fell due in it and that count: the reader's, the latest first."""
    rows = ChecklistFact.objects.filter(run=run, node_due=True, excluded=False)
    rows = rows.select_related("item", "checklist__project", "reporter")
    return _mine(reader, rows, "checklist__project").order_by(
        F("node_late_days").desc(nulls_first=True), "checklist_id", "item__order"
    )


def _part_of(reader: Any) -> Any:
    return ChecklistFact.objects.filter(reporter=reader).values("checklist__project")


def of_project(project: Project, year: int) -> list[Checklist]:
    """All versions of a project's checklist of a year, newest first."""
    rows = Checklist.objects.filter(project=project, year=year).select_related("created_by", "duty__holder")
    return list(rows.order_by("-version"))


def shown_of(versions: list[Checklist]) -> Checklist | None:
    """The one in force; else the one in preparation; else the newest."""
    for wanted in (lambda c: c.state == ChecklistState.IN_FORCE, lambda c: c.state not in CLOSED_STATES):
        found = next(filter(wanted, versions), None)
        if found is not None:
            return found
    return versions[0] if versions else None


@dataclass
class Cell:
    """One month of one item on the strip: ``look``: none, plan, ok, warn, bad, wait."""

    month: date
    planned: float
    actual: float | None = None
    look: str = "none"
    fact: ChecklistFact | None = None


@dataclass
class TreeRow:
    """A group or leaf with its twelve months."""

    item: ChecklistItem
    level: int
    cells: list[Cell] = field(default_factory=list)
    latest: ChecklistFact | None = None


def tree_of(checklist: Checklist) -> list[TreeRow]:
    """Items in order with their strips: three queries, however many items."""
    facts = ChecklistFact.objects.filter(
        checklist__project=checklist.project_id, checklist__year=checklist.year
    ).select_related("run")
    by_code: dict[str, dict[date, ChecklistFact]] = {}
    for fact in facts:
        by_code.setdefault(fact.code, {})[fact.run.month] = fact
    items = checklist.items.select_related("owner", "verifier", "unit").prefetch_related(Prefetch("targets"))
    levels: dict[int, int] = {}
    rows = []
    for item in items:
        levels[item.pk] = levels[item.parent_id] + 1 if item.parent_id else 0
        row = TreeRow(item, levels[item.pk])
        if not item.is_group:
            planned = {target.month: float(target.planned_pct) for target in item.targets.all()}
            known = by_code.get(item.code, {})
            row.cells = [
                _cell(month, planned.get(month, 0.0), known.get(month)) for month in months_of(checklist.year)
            ]
            row.latest = known[max(known)] if known else None
        rows.append(row)
    return rows


def _cell(month: date, planned: float, fact: ChecklistFact | None) -> Cell:
    if fact is None:
        return Cell(month, planned, look="plan" if planned else "none")
    actual = float(fact.final_pct if fact.final_pct is not None else fact.pct)
    if fact.state in OWED:
        return Cell(month, planned, actual, "wait", fact)
    gap = planned - actual
    look = "ok" if gap <= 0 else "warn" if gap <= 10 else "bad"
    return Cell(month, planned, actual, look, fact)


def sheets_of(reader: User) -> list[ChecklistSheet]:
    """The reader's open sheets: what "my month" shows."""
    rows = ChecklistSheet.objects.filter(closed_at=None, duty__holder=reader).select_related(
        "run", "checklist__project", "duty"
    )
    return list(rows.order_by("duty__due_at"))


def events_of(checklist: Checklist) -> QuerySet[Event]:
    """What happened to a checklist, newest first."""
    mine = Event.objects.filter(subject_type="lifecycle.checklist", subject_id=checklist.pk)
    return mine.select_related("actor__organisation").order_by("-id")


@dataclass(frozen=True)
class Counts:
    """How far a month is."""

    facts: int
    waiting: int
    verifying: int
    disputed: int
    questions: int
    late_sheets: int


def counts_of(run: AppraisalMonth, now: datetime) -> Counts:
    """How many lines wait at which step of the month."""
    states = list(run.facts.values_list("state", flat=True))
    return Counts(
        facts=len(states),
        waiting=sum(state in ("open", "returned") for state in states),
        verifying=states.count("verifying"),
        disputed=states.count("disputed"),
        questions=ChecklistQuestion.objects.filter(fact__run=run, answered_at=None).count(),
        late_sheets=run.sheets.filter(closed_at=None, duty__due_at__lt=now).count(),
    )
