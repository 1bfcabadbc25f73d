"""JGJ 59-2011: the score of a site's safety inspection.

Method (§4.0.3): points are deducted, never more than an item has; a table's score is what is left of 100. Where an
item does not apply, the table is re-based on what was inspected: A2 = D / E × 100. A table with a guarantee item
(保证项目) at zero, or with less than 40 of the 60 points of its guarantee items, scores zero. Tables of one group
(scaffolds, hoists, cranes) are averaged; each group counts A1 = weight × score / 100; groups that do not apply
re-base the total in the same way: 72.5 of 90 is 80.56.
Grades (§5.0.2): excellent from 80, acceptable from 70, each only without a table at zero; else failed.

Where guarantee items themselves do not apply the standard does not say against what the 40 is held; the subtotal is
then re-based on 60 (a choice of this platform).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

GUARANTEE_FULL, GUARANTEE_LEAST = 60.0, 40.0
EXCELLENT_FROM, ACCEPTABLE_FROM = 80.0, 70.0


class Grade(StrEnum):
    EXCELLENT = "excellent"
    ACCEPTABLE = "acceptable"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """One item of a table. ``deducted`` may not be negative; what exceeds ``full`` is not counted."""

    code: str
    full: float
    guarantee: bool
    deducted: float = 0.0
    applies: bool = True

    @property
    def score(self) -> float:
        return max(self.full - self.deducted, 0.0)


@dataclass(frozen=True, kw_only=True)
class TableScore:
    """``score``: of 100, ``None`` if no item applies. ``zero_because``: why the table scores nothing, else empty:
    ``item:CODE`` (a guarantee item at zero) or ``subtotal`` (guarantee items below 40)."""

    score: float | None
    got: float
    of: float
    guarantee_got: float
    guarantee_of: float
    zero_because: str = ""


@dataclass(frozen=True, kw_only=True)
class GroupScore:
    """A row of the summary. ``score``: mean of its tables, ``None`` if none applies; ``points`` = weight × score / 100."""

    code: str
    weight: float
    score: float | None
    points: float | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """``total``: of 100 after re-basing, ``None`` if nothing was inspected; ``zeros``: tables that score nothing."""

    groups: tuple[GroupScore, ...]
    got: float
    of: float
    total: float | None
    zeros: tuple[str, ...]
    grade: Grade | None


def table_score(items: Sequence[ItemResult]) -> TableScore:
    """The score of one table. Raises ``ValueError`` for a negative deduction or an item without points."""
    for item in items:
        if item.deducted < 0 or item.full <= 0:
            raise ValueError(f"{item.code}: deductions are not negative and an item has points")
    seen = [item for item in items if item.applies]
    guarantee = [item for item in seen if item.guarantee]
    got, of = sum(item.score for item in seen), sum(item.full for item in seen)
    g_got, g_of = sum(item.score for item in guarantee), sum(item.full for item in guarantee)
    zero = next((f"item:{item.code}" for item in guarantee if item.score == 0), "")
    if not zero and g_of and g_got / g_of * GUARANTEE_FULL < GUARANTEE_LEAST:
        zero = "subtotal"
    score = None if not of else 0.0 if zero else round(got / of * 100, 2)
    return TableScore(score=score, got=got, of=of, guarantee_got=g_got, guarantee_of=g_of, zero_because=zero)


def grade_of(total: float, *, any_zero: bool) -> Grade:
    """The grade of a total of 100."""
    if any_zero or total < ACCEPTABLE_FROM:
        return Grade.FAILED
    return Grade.EXCELLENT if total >= EXCELLENT_FROM else Grade.ACCEPTABLE


def summarise(groups: Iterable[tuple[str, float, dict[str, TableScore]]]) -> Summary:
    """The summary table. ``groups``: (code, weight, scores of its tables by code), in order.

    Raises ``ValueError`` for a weight that is not positive.
    """
    rows: list[GroupScore] = []
    zeros: list[str] = []
    for code, weight, tables in groups:
        if weight <= 0:
            raise ValueError(f"{code}: a weight is positive")
        scores = [table.score for table in tables.values() if table.score is not None]
        zeros += [name for name, table in tables.items() if table.score == 0]
        mean = sum(scores) / len(scores) if scores else None
        points = None if mean is None else weight * mean / 100
        rows.append(GroupScore(code=code, weight=weight, score=mean, points=points))
    got = sum(row.points for row in rows if row.points is not None)
    of = sum(row.weight for row in rows if row.points is not None)
    total = round(got / of * 100, 2) if of else None
    grade = None if total is None else grade_of(total, any_zero=bool(zeros))
    return Summary(groups=tuple(rows), got=got, of=of, total=total, zeros=tuple(zeros), grade=grade)
