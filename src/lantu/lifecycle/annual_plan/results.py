"""How a year stands against its plan: as issued and as adjusted, both, never one in place of the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanVersionItem
from lantu.lifecycle.annual_plan.selectors import openable, plan_as_issued, plan_in_force, visible_items
from lantu.lifecycle.annual_plan.states import Outcome, VersionKind
from lantu.projects.models import YearPlan

PCT = 100


@dataclass(frozen=True)
class ResultRow:
    """One project; ``address`` empty where the reader may not open it; amounts in yuan. ``issued`` None: joined in mid-year; ``adjusted`` None: left. ``due``: what the plan asks
    for by the end of the last full month; None where it has no months."""

    name: str
    address: str
    area_code: str
    issued: Decimal | None
    adjusted: Decimal | None
    done: Decimal
    outcome: str
    due: Decimal | None = None

    @property
    def behind(self) -> bool:
        """In the plan still, and less done than the plan asks for by now."""
        return self.adjusted is not None and self.due is not None and self.done < self.due

    @property
    def issued_pct(self) -> float | None:
        return float(self.done / self.issued * PCT) if self.issued else None

    @property
    def adjusted_pct(self) -> float | None:
        return float(self.done / self.adjusted * PCT) if self.adjusted else None


@dataclass(frozen=True)
class Result:
    rows: list[ResultRow]
    is_final: bool

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(row, name) or Decimal(0) for row in self.rows), Decimal(0))

    @property
    def issued(self) -> Decimal:
        return self._sum("issued")

    @property
    def adjusted(self) -> Decimal:
        return self._sum("adjusted")

    @property
    def done(self) -> Decimal:
        return self._sum("done")

    @property
    def issued_pct(self) -> float | None:
        return float(self.done / self.issued * PCT) if self.issued else None

    @property
    def adjusted_pct(self) -> float | None:
        return float(self.done / self.adjusted * PCT) if self.adjusted else None


def results_of(reader: Any, plan: AnnualPlan, *, today: date) -> Result:
    """The rows that the reader may see: of the appraisal where there is one, else as of now from the register."""
    final = plan.versions.filter(kind=VersionKind.APPRAISED).first()
    issued, force = plan_as_issued(plan.year), plan_in_force(plan.year)
    if issued is None or force is None:
        return Result([], False)
    one = {item.proposal_id: item for item in visible_items(reader, issued).filter(chosen=True)}
    two = {item.proposal_id: item for item in visible_items(reader, force).filter(chosen=True)}
    items: dict[int, PlanVersionItem] = {**one, **two}
    kept = {item.proposal_id: item for item in final.items.all()} if final is not None else {}
    years = {
        row.project_id: row
        for row in YearPlan.objects.filter(
            year=plan.year, project__in=[item.proposal.project_id for item in items.values()]
        )
    }
    month, opens = full_months(plan.year, today), openable(reader, plan)
    rows = []
    for pk, item in items.items():
        frozen = kept.get(pk)
        year = years.get(item.proposal.project_id or 0)
        amount = frozen.done_yuan if frozen is not None else year.done_yuan if year is not None else None
        rows.append(
            ResultRow(
                item.name, item.proposal.get_absolute_url() if pk in opens else "", item.area_code,
                one[pk].annual_yuan if pk in one else None, two[pk].annual_yuan if pk in two else None,
                amount or Decimal(0), str(Outcome(frozen.outcome).label) if frozen is not None and frozen.outcome else "",
                _due(year, month),
            )
        )  # fmt: skip
    return Result(sorted(rows, key=lambda row: (row.area_code, row.name)), final is not None)


def full_months(year: int, today: date) -> int:
    """How many months of ``year`` lie wholly behind ``today``: 0 to 12."""
    if today.year != year:
        return 12 if today.year > year else 0
    return today.month - 1


def _due(year: YearPlan | None, months: int) -> Decimal | None:
    if year is None or len(year.monthly_yuan) != 12:
        return None
    return Decimal(str(year.monthly_yuan[months - 1])) if months else Decimal(0)
