"""Does a claim such as “一年完成两年半任务量” hold? Computed from a frozen baseline and proved actuals, with reasons.

The claim says: work that the baseline spreads over ``claimed_planned_days`` was done in ``claimed_days``. The check asks
(1) what the baseline, weighted by budget (else weight, else duration), had planned to be finished by which day, (2) what
is done now, how much of it with evidence, (3) whether the scope is still that of the baseline, (4) which compression
follows. Each part of the claim gets its own answer; the verdict is drawn from them. Method and example:
docs/algorithms/earned_value.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EPS = 1e-9


class Verdict(StrEnum):
    """What the numbers say about the claim."""

    HOLDS = "holds"
    PARTLY = "partly"
    FAILS = "fails"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class ClaimItem:
    """One activity of the frozen baseline and what became of it. Days on one axis, ``share``: 0 to 1 done.

    ``weight``: of the baseline; ``quantity_then``/``quantity_now``: None where none was stated; ``still_there``: false when
    the activity was dropped from the plan. ``grade``: A–D, or "" for no report.
    """

    code: str
    start_day: float
    finish_day: float
    weight: float
    share: float
    grade: str
    still_there: bool = True
    quantity_then: float | None = None
    quantity_now: float | None = None
    weight_now: float | None = None


@dataclass(frozen=True)
class ClaimPart:
    """One thing that the claim says or rests on: ``pace`` (planned days per day), ``amount`` (planned days), ``time`` (days;
    ``found`` must not exceed ``wanted``), ``proof`` and ``scope`` (shares of what is done and of the baseline).
    """

    code: str
    holds: bool
    found: float
    wanted: float


@dataclass(frozen=True)
class ClaimResult:
    """``reasons``: ``(code, values)``, worded by the page. Shares 0 to 1, days as given.

    ``planned_days_done``: days of the baseline's work that what is done amounts to; ``compression``: how many planned days
    one real day did; ``proved_*``: the same counting only what has evidence of the accepted grades.
    """

    verdict: Verdict
    elapsed_days: float
    done_share: float
    proved_share: float
    planned_days_done: float | None
    planned_days_proved: float | None
    compression: float | None
    compression_proved: float | None
    claimed_compression: float
    scope_share: float | None
    dropped: tuple[str, ...]
    shrunk: tuple[str, ...]
    reasons: tuple[tuple[str, dict[str, float | str]], ...]
    parts: tuple[ClaimPart, ...] = ()


def check_claim(
    items: Sequence[ClaimItem],
    *,
    first_day: float,
    as_of_day: float,
    claimed_days: float,
    claimed_planned_days: float,
    scope_tolerance: float,
    near_share: float,
    proved_share: float,
    proved_grades: Sequence[str],
) -> ClaimResult:
    """Judge the claim. ``first_day``: when work began; ``as_of_day``: until when it is counted; ``near_share``: a pace below
    this share of the claimed one is no partial truth, the claim fails. Raises ``ValueError`` for durations that are not
    positive.
    """
    if claimed_days <= 0 or claimed_planned_days <= 0 or as_of_day <= first_day:
        raise ValueError("a claim needs positive durations and a status after its beginning")
    total = sum(item.weight for item in items)
    elapsed = as_of_day - first_day
    claimed = claimed_planned_days / claimed_days
    if total <= 0:
        return ClaimResult(
            Verdict.CANNOT_SAY, elapsed, 0.0, 0.0, None, None, None, None, claimed, None, (), (),
            (("no_weights", {}),),
        )  # fmt: skip
    done = sum(item.weight * item.share for item in items if item.still_there) / total
    proved = (
        sum(item.weight * item.share for item in items if item.still_there and item.grade in proved_grades)
        / total
    )
    days_done, days_proved = days_planned_for(items, done * total), days_planned_for(items, proved * total)
    scope = _scope_share(items, total)
    dropped = tuple(item.code for item in items if not item.still_there)
    shrunk = tuple(item.code for item in items if item.still_there and _shrunk(item, scope_tolerance))
    compression, compression_proved = days_done / elapsed, days_proved / elapsed
    parts = (
        ClaimPart("pace", compression + EPS >= claimed, compression, claimed),
        ClaimPart("amount", days_done + EPS >= claimed_planned_days, days_done, claimed_planned_days),
        ClaimPart("time", elapsed <= claimed_days * (1 + EPS), elapsed, claimed_days),
        _proof(proved / done if done else 0.0, proved_share),
        ClaimPart("scope", 1 - scope <= scope_tolerance + EPS, scope, 1 - scope_tolerance),
    )
    verdict = _verdict(parts, done, compression_proved, near_share)
    reasons = _reasons(parts, done, dropped=len(dropped), shrunk=len(shrunk))
    if verdict is Verdict.HOLDS:
        reasons.append(("holds", {"compression": compression_proved}))
    return ClaimResult(
        verdict, elapsed, done, proved, days_done, days_proved, compression, compression_proved, claimed, scope, dropped,
        shrunk, tuple(reasons), parts,
    )  # fmt: skip


def _proof(share: float, wanted: float) -> ClaimPart:
    return ClaimPart("proof", share + EPS >= wanted, share, wanted)


def _verdict(parts: Sequence[ClaimPart], done: float, proved: float, near_share: float) -> Verdict:
    """A cut scope or a pace far below the claimed one: the claim fails, whatever else is right."""
    part = {one.code: one for one in parts}
    pace = part["pace"]
    if done == 0 or not part["scope"].holds or pace.found < pace.wanted * near_share - EPS:
        return Verdict.FAILS
    missing = [one.code for one in parts if not one.holds]
    if not missing:
        return Verdict.HOLDS
    if "proof" in missing and proved <= 1.0:
        return Verdict.CANNOT_SAY
    return Verdict.PARTLY


def _reasons(
    parts: Sequence[ClaimPart], done: float, *, dropped: int, shrunk: int
) -> list[tuple[str, dict[str, float | str]]]:
    """Why not, part by part. An amount that is not reached at the claimed pace is not reached *yet*."""
    part = {one.code: one for one in parts}
    pace, amount, time, proof, scope = (part[code] for code in ("pace", "amount", "time", "proof", "scope"))
    found: list[tuple[str, dict[str, float | str]]] = []
    values: dict[str, float | str] = {"planned_days": amount.found, "claimed_days": amount.wanted}
    if not pace.holds:
        found.append(("too_slow", {"compression": pace.found, "claimed": pace.wanted}))
    if not amount.holds:
        found.append(("not_yet" if pace.holds else "too_little_done", values))
    if not time.holds:
        found.append(("took_longer", {"elapsed": time.found, "claimed": time.wanted}))
    if done and not proof.holds:
        found.append(("not_proved", {"share": proof.found, "wanted": proof.wanted}))
    if not scope.holds:
        found.append(("scope_cut", {"share": 1 - scope.found, "dropped": dropped, "shrunk": shrunk}))
    return found


def days_planned_for(items: Sequence[ClaimItem], value: float) -> float:
    """How many days of the baseline, from its first start, were planned for as much work as ``value``.

    Each item earns its weight evenly between its start and finish (earned schedule of the claim).
    """
    if not items or value <= 0:
        return 0.0
    first = min(item.start_day for item in items)
    knots = sorted({item.start_day for item in items} | {item.finish_day for item in items})
    before = 0.0
    previous = first
    for knot in knots:
        planned = sum(item.weight * _planned_share(item, knot) for item in items)
        if planned >= value - 1e-9:
            step = planned - before
            return previous - first + (knot - previous) * ((value - before) / step if step else 1.0)
        before, previous = planned, knot
    return previous - first


def _planned_share(item: ClaimItem, day: float) -> float:
    if day >= item.finish_day:
        return 1.0
    if day <= item.start_day:
        return 0.0
    return (day - item.start_day) / (item.finish_day - item.start_day)


def _scope_share(items: Sequence[ClaimItem], total: float) -> float:
    """The baseline's scope that is still in the plan: dropped items count nothing, shrunk ones their part."""
    kept = 0.0
    for item in items:
        if item.still_there:
            kept += item.weight * min(_kept_part(item), 1.0)
    return kept / total


def _kept_part(item: ClaimItem) -> float:
    if item.quantity_then and item.quantity_now is not None:
        return item.quantity_now / item.quantity_then
    if item.quantity_then and item.quantity_now is None:
        return 0.0
    if item.weight_now is not None and item.weight:
        return item.weight_now / item.weight
    return 1.0


def _shrunk(item: ClaimItem, tolerance: float) -> bool:
    return 1 - _kept_part(item) > tolerance + 1e-9
