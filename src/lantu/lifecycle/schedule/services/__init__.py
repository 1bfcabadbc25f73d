"""One verb per function: each is one transaction, one lock, one event."""

from lantu.lifecycle.schedule.services.adopt import (
    adopt_levelling,
    discard_draft,
    proposal_for,
    undo_adoption,
    what_adoption_does,
)
from lantu.lifecycle.schedule.services.approve import (
    freeze_baseline,
    propose_schedule,
    put_in_force,
    revise_schedule,
    send_back,
)
from lantu.lifecycle.schedule.services.create import create_schedule
from lantu.lifecycle.schedule.services.edit import Change, edit_schedule
from lantu.lifecycle.schedule.services.level import ask_levelling
from lantu.lifecycle.schedule.services.progress import ProgressRow, record_progress
from lantu.lifecycle.schedule.services.recalculate import recalculate
from lantu.lifecycle.schedule.services.slips import answer_slip, watch_milestones

__all__ = [
    "Change", "ProgressRow", "adopt_levelling", "answer_slip", "ask_levelling", "create_schedule", "discard_draft",
    "edit_schedule", "freeze_baseline", "proposal_for", "propose_schedule", "put_in_force", "recalculate",
    "record_progress", "revise_schedule", "send_back", "undo_adoption", "watch_milestones", "what_adoption_does",
]  # fmt: skip
