"""What a pack holds, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from lantu.calc.deadlines import SlipPolicy, Term
from lantu.calc.pits import RangePolicy
from lantu.calc.workdays import WorkCalendar
from lantu.packs.annual_plan import AnnualPlanRules, CityPlanRules
from lantu.packs.appraisal import AppraisalRules
from lantu.packs.facts import Fact
from lantu.packs.gates import GateBook, TenderBook
from lantu.packs.major import MajorList
from lantu.packs.observations import ObservationType
from lantu.packs.programmes import ProgrammeRules
from lantu.packs.safety import DangerousWorks, QualityTree, SafetyScore
from lantu.packs.schedules import ScheduleRules
from lantu.packs.vehicles import VehicleRules, VehicleThreshold

MARKS = {
    "V": "verified against the named source",
    "K": "known from the standard, not re-read",
    "D": "a choice of this platform, not a standard",
    "U": "unsure: confirm before relying on it",
}
ORGANISATION_KINDS = (
    "bureau", "department", "county", "owner", "contractor", "supervisor", "designer", "institution"
)  # fmt: skip
ROLES = (
    "director", "officer", "vicemayor", "clerk", "county", "owner", "contractor", "supervisor", "designer",
    "inspector", "expert", "auditor", "sysadmin", "secadmin",
)  # fmt: skip


@dataclass(frozen=True)
class Channel:
    """A quantity that a device may measure, in its canonical unit."""

    key: str
    label: str
    label_en: str
    unit: str
    low: float
    high: float
    period_s: int
    decimals: int

    def row(self) -> dict[str, Any]:
        """The channel as monitoring takes it over."""
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "range_low": self.low,
            "range_high": self.high,
            "period_s": self.period_s,
            "decimals": self.decimals,
        }


@dataclass(frozen=True)
class DeviceType:
    """A kind of instrument with its channels."""

    code: str
    label: str
    label_en: str
    icon: str
    period_s: int
    channels: tuple[Channel, ...]
    facts: tuple[str, ...] = ()
    """Site facts that its rules need, e.g. ``pit_depth_m``."""

    def row(self) -> dict[str, Any]:
        """The type as monitoring takes it over; its own period stands for all its channels."""
        channels = [{**channel.row(), "period_s": self.period_s} for channel in self.channels]
        return {"code": self.code, "label": self.label, "icon": self.icon, "channels": channels}


@dataclass(frozen=True)
class ThresholdLevel:
    """A limit of one severity; ``percent`` bounds it by a share of the rule's site fact."""

    severity: int
    limit: float
    label: str
    clear_limit: float | None = None
    percent: float | None = None

    def row(self) -> dict[str, Any]:
        """The level as stored in a rule version."""
        found = {
            "severity": self.severity,
            "limit": self.limit,
            "label": self.label,
            "clear_limit": self.clear_limit,
            "percent": self.percent,
        }
        return {key: value for key, value in found.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A rule of monitoring with its basis and how sure we are of it (``mark``: V, K, D or U)."""

    code: str
    name: str
    name_en: str
    family: str
    param: str
    unit: str
    kind: str
    levels: tuple[ThresholdLevel, ...]
    basis: str
    clause: str
    mark: str
    effective_from: date
    effective_to: date | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""

    def row(self) -> dict[str, Any]:
        """The rule as monitoring takes it over (field names of its rule versions)."""
        return {
            "code": self.code,
            "name": self.name,
            "family": self.family,
            "param": self.param,
            "unit": self.unit,
            "kind": self.kind,
            "levels": [level.row() for level in self.levels],
            "basis": self.basis,
            "clause": self.clause,
            "mark": self.mark,
            "note": self.note,
            "effective_from": self.effective_from,
            "effective_to": self.effective_to,
            **self.options,
        }


@dataclass(frozen=True)
class QuietPeriod:
    """Days on which a rule with this calendar holds: from ``first`` to ``last``, both included."""

    name: str
    name_en: str
    first: date
    last: date
    basis: str
    mark: str


@dataclass(frozen=True)
class Area:
    """A county-level unit (GB/T 2260) or a functional zone with an internal code."""

    code: str
    name: str
    name_en: str
    kind: str
    """``city``, ``county`` or ``zone``."""
    host: str = ""
    """For a zone: the division that it lies in."""
    seat: tuple[float, float] | None = None
    """Longitude and latitude of the seat or centre, CGCS2000."""
    short: str = ""
    short_en: str = ""
    """For narrow columns in English; empty where the English name is short enough."""


@dataclass(frozen=True)
class Rung:
    """A step of the escalation ladder."""

    level: int
    role: str
    when: str
    label: str
    label_en: str


@dataclass(frozen=True)
class HazardClock:
    """The terms of one grade of hazard (severity 1 to 4)."""

    severity: int
    label: str
    label_en: str
    acknowledge: Term
    plan: Term | None
    rectify: Term
    recheck: Term
    recheck_by: tuple[str, ...]
    sample_pct: int
    stop_work: bool
    escalate_at_dispatch: int
    escalate_at_half: int
    escalate_at_overdue: int


@dataclass(frozen=True)
class Industry:
    """A class of GB/T 4754 that major projects fall in."""

    code: str
    name: str
    name_en: str
    sector: str


@dataclass(frozen=True)
class NationalPack:
    """What holds in every city until its own pack or a design document says otherwise."""

    version: str
    calendar: WorkCalendar
    calendar_basis: Mapping[int, str]
    channels: Mapping[str, Channel]
    facts: Mapping[str, Fact]
    device_types: Mapping[str, DeviceType]
    thresholds: Mapping[str, Threshold]
    areas: Mapping[str, Area]
    industries: Mapping[str, Industry]
    ladder: tuple[Rung, ...]
    slip: SlipPolicy
    hazard_clocks: Mapping[int, HazardClock]
    observations: Mapping[str, ObservationType]
    dangerous_works: DangerousWorks
    safety_score: SafetyScore
    quality: QualityTree
    quiet_days: Mapping[str, tuple[QuietPeriod, ...]]
    range_policy: RangePolicy
    appraisal: AppraisalRules
    major_hazards: MajorList = field(default_factory=MajorList)
    vehicles: VehicleRules = field(default_factory=VehicleRules)
    annual_plan: AnnualPlanRules = field(default_factory=AnnualPlanRules)
    programmes: ProgrammeRules = field(default_factory=ProgrammeRules)
    schedules: ScheduleRules = field(default_factory=ScheduleRules)
    gates: GateBook = field(default_factory=GateBook)
    tender: TenderBook = field(default_factory=TenderBook)
    words_en: Mapping[str, str] = field(default_factory=dict)
    """English of the words of rules: names of limits, counted units, basis and clause with the titles of standards."""

    def rule_rows(self) -> list[dict[str, Any]]:
        """All thresholds in the form that monitoring loads."""
        return [threshold.row() for threshold in self.thresholds.values()]

    def type_rows(self) -> list[dict[str, Any]]:
        """All device types in the form that monitoring loads."""
        return [kind.row() for kind in self.device_types.values()]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An organisation of the city."""

    key: str
    name: str
    short: str
    kind: str
    area: str = ""
    uscc: str = ""
    parent: str = ""
    topics: tuple[str, ...] = ()
    invented: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account."""

    username: str
    name: str
    title: str
    unit: str
    role: str
    reach: str
    area: str = ""
    deputy: str = ""
    project: str = ""
    """Key of the demonstration project that a grant with reach ``project`` is for."""
    demo_login: bool = False


@dataclass(frozen=True)
class CityPack:
    """A city: its areas, units and people, and where it differs from the national pack."""

    key: str
    name: str
    name_en: str
    code: str
    version: str
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    boundary_note: str
    areas: tuple[Area, ...]
    units: Mapping[str, Unit]
    people: Mapping[str, Person]
    ladder: tuple[Rung, ...]
    hazard_clocks: Mapping[int, HazardClock]
    range_policy: RangePolicy | None = None
    thresholds: Mapping[str, Threshold] = field(default_factory=lambda: MappingProxyType({}))
    quiet_days: Mapping[str, tuple[QuietPeriod, ...]] = field(default_factory=lambda: MappingProxyType({}))
    vehicle_rules: Mapping[str, VehicleThreshold] = field(default_factory=lambda: MappingProxyType({}))
    gate_terms: Mapping[str, Term] = field(default_factory=lambda: MappingProxyType({}))
    gate_terms_version: str = ""
    annual_plan: CityPlanRules = field(default_factory=CityPlanRules)
    appraisal: AppraisalRules | None = None
    words_en: Mapping[str, str] = field(default_factory=dict)
    """As in the national pack, for the city's own rules."""

    def area(self, code: str) -> Area:
        """The area with this code. Raises ``KeyError``."""
        for area in self.areas:
            if area.code == code:
                return area
        raise KeyError(code)

    def units_of(self, kind: str, area: str | None = None) -> tuple[Unit, ...]:
        """Units of a kind, of one area or of all."""
        return tuple(u for u in self.units.values() if u.kind == kind and area in (None, u.area))

    def people_of(self, unit: str, role: str | None = None) -> tuple[Person, ...]:
        """People of a unit, of one role or of all."""
        return tuple(p for p in self.people.values() if p.unit == unit and role in (None, p.role))
