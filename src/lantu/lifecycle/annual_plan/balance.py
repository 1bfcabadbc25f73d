"""From proposals to the balance: candidates, limits, what binds, and why each project is in or out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.calc.plan_balance import (
    AREA_LEAST,
    AREA_MOST,
    GROUP,
    MUST,
    NOT_MORE,
    Candidate,
    Choice,
    Limits,
    Violation,
    best_set,
    greedy_set,
    usage,
    violations,
)
from lantu.calc.plan_relaxing import Point, Relaxation, left_out_because, smallest_relaxation, trade_offs
from lantu.lifecycle.annual_plan.facts import uses_of
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.rules import label, resources, unit_of
from lantu.lifecycle.annual_plan.scoring import benefit_of
from lantu.lifecycle.annual_plan.states import CARRIED_STATES
from lantu.projects.areas import area_name

HUNDREDTHS = 100
PCT = 100


@dataclass(frozen=True)
class Bar:
    """One constraint as the workbench shows it: ``most`` None means no limit."""

    key: str
    label: str
    unit: str
    used: int
    wanted: int
    most: int | None

    @property
    def pct(self) -> float:
        return min(self.used / self.most * PCT, 999.0) if self.most else (0.0 if not self.used else PCT)

    @property
    def over(self) -> int:
        return max(self.used - self.most, 0) if self.most is not None else 0

    @property
    def left(self) -> int:
        return max(self.most - self.used, 0) if self.most is not None else 0

    @property
    def top(self) -> int:
        """The end of the slider: what all candidates together would want, or the limit where it is higher."""
        return max(self.wanted, self.most or 0, 1)


@dataclass(frozen=True)
class Proposed:
    """What the solver says, ready for the page."""

    choice: Choice
    greedy: Choice
    reasons: dict[int, str]
    relaxation: Relaxation | None
    points: list[Point]


def in_balance(plan: AnnualPlan) -> list[PlanProposal]:
    """The proposals among which the plan chooses, in the order of area and number."""
    return list(
        plan.proposals.filter(state__in=CARRIED_STATES)
        .select_related("owner_org")
        .order_by("area_code", "pk")
    )


def candidates_of(proposals: Iterable[PlanProposal], *, year: int) -> list[Candidate]:
    """One candidate each; keys are the proposal's number as text. Reserve projects use nothing this year but count."""
    return [
        Candidate(
            key=str(p.pk),
            score=int(Decimal(p.score) * HUNDREDTHS),
            benefit=int(benefit_of(p.score_lines) * HUNDREDTHS),
            uses=uses_of(p, year=year),
            must=p.must,
            group=p.group,
            area=p.area_code,
        )
        for p in proposals
    ]


def limits_of(plan: AnnualPlan, changed: Mapping[str, int] | None = None) -> Limits:
    """The plan's limits, with those being tried in their place."""
    most = {**plan.limits, **(changed or {})}
    known = {resource.key for resource in resources()}
    return Limits(
        {k: int(v) for k, v in most.items() if k in known}, {k: int(v) for k, v in plan.area_least.items()}
    )


def bars(candidates: Sequence[Candidate], limits: Limits, chosen: Collection[str]) -> list[Bar]:
    """Every resource with what the chosen ones use and what all would want."""
    used = usage(c for c in candidates if c.key in chosen)
    wanted = usage(candidates)
    return [
        Bar(r.key, label(r), unit_of(r), used.get(r.key, 0), wanted.get(r.key, 0), limits.most.get(r.key))
        for r in resources()
    ]


def propose_best(
    proposals: Sequence[PlanProposal], limits: Limits, *, year: int, with_points: bool = True
) -> Proposed:
    """The best admissible set with a reason for each project; where there is none, the smallest relaxation."""
    candidates = candidates_of(proposals, year=year)
    choice, greedy = best_set(candidates, limits), greedy_set(candidates, limits)
    if not choice.feasible:
        return Proposed(choice, greedy, {}, smallest_relaxation(candidates, limits), [])
    points = trade_offs(candidates, limits, resource="annual") if with_points else []
    return Proposed(choice, greedy, reasons_for(proposals, candidates, limits, choice), None, points)


def reasons_for(
    proposals: Sequence[PlanProposal], candidates: Sequence[Candidate], limits: Limits, choice: Choice
) -> dict[int, str]:
    """Proposal id → why it is in or out, in the reader's language."""
    out = left_out_because(candidates, limits, choice)
    found = {}
    for proposal, candidate in zip(proposals, candidates, strict=True):
        if candidate.key in choice.chosen:
            why = _("续建必保") if candidate.must else _("约束内列入")
            found[proposal.pk] = _("%(why)s，准入得分 %(score)s") % {"why": why, "score": proposal.score}
        else:
            blocks = out.get(candidate.key, ())
            said = "；".join(words_of(block) for block in blocks)
            found[proposal.pk] = said or _("得分较低，未选入")
    return found


def words_of(violation: Violation, names: Mapping[str, str] | None = None) -> str:
    """A broken condition in words, with its place and amount."""
    known = {resource.key: resource for resource in resources()}
    facts: dict[str, Any] = {"used": violation.used, "allowed": violation.allowed, "off": violation.amount}
    if violation.kind == NOT_MORE:
        resource = known.get(violation.key)
        facts |= {
            "name": label(resource) if resource else violation.key,
            "unit": unit_of(resource) if resource else "",
        }
        return _("%(name)s超 %(off)s %(unit)s（需 %(used)s，可用 %(allowed)s）") % facts
    if violation.kind == GROUP:
        return _("互斥组“%(group)s”只能选一个") % {"group": violation.key}
    if violation.kind == AREA_LEAST:
        return _("%(area)s至少 %(allowed)s 个，现 %(used)s 个") % {**facts, "area": area_name(violation.key)}
    if violation.kind == AREA_MOST:
        return _("%(area)s最多 %(allowed)s 个，现 %(used)s 个") % {**facts, "area": area_name(violation.key)}
    assert violation.kind == MUST
    return _("必保项目“%(name)s”没有选入") % {"name": (names or {}).get(violation.key, violation.key)}


def broken(
    plan: AnnualPlan, proposals: Sequence[PlanProposal], chosen: Collection[str], limits: Limits
) -> list[str]:
    """Every condition that a set breaks, in words."""
    names = {str(p.pk): p.name for p in proposals}
    return [words_of(v, names) for v in violations(candidates_of(proposals, year=plan.year), limits, chosen)]
