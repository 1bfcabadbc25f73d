"""Tables of a plan: by district, class and category; by month; how far the proposals have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from lantu.lifecycle.annual_plan.facts import MONTHS
from lantu.lifecycle.annual_plan.models import PlanProposal, PlanVersionItem
from lantu.lifecycle.annual_plan.states import ProposalState

PCT = 100


@dataclass
class MonthRow:
    """Twelve amounts in yuan with their sum; ``items`` are the rows of an area's projects."""

    name: str
    months: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * MONTHS)
    items: list[MonthRow] = field(default_factory=list)
    address: str = ""

    @property
    def total(self) -> Decimal:
        return sum(self.months, Decimal(0))

    def add(self, amounts: Sequence[Decimal]) -> None:
        self.months = [one + two for one, two in zip(self.months, amounts, strict=True)]


def as_numbers(value: Any) -> Any:
    """Stored totals, whose amounts are text, with their amounts as numbers."""
    if isinstance(value, dict):
        return {key: as_numbers(entry) for key, entry in value.items()}
    return Decimal(value) if isinstance(value, str) else value


def by_division(totals: Mapping[str, Any], name: str, labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of one division in the order of the labels, each with its share of the year's investment."""
    parts = totals[name]
    whole = Decimal(str(totals["all"]["annual_yuan"])) or Decimal(1)
    order = [*(key for key in labels if key in parts), *(key for key in parts if key not in labels)]
    return [
        {
            "key": key,
            "label": labels.get(key, key),
            "projects": parts[key]["projects"],
            "total_yuan": Decimal(str(parts[key]["total_yuan"])),
            "annual_yuan": Decimal(str(parts[key]["annual_yuan"])),
            "pct": float(Decimal(str(parts[key]["annual_yuan"])) / whole * PCT),
        }
        for key in order
    ]


def month_table(
    items: Iterable[PlanVersionItem], areas: Mapping[str, str], opens: frozenset[int]
) -> MonthRow:
    """The city with its areas with their projects; every level is the sum of the one below. ``opens``: proposals that the
    reader may open."""
    city = MonthRow("")
    found: dict[str, MonthRow] = {}
    for item in items:
        amounts = [Decimal(str(amount)) for amount in item.monthly_yuan] or [Decimal(0)] * MONTHS
        area = found.setdefault(item.area_code, MonthRow(areas.get(item.area_code, item.area_code)))
        row = MonthRow(
            item.name, address=item.proposal.get_absolute_url() if item.proposal_id in opens else ""
        )
        row.add(amounts)
        area.items.append(row)
        area.add(amounts)
        city.add(amounts)
    city.items = [
        found[code] for code in (*(c for c in areas if c in found), *(c for c in found if c not in areas))
    ]
    return city


def funnel(rows: QuerySet[PlanProposal]) -> list[tuple[str, str, int]]:
    """(state, its name, how many), in the order of the way; states without any are left out."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return [(state, str(name), found[state]) for state, name in ProposalState.choices if found.get(state)]


def with_moves(items: Sequence[PlanVersionItem]) -> list[PlanVersionItem]:
    """Chosen first, then by area."""
    return sorted(items, key=lambda item: (not item.chosen, item.area_code, item.pk))
