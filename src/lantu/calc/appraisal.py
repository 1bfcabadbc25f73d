"""Monthly appraisal of a checklist 清单式管理 + 月度考核: every score is a sum of lines, every line a fraction of facts.

Two ways, both choices of this platform (docs/appraisal.md), with all weights given by the caller from the pack:

* **tasks**: a task is progress × timeliness × quality, progress = actual ÷ planned, at most 1; timeliness =
  max(0.5, 1 − 0.03 × days late); a month is the weighted mean of its tasks.
* **parts**: plan 40 × min(1, Σw·actual ÷ Σw·planned), nodes 20, safety 15, problems 15, data 10. A part without data is left
  out and the others are scaled to 100; the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from lantu.calc.draws import draw

PERCENT = 100.0
EXAMPLE_DECIMALS = 2


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """The numbers of the pack. ``parts``: full marks by part; ``grades``: name → least score; ``evidence``: worth of a grade of
    evidence, 0 to 1; ``late_day``: share lost a day; ``late_floor``: the least timeliness."""

    parts: Mapping[str, float]
    grades: Mapping[str, float]
    evidence: Mapping[str, float]
    late_day: float = 0.03
    late_floor: float = 0.5
    bonus_cap: float = 5.0
    late_report_share: float = 0.2
    disagreement_share: float = 0.2


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """One item of a month, as frozen. ``planned`` and ``actual``: cumulative percent; ``quality``: 0 to 100.

    ``node_due``: its start or end falls due by this month and counts among the nodes; ``node_late_days``: None while not
    reached. ``excluded``: taken out by two people for an outside cause."""

    code: str
    weight: float
    planned: float
    actual: float
    grade: str = "D"
    quality: float = 100.0
    node_due: bool = False
    node_late_days: int | None = 0
    late_days: int = 0
    reported_late: bool = False
    disagrees: bool = False
    excluded: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskScore:
    """``score`` = progress × timeliness × quality; all None for a task that the month asks nothing of."""

    code: str
    weight: float
    progress: float | None
    timeliness: float | None
    quality: float | None
    score: float | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the score sheet: ``points`` = full × min(1, numerator ÷ denominator); None without data."""

    part: str
    full: float
    numerator: float | None
    denominator: float | None
    value: float | None
    points: float | None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MonthScore:
    """``base``: of 100, scaled where a part has no data; ``total`` after bonus, deductions and veto."""

    lines: tuple[Line, ...]
    base: float
    counted_full: float
    bonus: float
    deduction: float
    veto: bool
    total: float
    grade: str


def timeliness(late_days: int, *, late_day: float = 0.03, floor: float = 0.5) -> float:
    """1 on time, less every day late, never below ``floor``. Raises ``ValueError`` for negative days."""
    if late_days < 0:
        raise ValueError("days late are not negative")
    return max(floor, 1.0 - late_day * late_days)


def progress_ratio(actual: float, planned: float) -> float | None:
    """actual ÷ planned, between 0 and 1; None while nothing is planned. Raises ``ValueError`` outside 0–100."""
    for value in (actual, planned):
        if not 0 <= value <= PERCENT:
            raise ValueError(f"{value} is no percentage")
    return None if planned == 0 else min(1.0, actual / planned)


def score_task(task: TaskFacts, rubric: Rubric) -> TaskScore:
    """Progress × timeliness × quality of one task."""
    ratio = None if task.excluded else progress_ratio(task.actual, task.planned)
    if ratio is None:
        return TaskScore(
            code=task.code, weight=task.weight, progress=None, timeliness=None, quality=None, score=None
        )
    late = timeliness(task.late_days, late_day=rubric.late_day, floor=rubric.late_floor)
    return TaskScore(
        code=task.code,
        weight=task.weight,
        progress=ratio,
        timeliness=late,
        quality=task.quality,
        score=ratio * late * task.quality,
    )


def mean_of_tasks(scores: Sequence[TaskScore]) -> float | None:
    """Σw·task ÷ Σw over the tasks that count; None when none does."""
    counted = [(one.weight, one.score) for one in scores if one.score is not None]
    weight = sum(w for w, _ in counted)
    return sum(w * s for w, s in counted) / weight if weight > 0 else None


def _line(
    part: str, full: float, numerator: float | None, denominator: float | None, rows: Sequence[str] = ()
) -> Line:
    if numerator is None or not denominator:
        return Line(
            part=part, full=full, numerator=numerator, denominator=denominator, value=None, points=None
        )
    value = min(1.0, max(0.0, numerator / denominator))
    return Line(
        part=part, full=full, numerator=numerator, denominator=denominator, value=value, points=full * value,
        rows=tuple(rows),
    )  # fmt: skip


def plan_line(tasks: Sequence[TaskFacts], rubric: Rubric) -> Line:
    """Σw·actual over Σw·planned of the tasks that are planned by now."""
    counted = [one for one in tasks if not one.excluded and one.planned > 0]
    return _line(
        "plan",
        rubric.parts["plan"],
        sum(one.weight * one.actual for one in counted),
        sum(one.weight * one.planned for one in counted),
        [one.code for one in counted],
    )


def node_line(tasks: Sequence[TaskFacts], rubric: Rubric) -> Line:
    """Weighted timeliness of the starts and ends that fall due; one not reached counts nothing."""
    counted = [one for one in tasks if not one.excluded and one.node_due]
    reached = sum(
        one.weight * timeliness(one.node_late_days, late_day=rubric.late_day, floor=rubric.late_floor)
        for one in counted
        if one.node_late_days is not None
    )
    return _line(
        "nodes",
        rubric.parts["nodes"],
        reached,
        sum(one.weight for one in counted),
        [one.code for one in counted],
    )


def rate_line(part: str, rubric: Rubric, *, done: float | None, of: float | None) -> Line:
    """A rate that another room states, e.g. rectifications on time ÷ rectifications due. Rates, never counts."""
    return _line(part, rubric.parts[part], done, of)


def data_line(tasks: Sequence[TaskFacts], rubric: Rubric) -> Line:
    """Worth of the evidence, less a share when reported late or when the sources disagree; weighted."""
    counted = [one for one in tasks if not one.excluded and one.planned > 0]
    worth = 0.0
    for one in counted:
        value = rubric.evidence[one.grade]
        value *= 1 - rubric.late_report_share if one.reported_late else 1
        value *= 1 - rubric.disagreement_share if one.disagrees else 1
        worth += one.weight * value
    return _line(
        "data", rubric.parts["data"], worth, sum(one.weight for one in counted), [one.code for one in counted]
    )


def add_up(
    lines: Sequence[Line],
    rubric: Rubric,
    *,
    bonus: float = 0.0,
    deduction: float = 0.0,
    veto: bool = False,
) -> MonthScore:
    """The total of 100. ``bonus`` is cut to the cap on both sides; ``deduction`` (positive) is not; a veto leaves 0.

    Raises ``ValueError`` when no line has data.
    """
    counted = [one for one in lines if one.points is not None]
    full = sum(one.full for one in counted)
    if full <= 0:
        raise ValueError("no part of the rubric has data")
    base = sum(one.points or 0.0 for one in counted) / full * PERCENT
    cut = max(-rubric.bonus_cap, min(rubric.bonus_cap, bonus))
    total = 0.0 if veto else max(0.0, base + cut - deduction)
    return MonthScore(
        lines=tuple(lines), base=base, counted_full=full, bonus=cut, deduction=deduction, veto=veto, total=total,
        grade=grade_of(total, rubric.grades),
    )  # fmt: skip


def grade_of(total: float, grades: Mapping[str, float]) -> str:
    """The best grade whose least score is reached; rounded to two decimals first, as printed."""
    shown = round(total, EXAMPLE_DECIMALS)
    fitting = [(least, name) for name, least in grades.items() if shown >= least]
    return max(fitting)[1] if fitting else min(grades.items(), key=lambda pair: pair[1])[0]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One score on its way into a ranking."""

    key: str
    group: str
    total: float
    below_plan: bool = False
    months_running: int = 99
    earlier_totals: tuple[float, ...] = ()


def ranks(standings: Sequence[Standing], *, least_months: int) -> dict[str, int]:
    """Place within the peer group, equal totals share one; projects younger than ``least_months`` have none."""
    found: dict[str, int] = {}
    for group in {one.group for one in standings}:
        peers = [one for one in standings if one.group == group and one.months_running >= least_months]
        for one in peers:
            found[one.key] = 1 + sum(round(peer.total, 2) > round(one.total, 2) for peer in peers)
    return found


def talk_list(
    standings: Sequence[Standing],
    *,
    least_months: int,
    bottom: int,
    bottom_share: float,
    floor: float,
    months: int,
) -> dict[str, str]:
    """Whom the system proposes to talk to 约谈, with the reason; people decide.

    ``bottom_below_plan``: among the last ``bottom`` (or the last ``bottom_share``) of the group *and* below plan; a group must be
    larger than ``bottom``. ``twice_below``: ``months`` months in a row below ``floor``.
    """
    found: dict[str, str] = {}
    for group in sorted({one.group for one in standings}):
        peers = [one for one in standings if one.group == group and one.months_running >= least_months]
        peers.sort(key=lambda one: (one.total, one.key))
        last = max(bottom, ceil(len(peers) * bottom_share))
        for one in peers[:last] if len(peers) > bottom else []:
            if one.below_plan:
                found[one.key] = "bottom_below_plan"
        for one in peers:
            recent = (one.total, *one.earlier_totals)[:months]
            if len(recent) == months and all(total < floor for total in recent):
                found[one.key] = "twice_below"
    return found


def stratified_sample(rows: Mapping[str, str], *, share: float, seed: str) -> tuple[str, ...]:
    """Keys drawn for a visit: at least ``share`` of every stratum, rounded up. ``rows``: key → stratum.

    The same seed over the same rows draws the same keys, whatever their order.
    """
    if not 0 < share <= 1:
        raise ValueError("a share lies above 0 and not above 1")
    drawn: list[str] = []
    for stratum in sorted(set(rows.values())):
        keys = [key for key, found in rows.items() if found == stratum]
        drawn.extend(draw(f"{seed}:{stratum}", keys, ceil(len(keys) * share - 1e-9)))
    return tuple(drawn)
