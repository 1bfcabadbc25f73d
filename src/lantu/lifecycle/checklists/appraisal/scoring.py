"""From frozen facts to a score: reads rows, computes by calc.appraisal, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lantu.calc import appraisal as ap
from lantu.duties.models import Duty
from lantu.lifecycle.checklists.appraisal.hashing import facts_hash
from lantu.lifecycle.checklists.appraisal.models import AppraisalAdjustment, AppraisalMonth, ChecklistFact
from lantu.lifecycle.checklists.appraisal.rulebook import rubric_of
from lantu.lifecycle.checklists.months import next_month

OWN = (
    "lifecycle.checklist",
    "lifecycle.appraisal",
    "lifecycle.checklistsheet",
    "lifecycle.checklistquestion",
)
Rate = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A score with everything that is stored of it."""

    score: ap.MonthScore
    tasks: tuple[ap.TaskScore, ...]
    tasks_mean: float | None
    lines: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    facts_hash: str
    below_plan: bool
    total: float
    grade: str


def duty_rates(run: AppraisalMonth, project_ids: Iterable[int]) -> dict[int, tuple[Rate, Rate]]:
    """By project: (on time, due) of the duties that fell due in the month, safety ones and all others.

    Rates, never counts: a site that finds many hazards and mends them in time loses nothing.
    """
    since = timezone.make_aware(datetime.combine(run.month, datetime.min.time()))
    until = timezone.make_aware(datetime.combine(next_month(run.month), datetime.min.time()))
    rows = Duty.objects.filter(
        project_id__in=list(project_ids), due_at__gte=since, due_at__lt=until
    ).values_list("project_id", "subject_type", "due_at", "closed_at")
    found: dict[int, list[list[int]]] = {}
    prefixes = tuple(run.rules["safety_subjects"])
    for project_id, subject, due_at, closed_at in rows:
        if subject.startswith(OWN):
            continue
        pair = found.setdefault(project_id, [[0, 0], [0, 0]])[0 if subject.startswith(prefixes) else 1]
        pair[1] += 1
        pair[0] += closed_at is not None and closed_at <= due_at
    return {pk: ((a[0], a[1]), (b[0], b[1])) for pk, (a, b) in found.items()}


def task_facts(
    facts: Sequence[ChecklistFact], rubric: ap.Rubric, decided: Mapping[str, Decimal], month_last: date
) -> list[ap.TaskFacts]:
    """The lines as the calculator takes them; ``decided``: what an appeal put in the place of a frozen percent."""
    rows = []
    for fact in facts:
        actual = decided.get(fact.code, fact.final_pct)
        assert actual is not None
        late, node_late = fact.late_days, fact.node_late_days
        if fact.code in decided and actual >= 100 and fact.item.due_on is not None:
            late = max(((fact.done_on or month_last) - fact.item.due_on).days, 0) if fact.done_on else 0
            node_late = late if fact.node_due else node_late
        rows.append(
            ap.TaskFacts(
                code=fact.code, weight=float(fact.weight), planned=float(fact.planned_pct), actual=float(actual),
                grade=fact.grade, quality=rubric.evidence[fact.grade] * 100, node_due=fact.node_due,
                node_late_days=node_late, late_days=late, reported_late=fact.reported_late, disagrees=fact.disagrees,
                excluded=fact.excluded,
            )
        )  # fmt: skip
    return rows


def compute(
    run: AppraisalMonth,
    facts: Sequence[ChecklistFact],
    adjustments: Sequence[AppraisalAdjustment],
    rates: tuple[Rate, Rate] | None,
    decided: Mapping[str, Decimal],
) -> Computed:
    """The score of one checklist in one month, from stored rows only: the same rows give the same score."""
    rubric = rubric_of(run.rules)
    rows = task_facts(facts, rubric, decided, next_month(run.month) - timedelta(days=1))
    safety, problems = rates or ((0, 0), (0, 0))
    lines = [
        ap.plan_line(rows, rubric),
        ap.node_line(rows, rubric),
        ap.rate_line("safety", rubric, done=safety[0] if safety[1] else None, of=safety[1]),
        ap.rate_line("problems", rubric, done=problems[0] if problems[1] else None, of=problems[1]),
        ap.data_line(rows, rubric),
    ]
    agreed = [one for one in adjustments if one.agreed]
    kinds = AppraisalAdjustment.Kind
    tasks = tuple(ap.score_task(row, rubric) for row in rows)
    mean = ap.mean_of_tasks(tasks)
    extra = {
        "bonus": float(sum(one.points for one in agreed if one.kind == kinds.BONUS)),
        "deduction": float(sum(one.points for one in agreed if one.kind == kinds.DEDUCTION)),
        "veto": any(one.kind == kinds.VETO for one in agreed),
    }
    if all(line.points is None for line in lines):
        lines[0] = ap.Line(part="plan", full=rubric.parts["plan"], numerator=0, denominator=0, value=1.0, points=rubric.parts["plan"])  # fmt: skip
    score = ap.add_up(lines, rubric, **extra)  # type: ignore[arg-type]
    total, grade = score.total, score.grade
    if run.rules["method"] == "tasks" and mean is not None:
        total = 0.0 if extra["veto"] else max(0.0, mean + score.bonus - score.deduction)
        grade = ap.grade_of(total, rubric.grades)
    return Computed(
        score=score,
        tasks=tasks,
        tasks_mean=mean,
        lines=[vars(line) | {"rows": list(line.rows)} for line in lines],
        adjustments=[adjustment_row(one) for one in agreed],
        facts_hash=facts_hash(facts, decided),
        below_plan=lines[0].value is not None and lines[0].value < run.rules["ranking"]["below_plan"],
        total=total,
        grade=grade,
    )


def adjustment_row(one: AppraisalAdjustment) -> dict[str, Any]:
    """An agreed adjustment as the report prints it."""
    return {
        "kind": one.kind,
        "code": one.code,
        "item": one.fact.code if one.fact else "",
        "points": float(one.points),
        "reason": one.reason,
        "document_no": one.document_no,
        "proposed_by": str(one.proposed_by),
        "decided_by": str(one.decided_by),
    }
