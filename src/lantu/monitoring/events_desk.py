"""What happens at the rule desk, with devices' registration and with observations: ids and plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@event("monitoring.device_changed")
@dataclass(frozen=True, kw_only=True)
class DeviceChanged:
    """What is registered about a device was corrected; ``fields`` names what."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.device"
    project_id: int
    subject_id: int
    code: str
    fields: list[str]


@event("monitoring.checkup_made")
@dataclass(frozen=True, kw_only=True)
class CheckupMade:
    """A project's devices were checked against the contract (接入体检)."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.checkupreport"
    project_id: int
    subject_id: int
    verdict: str
    devices: int
    passed: int


@event("monitoring.observation_made")
@dataclass(frozen=True, kw_only=True)
class ObservationMade:
    """A camera saw something that is true: a person confirmed it, or its confidence reached the automatic level."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.observation"
    project_id: int
    subject_id: int
    observation: str
    title: str
    description: str
    field: str
    severity: int
    confidence: float
    place: str
    lon: float | None
    lat: float | None
    device_id: int
    evidence_id: int | None
    observed_at: str
    automatic: bool


@event("monitoring.observation_received")
@dataclass(frozen=True, kw_only=True)
class ObservationReceived:
    """A camera says it has seen something; a person is to look at it."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.observation"
    project_id: int
    subject_id: int
    observation: str
    severity: int
    confidence: float


@event("monitoring.observation_dismissed")
@dataclass(frozen=True, kw_only=True)
class ObservationDismissed:
    """A person looked: it is not an issue. Counts against the camera's algorithm, not against the site."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.observation"
    project_id: int
    subject_id: int
    observation: str


@event("monitoring.rule_proposed")
@dataclass(frozen=True, kw_only=True)
class RuleProposed:
    """Somebody drafts a new wording of a rule; nothing is in force yet."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.ruleproposal"
    project_id: int | None
    subject_id: int
    rule: str
    base_version: int


@event("monitoring.rule_proposal_submitted")
@dataclass(frozen=True, kw_only=True)
class RuleProposalSubmitted:
    """A draft was replayed and handed to a second person for approval."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.ruleproposal"
    project_id: int | None
    subject_id: int
    rule: str


@event("monitoring.rule_proposal_decided")
@dataclass(frozen=True, kw_only=True)
class RuleProposalDecided:
    """Approved (then ``version`` is the new version), returned to the proposer, or withdrawn by him."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "monitoring.ruleproposal"
    project_id: int | None
    subject_id: int
    rule: str
    outcome: str
    version: int | None
