"""What happens to gates. ``before`` and ``after`` are states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfGate:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.gate"
    project_id: int
    subject_id: int
    stage: str
    before: str
    after: str


@event("gates.gates_opened")
@dataclass(frozen=True, kw_only=True)
class GatesOpened:
    """``taken_over``: the past of a project that had begun before, as [stage, state, passed on, documents]."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.gateplan"
    project_id: int
    subject_id: int
    template: str
    template_version: str
    steps: int
    taken_over: list[Any]


@event("gates.gate_started")
@dataclass(frozen=True, kw_only=True)
class GateStarted(_OfGate):
    due_on: str


@event("gates.gate_submitted")
@dataclass(frozen=True, kw_only=True)
class GateSubmitted(_OfGate):
    missing: list[str]


@event("gates.gate_checked")
@dataclass(frozen=True, kw_only=True)
class GateChecked(_OfGate):
    pass


@event("gates.gate_returned")
@dataclass(frozen=True, kw_only=True)
class GateReturned(_OfGate):
    pass


@event("gates.gate_passed")
@dataclass(frozen=True, kw_only=True)
class GatePassed(_OfGate):
    """``conditions``: ids of the conditions of a conditional pass."""

    passed_on: str
    conditions: list[int]
    rule: str


@event("gates.gate_held")
@dataclass(frozen=True, kw_only=True)
class GateHeld(_OfGate):
    until: str


@event("gates.gate_released")
@dataclass(frozen=True, kw_only=True)
class GateReleased(_OfGate):
    pass


@event("gates.gate_rejected")
@dataclass(frozen=True, kw_only=True)
class GateRejected(_OfGate):
    pass


@event("gates.gate_suspended")
@dataclass(frozen=True, kw_only=True)
class GateSuspended(_OfGate):
    document_no: str


@event("gates.gate_resumed")
@dataclass(frozen=True, kw_only=True)
class GateResumed(_OfGate):
    document_no: str


@event("gates.gate_cancelled")
@dataclass(frozen=True, kw_only=True)
class GateCancelled(_OfGate):
    document_no: str


@event("gates.gate_reopened")
@dataclass(frozen=True, kw_only=True)
class GateReopened(_OfGate):
    change_pct: float


@event("gates.gate_replanned")
@dataclass(frozen=True, kw_only=True)
class GateReplanned(_OfGate):
    due_before: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class _OfStep:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.gatestep"
    project_id: int
    subject_id: int
    code: str
    label: str
    before: str
    after: str


@event("gates.step_applied")
@dataclass(frozen=True, kw_only=True)
class StepApplied(_OfStep):
    due_at: str


@event("gates.step_confirmed")
@dataclass(frozen=True, kw_only=True)
class StepConfirmed(_OfStep):
    evidence_on: str
    sha256: list[str]


@event("gates.step_returned")
@dataclass(frozen=True, kw_only=True)
class StepReturned(_OfStep):
    pass


@event("gates.step_waived")
@dataclass(frozen=True, kw_only=True)
class StepWaived(_OfStep):
    pass


@event("gates.document_voided")
@dataclass(frozen=True, kw_only=True)
class DocumentVoided(_OfStep):
    document_id: int
    sha256: str


@event("gates.condition_met")
@dataclass(frozen=True, kw_only=True)
class ConditionMet:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.gatecondition"
    project_id: int
    subject_id: int
    gate_id: int
    text: str
    on_time: bool


@event("gates.tender_saved")
@dataclass(frozen=True, kw_only=True)
class TenderSaved:
    """``changes``: field → [before, after]; ``broken``: codes of rules that the record breaks."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.gatetender"
    project_id: int
    subject_id: int
    name: str
    changes: dict[str, Any]
    broken: list[str]
    rule: str
