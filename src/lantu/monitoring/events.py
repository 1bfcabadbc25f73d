"""What happens in monitoring, told to whoever subscribes: ids and plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event
from lantu.monitoring import events_desk

__all__ = ["events_desk"]


@event("monitoring.alert_raised")
@dataclass(frozen=True, kw_only=True)
class AlertRaised:
    """A rule found an excess (risk) or a device fell silent (technical)."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    alert_kind: str
    rule: str
    rule_version: int
    device_id: int
    channel_id: int | None
    severity: int
    value: float | None
    opened_at: str
    late: bool


@event("monitoring.alert_escalated")
@dataclass(frozen=True, kw_only=True)
class AlertEscalated:
    """An open alert reached a higher severity."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    severity_before: int
    severity: int
    value: float | None


@event("monitoring.alert_cleared")
@dataclass(frozen=True, kw_only=True)
class AlertCleared:
    """The value came back below the clearing limit. The alert stays open: only people close a risk."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    value: float | None
    cleared_at: str


@event("monitoring.alert_recurred")
@dataclass(frozen=True, kw_only=True)
class AlertRecurred:
    """A cleared but still open alert is above its limit again."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    severity: int
    value: float | None


@event("monitoring.alert_taken_up")
@dataclass(frozen=True, kw_only=True)
class AlertTakenUp:
    """Somebody answers for the alert elsewhere now (a hazard)."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    taken_up_ref: str


@event("monitoring.false_positive_proposed")
@dataclass(frozen=True, kw_only=True)
class FalsePositiveProposed:
    """One person says that the alert is false; a second one has to agree."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int


@event("monitoring.alert_marked_false")
@dataclass(frozen=True, kw_only=True)
class AlertMarkedFalse:
    """Two people agree that the alert was false: it counts against the rule's precision."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    rule: str
    rule_version: int


@event("monitoring.alert_closed")
@dataclass(frozen=True, kw_only=True)
class AlertClosed:
    """The alert is done: its hazard is verified, or the device sends again."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.alert"
    project_id: int
    subject_id: int
    outcome: str


@event("monitoring.device_registered")
@dataclass(frozen=True, kw_only=True)
class DeviceRegistered:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    code: str
    type_code: str


@event("monitoring.device_token_issued")
@dataclass(frozen=True, kw_only=True)
class DeviceTokenIssued:
    """A new token replaced the old one. The token itself is nowhere recorded."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    code: str


@event("monitoring.device_status_changed")
@dataclass(frozen=True, kw_only=True)
class DeviceStatusChanged:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    status_before: str
    status: str


@event("monitoring.rule_version_loaded")
@dataclass(frozen=True, kw_only=True)
class RuleVersionLoaded:
    """A rule says something new from now on; earlier judgements keep the version they used."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.rule_version"
    project_id: int | None
    subject_id: int
    rule: str
    version: int


@event("monitoring.readings_expired")
@dataclass(frozen=True, kw_only=True)
class ReadingsExpired:
    """A month of sealed readings or of roll-ups was dropped, its time being over. ``subject_id`` is YYYYMM."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.readings"
    project_id: int | None
    subject_id: int
    table: str
    first_day: str
    readings: int
    bytes: int


@event("monitoring.quarantine_replayed")
@dataclass(frozen=True, kw_only=True)
class QuarantineReplayed:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.quarantine"
    project_id: int | None
    subject_id: int
    reason_code: str


@event("monitoring.station_clock_skewed")
@dataclass(frozen=True, kw_only=True)
class StationClockSkewed:
    """The clock of a station went wrong by more than the limit, or (``wrong`` false) is right again."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    code: str
    skew_s: float
    limit_s: float
    wrong: bool


@event("monitoring.hj212_station_set")
@dataclass(frozen=True, kw_only=True)
class Hj212StationSet:
    """How the gateway understands a station was set. The access password is nowhere recorded."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    code: str
    mn: str
    crc_mode: str
    changed: str


@event("monitoring.rule_retired")
@dataclass(frozen=True, kw_only=True)
class RuleRetired:
    """The pack no longer has this rule: it ends today, what it judged stays."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.rule_version"
    project_id: int | None
    subject_id: int
    rule: str
    version: int


@event("monitoring.design_limit_set")
@dataclass(frozen=True, kw_only=True)
class DesignLimitSet:
    """A value of the project's design documents takes the place of the standard's. ``looser``: further out than that."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.project_rule_override"
    project_id: int
    subject_id: int
    item: str
    device_id: int | None
    document_no: str
    evidence_id: int
    looser: bool


@event("monitoring.design_limit_withdrawn")
@dataclass(frozen=True, kw_only=True)
class DesignLimitWithdrawn:
    """The design value no longer holds; from now on the standard's does again."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.project_rule_override"
    project_id: int
    subject_id: int
    item: str


@event("monitoring.interlock_called")
@dataclass(frozen=True, kw_only=True)
class InterlockCalled:
    """Equipment on site is to be switched on (``on``) or off again: spraying above 300 µg/m³ over 15 minutes."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    equipment: str
    on: bool
    rule: str
    rule_version: int
    value: float
    limit: float | None
    measured_at: str


@event("monitoring.crane_group_set")
@dataclass(frozen=True, kw_only=True)
class CraneGroupSet:
    """Cranes that overlap were described as a group, or described anew."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.crane_group"
    project_id: int
    subject_id: int
    name: str
    cranes: int
    faults: str
