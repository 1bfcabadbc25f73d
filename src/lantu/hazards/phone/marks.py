"""What a person saw when they pressed the button, in one word that a form carries."""

from __future__ import annotations

from lantu.hazards.models import Hazard
from lantu.hazards.states import Grade, HazardState


def mark_of(hazard: Hazard) -> str:
    """``state.round.unit``: as long as it stays the same, a late submission answers what is asked now.

    Cleared warnings, higher grades and longer deadlines change the row but not the question. ``round`` counts returns,
    so that a reply to the first request is not taken for one to the second.
    """
    return f"{hazard.state}.{hazard.returned_count}.{hazard.rectifier_unit_id or 0}"


def mark_after_accepting(hazard: Hazard) -> str:
    """The mark that accepting the order will lead to; empty where a plan has to come first.

    With it the reply can be filled in before the acceptance has been sent.
    """
    if hazard.state != HazardState.ORDERED or hazard.grade > Grade.YELLOW:
        return ""
    return f"{HazardState.RECTIFYING}.{hazard.returned_count}.{hazard.rectifier_unit_id or 0}"


def state_in(mark: str) -> str:
    """The state that a mark names; empty for a mark that is none."""
    state = mark.split(".", maxsplit=1)[0]
    return state if state in HazardState.values else ""
