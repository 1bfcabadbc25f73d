"""A checklist and its months, walked by the cast."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from lantu.lifecycle.checklists import services
from lantu.lifecycle.checklists.appraisal import services as month_services
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, ChecklistSheet
from lantu.lifecycle.checklists.appraisal.services import Change, Decision
from lantu.lifecycle.checklists.appraisal.states import SheetKind
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.rows import ItemRow

YEAR = 2026


def at(month: int, day: int, hour: int = 2) -> datetime:
    """A moment of 2026 in UTC: hour 2 is ten in the morning in Dezhou."""
    return datetime(YEAR, month, day, hour, tzinfo=UTC)


ISSUED = at(1, 12)


def rows_for(cast: SimpleNamespace) -> list[ItemRow]:
    """Two groups, four leaves: two of the owner, two of the contractor."""

    def leaf(
        code: str, parent: str, weight: str, owner: Any, verifier: Any, start: date, due: date, **more: Any
    ) -> ItemRow:
        return ItemRow(
            code=code, parent=parent, title=f"子任务 {code}", weight=Decimal(weight), owner=owner, verifier=verifier,
            start_on=start, due_on=due, definition_of_done="验收合格", **more,
        )  # fmt: skip

    year = (date(YEAR, 1, 1), date(YEAR, 12, 31))
    return [
        ItemRow(code="1", title="平台建设", is_group=True),
        leaf("1.1", "1", "30", cast.owner, cast.officer, *year, source="project.physical", evidence_type="auto"),
        leaf("1.2", "1", "20", cast.owner, cast.officer, date(YEAR, 1, 10), date(YEAR, 5, 20)),
        ItemRow(code="2", title="土建", is_group=True),
        leaf("2.1", "2", "35", cast.contractor, cast.supervisor, *year, evidence_type="measurement", budget_yuan=Decimal(1_000_000)),
        leaf("2.2", "2", "15", cast.contractor, cast.supervisor, date(YEAR, 7, 1), date(YEAR, 9, 30), evidence_type="photo"),
    ]  # fmt: skip


def draft(cast: SimpleNamespace, project: Any, **more: Any) -> Checklist:
    return services.create_checklist(
        project=project,
        year=YEAR,
        rows=more.pop("rows", rows_for(cast)),
        by=cast.officer,
        now=ISSUED,
        **more,
    )


def in_force(cast: SimpleNamespace, project: Any) -> Checklist:
    """Drafted by the officer, countersigned by both units, issued by the director."""
    made = draft(cast, project)
    services.submit_checklist(made, by=cast.officer, now=ISSUED)
    for person in (cast.owner, cast.contractor):
        services.sign_checklist(made, by=person, now=ISSUED, agreed=True)
    return services.issue_checklist(made, by=cast.director, now=ISSUED)


def opened(cast: SimpleNamespace, month: int = 5) -> AppraisalMonth:
    return month_services.open_month(date(YEAR, month, 1), by=cast.officer, now=at(month, 25))


def sheet_of(person: Any, kind: str = SheetKind.REPORT) -> ChecklistSheet:
    return ChecklistSheet.objects.get(person=person, kind=kind, closed_at=None)


def change(
    sheet: ChecklistSheet, code: str, pct: str, note: str = "按现场进度更正", **more: Any
) -> dict[int, Change]:
    fact = sheet.facts.get(code=code)
    return {fact.pk: Change(pct=Decimal(pct), note=note, **more)}


def reported(cast: SimpleNamespace, run: AppraisalMonth, day: int = 26) -> AppraisalMonth:
    """Both units report; the contractor corrects one line."""
    now = at(run.month.month, day)
    owner = sheet_of(cast.owner)
    month_services.report_sheet(owner, changes=change(owner, "1.2", "100"), by=cast.owner, now=now)
    builder = sheet_of(cast.contractor)
    month_services.report_sheet(builder, changes=change(builder, "2.1", "40"), by=cast.contractor, now=now)
    return run


def verified(cast: SimpleNamespace, run: AppraisalMonth) -> AppraisalMonth:
    """Every verifier agrees with everything."""
    for sheet in ChecklistSheet.objects.filter(run=run, kind=SheetKind.VERIFY, closed_at=None):
        decisions = {fact.pk: Decision() for fact in sheet.facts.all()}
        month_services.verify_sheet(sheet, decisions=decisions, by=sheet.person, now=at(run.month.month, 27))
    return run


def frozen(cast: SimpleNamespace, run: AppraisalMonth) -> AppraisalMonth:
    after = run.month.month + 1
    run = month_services.start_review(run, by=cast.officer, now=at(after, 1), seed="seed")
    return month_services.freeze_month(run, by=cast.officer, now=at(after, 4))


def scored(cast: SimpleNamespace, project: Any) -> AppraisalMonth:
    in_force(cast, project)
    run = frozen(cast, verified(cast, reported(cast, opened(cast))))
    return month_services.score_month(run, by=cast.officer, now=at(6, 5))
