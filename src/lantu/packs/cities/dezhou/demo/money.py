"""Money and progress: three truths that do not quite agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from lantu.packs.cities.dezhou.demo.calendar import month_start, months_until
from lantu.packs.demo import DemoMonth

YI = 100_000_000
"""亿元 in yuan."""

SOURCES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "government": (("市县财政资金", 0.7), ("上级补助", 0.3)),
    "special_bond": (("地方政府专项债券", 0.6), ("资本金", 0.2), ("银行贷款", 0.2)),
    "central_budget": (("中央预算内投资", 0.35), ("省级补助", 0.15), ("市县财政资金", 0.5)),
    "enterprise": (("企业自筹", 0.45), ("银行贷款", 0.55)),
    "concession": (("特许经营者自筹", 0.3), ("银行贷款", 0.7)),
}
MONTHS_SHOWN = 14


def split(total: int, land_share: float) -> tuple[int, int, int]:
    """Works, land and other costs that add up to the total."""
    land = _ten_thousands(total * land_share)
    other = _ten_thousands(total * 0.11)
    return total - land - other, land, other


def funds(kind: str, total: int) -> tuple[Mapping[str, Any], ...]:
    """Sources of funds that add up to the total."""
    shares = SOURCES[kind]
    amounts = [_ten_thousands(total * share) for _, share in shares[:-1]]
    amounts.append(total - sum(amounts))
    return tuple({"source": name, "yuan": amount} for (name, _), amount in zip(shares, amounts, strict=True))


def s_curve(share: float) -> float:
    """Share of the work done after a share of the time: slow, fast, slow."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def pace_of(draw: Random) -> float:
    """How a project does against its plan: points ahead (+) or behind (-) at the end of the series."""
    chance = draw.random()
    if chance < 0.10:
        return draw.uniform(2, 6)
    if chance < 0.72:
        return draw.uniform(-3.5, 1.5)
    if chance < 0.88:
        return draw.uniform(-9, -4)
    if chance < 0.975:
        return draw.uniform(-26, -11)
    return draw.uniform(-40, -32)


def monthly(
    draw: Random, *, start: date, finish: date, today: date, total: int, points: float, done: bool = False
) -> tuple[DemoMonth, ...]:
    """Cumulative figures by month up to the last closed one (or the end), at most ``MONTHS_SHOWN``.

    A month closes on the 25th. ``points`` is how far the physical progress ends up from the plan.
    """
    last = month_start(today, 0 if today.day >= 25 else -1)
    if done:
        last = min(last, month_start(finish))
    months = months_until(start, last)
    declared, paid_ratio = draw.uniform(-0.03, 0.07), draw.uniform(0.62, 0.88)
    grades = draw.choices(("ABBC", "BBBA", "BCCB", "CCDC"), (3, 4, 3, 1))[0]
    rows: list[DemoMonth] = []
    physical = invested = paid = 0.0
    for index, month in enumerate(months):
        day = month_start(month, 1)
        planned = 100 * s_curve((day - start).days / max((finish - start).days, 1))
        weight = (index + 1) / len(months)
        wobble = draw.uniform(-0.6, 0.6)
        aim = 100.0 if done and index == len(months) - 1 else planned + points * weight + wobble
        physical = min(max(physical, aim, 0.4), 100.0 if done else 99.5)
        invested = min(max(invested, physical / 100 * (1 + declared) + draw.uniform(-0.012, 0.012)), 1.0)
        paid = min(max(paid, invested * (paid_ratio + (0.1 if done else 0) * weight)), invested)
        rows.append(
            DemoMonth(
                month=month,
                planned_pct=round(min(planned, 100.0), 2),
                physical_pct=round(physical, 2),
                planned_invest_yuan=_ten_thousands(total * planned / 100),
                invested_yuan=_ten_thousands(total * invested),
                paid_yuan=_ten_thousands(total * paid),
                grade=grades[index % len(grades)],
            )
        )
    return tuple(rows[-MONTHS_SHOWN:])


def _ten_thousands(yuan: float) -> int:
    return round(yuan / 10_000) * 10_000
