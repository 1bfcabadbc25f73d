"""The verbs of gates: what other rooms call."""

from lantu.lifecycle.gates.services.approve import approve_conditionally, approve_gate
from lantu.lifecycle.gates.services.conditions import Wanted, meet_condition
from lantu.lifecycle.gates.services.documents import Paper, void_document
from lantu.lifecycle.gates.services.moves import (
    check_gate,
    hold_gate,
    reject_gate,
    release_gate,
    return_gate,
    submit_gate,
)
from lantu.lifecycle.gates.services.open_gates import open_gates, start_gate
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.services.steps import apply_step, confirm_step, return_step, waive_step
from lantu.lifecycle.gates.services.stops import (
    cancel_gates,
    reopen_gate,
    replan_gate,
    resume_gates,
    suspend_gates,
)
from lantu.lifecycle.gates.services.tenders import save_tender

__all__ = [
    "Paper", "Wanted", "apply_step", "approve_conditionally", "approve_gate", "cancel_gates", "check_gate",
    "confirm_step", "hold_gate", "meet_condition", "open_gates", "recompute_gates", "reject_gate", "release_gate",
    "reopen_gate", "replan_gate", "resume_gates", "return_gate", "return_step", "save_tender", "start_gate",
    "submit_gate", "suspend_gates", "void_document", "waive_step",
]  # fmt: skip
