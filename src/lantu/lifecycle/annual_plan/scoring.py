"""The admission score: 100 points in lines that each name the fact they rest on. A pure function of the record and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from lantu.lifecycle.annual_plan.facts import funds_in_year
from lantu.lifecycle.annual_plan.rules import holds_word, plan_rules
from lantu.lifecycle.annual_plan.states import Verdict
from lantu.packs.annual_plan import ScoreLine
from lantu.projects.codes import scheme_of

PENDING_WORDS = ("办理中", "未", "待", "拟", "正在")
SHARES = {Verdict.MET: Decimal(1), Verdict.CONDITIONAL: Decimal("0.5")}
TENTH = Decimal("0.1")


def score_lines(proposal: Any, verdicts: Mapping[str, str], *, year: int) -> list[dict[str, Any]]:
    """One entry a line: section, key, points, got, why (a code with its facts), basis, mark. Sections in order.

    ``verdicts``: element → its verdict, for the elements that this proposal needs.
    """
    found = []
    for section in plan_rules().score:
        for line in section.lines:
            share, why = _share(line, proposal, verdicts, year)
            points = Decimal(str(line.points))
            found.append(
                {
                    "section": section.key,
                    "key": line.key,
                    "points": float(points),
                    "got": float((points * share).quantize(TENTH)),
                    "why": why,
                    "basis": line.basis,
                    "mark": line.mark,
                }
            )
    return found


def total_of(lines: Iterable[Mapping[str, Any]]) -> Decimal:
    """The sum of the lines, 0 to 100."""
    return sum((Decimal(str(line["got"])) for line in lines), Decimal(0))


def benefit_of(lines: Iterable[Mapping[str, Any]]) -> Decimal:
    """The part of the score that is benefit."""
    return total_of(line for line in lines if line["section"] == "benefit")


def _share(
    line: ScoreLine, proposal: Any, verdicts: Mapping[str, str], year: int
) -> tuple[Decimal, dict[str, Any]]:
    if line.kind == "approval":
        return _approval(line, proposal.approvals or [])
    if line.kind == "elements":
        done = sum((SHARES.get(Verdict(v), Decimal(0)) for v in verdicts.values()), Decimal(0))
        share = done / len(verdicts) if verdicts else Decimal(0)
        return share, {"code": "elements", "met": str(done.normalize()), "all": len(verdicts)}
    if line.kind in ("funds_year", "funds_total"):
        return _funds(line.kind, proposal, year)
    if line.kind == "benefit":
        given = proposal.benefit.get(line.key) if proposal.benefit else None
        if given is None:
            return Decimal(0), {"code": "benefit_missing"}
        return Decimal(str(given)) / 100, {"code": "benefit", "given": given}
    try:
        scheme_of(proposal.code)
    except ValueError:
        return Decimal(0), {"code": "code_bad"}
    return Decimal(1), {"code": "code_good", "value": proposal.code}


def _approval(line: ScoreLine, approvals: Iterable[Any]) -> tuple[Decimal, dict[str, Any]]:
    matching = [
        a for a in approvals if isinstance(a, Mapping) and holds_word(str(a.get("item") or ""), line.words)
    ]
    for entry in matching:
        state = str(entry.get("state") or "")
        settled = bool(entry.get("number") or entry.get("on")) or bool(state)
        if settled and not holds_word(state, PENDING_WORDS):
            return Decimal(1), {
                "code": "approval_done",
                "item": str(entry.get("item")),
                "number": str(entry.get("number") or ""),
            }
    if matching:
        return Decimal(0), {"code": "approval_pending", "item": str(matching[0].get("item"))}
    return Decimal(0), {"code": "approval_missing"}


def _funds(kind: str, proposal: Any, year: int) -> tuple[Decimal, dict[str, Any]]:
    if kind == "funds_year":
        need = Decimal(proposal.annual_yuan)
        have = sum(funds_in_year(proposal.funds or [], year=year, annual=need).values(), Decimal(0))
    else:
        need = Decimal(proposal.total_yuan)
        have = sum((Decimal(str(entry.get("yuan") or 0)) for entry in proposal.funds or []), Decimal(0))
    share = min(have / need, Decimal(1)) if need > 0 else Decimal(0)
    return share, {
        "code": "funds",
        "have": str(have.quantize(Decimal(1))),
        "need": str(need.quantize(Decimal(1))),
    }
