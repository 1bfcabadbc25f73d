"""Rebuild a hazard from its events alone: state, marks and counts. What the row says must be the same.

1. start from nothing; take the events of the hazard in their order;
2. each must begin in the state in which the one before it ended;
3. events that mark something (stop, listing, more time, opening again) change the mark as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lantu.hazards.states import CLOSED_STATES


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """A hazard as its events tell it; ``breaks`` names the events that do not follow from those before."""

    state: str = ""
    grade: int = 0
    stopped: bool = False
    listed: bool = False
    extensions: int = 0
    reopened: int = 0
    returned: int = 0
    addressee: int | None = None
    due_at: str | None = None
    breaks: tuple[str, ...] = field(default_factory=tuple)

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_STATES


def rebuild(events: Iterable[tuple[str, dict[str, Any]]]) -> Rebuilt:
    """Fold (kind, payload) pairs, oldest first."""
    built = Rebuilt()
    for kind, payload in events:
        name = kind.removeprefix("hazards.")
        if "before" not in payload:
            continue
        if payload["before"] != built.state:
            built = replace(built, breaks=(*built.breaks, f"{name}: {built.state} ≠ {payload['before']}"))
        built = replace(built, state=payload["after"])
        change = _CHANGES.get(name)
        if change is not None:
            built = replace(built, **change(built, payload))
    return built


def differences(hazard: Any, built: Rebuilt, *, stopped: bool, listed: bool) -> list[str]:
    """Where the row and its events disagree; empty when all is well."""
    pairs = {
        "state": (hazard.state, built.state),
        "grade": (hazard.grade, built.grade),
        "stopped": (stopped, built.stopped),
        "listed": (listed, built.listed),
        "extensions": (hazard.extensions, built.extensions),
        "reopened": (hazard.reopened_count, built.reopened),
        "returned": (hazard.returned_count, built.returned),
        "due_at": (hazard.due_at, datetime.fromisoformat(built.due_at) if built.due_at else None),
        "addressee": (hazard.rectifier_unit_id, built.addressee),
    }
    return [*built.breaks, *(f"{name}: {row} ≠ {told}" for name, (row, told) in pairs.items() if row != told)]


def _graded(built: Rebuilt, payload: dict[str, Any]) -> dict[str, Any]:
    due_at = payload.get("due_at") or built.due_at
    return {"grade": payload["grade"], "due_at": due_at}


_CHANGES = {
    "hazard_opened": lambda built, p: {"grade": p["grade"]},
    "hazard_confirmed": lambda built, p: {"grade": p["grade"]},
    "grade_raised": _graded,
    "hazard_regraded": _graded,
    "order_issued": lambda built, p: {"addressee": p["rectifier_unit_id"], "due_at": p["due_at"]},
    "order_transferred": lambda built, p: {"addressee": p["to_unit_id"]},
    "work_stopped": lambda built, p: {"stopped": True},
    "work_resumed": lambda built, p: {"stopped": False},
    "hazard_listed": lambda built, p: {"listed": True},
    "hazard_delisted": lambda built, p: {"listed": False},
    "deadline_extended": lambda built, p: {"extensions": p["extensions"], "due_at": p["due_at"]},
    "hazard_reopened": lambda built, p: {"reopened": p["reopened_count"], "due_at": p["due_at"]},
    "reply_returned": lambda built, p: {"returned": p["returned_count"]},
}
