"""What happens with slag trucks: ids and plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@event("monitoring.vehicle_registered")
@dataclass(frozen=True, kw_only=True)
class VehicleRegistered:
    """A truck may report from now on. ``project_id``: the first project that it serves."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehicle"
    project_id: int
    subject_id: int
    plate: str
    company: str


@event("monitoring.vehicle_changed")
@dataclass(frozen=True, kw_only=True)
class VehicleChanged:
    """Facts of a truck changed; ``changes`` lists the fields, the reason says why."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehicle"
    project_id: int
    subject_id: int
    changes: list[str]


@event("monitoring.vehicle_code_renewed")
@dataclass(frozen=True, kw_only=True)
class VehicleCodeRenewed:
    """The codes that its terminal was given so far are refused from now on."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehicle"
    project_id: int
    subject_id: int


@event("monitoring.disposal_site_licensed")
@dataclass(frozen=True, kw_only=True)
class DisposalSiteLicensed:
    """A disposal site was entered, or its outline or term changed."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.disposalsite"
    project_id: int | None = None
    subject_id: int
    code: str
    name: str


@event("monitoring.route_licensed")
@dataclass(frozen=True, kw_only=True)
class RouteLicensed:
    """A route for trucks was entered, or its line or term changed."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.licensedroute"
    project_id: int | None
    subject_id: int
    code: str
    name: str


@event("monitoring.vehicle_rule_loaded")
@dataclass(frozen=True, kw_only=True)
class VehicleRuleLoaded:
    """A rule for trucks says something new from now on; findings keep the version that judged them."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehicleruleversion"
    project_id: int | None = None
    subject_id: int
    rule: str
    version: int


@event("monitoring.vehicle_finding_raised")
@dataclass(frozen=True, kw_only=True)
class VehicleFindingRaised:
    """A rule holds on a trip for the first time. ``finding_kind``: risk (asks for a hazard) or technical.

    place and description: words for people; field: safety or environment; first_at: ISO time at which it
    began; value in ``unit``; inputs: what it was judged by.
    """

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehiclefinding"
    project_id: int
    subject_id: int
    finding_kind: str
    severity: int
    title: str
    description: str
    place: str
    field: str
    vehicle_id: int
    plate: str
    company: str
    rule: str
    rule_name: str
    rule_version: int
    clause: str
    basis: str
    first_at: str
    trip_at: str
    lon: float
    lat: float
    value: float
    unit: str
    late: bool
    inputs: dict[str, Any]


@event("monitoring.vehicle_finding_false_proposed")
@dataclass(frozen=True, kw_only=True)
class VehicleFindingFalseProposed:
    """Somebody says that the finding was none; another person has to agree."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehiclefinding"
    project_id: int
    subject_id: int


@event("monitoring.vehicle_finding_marked_false")
@dataclass(frozen=True, kw_only=True)
class VehicleFindingMarkedFalse:
    """Two people of two units agree: it counts against the precision of its rule."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehiclefinding"
    project_id: int
    subject_id: int
    rule: str
    rule_version: int


@event("monitoring.vehicle_finding_taken_up")
@dataclass(frozen=True, kw_only=True)
class VehicleFindingTakenUp:
    """Somebody answers for the finding elsewhere now (a hazard)."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.vehiclefinding"
    project_id: int
    subject_id: int
    taken_up_ref: str
