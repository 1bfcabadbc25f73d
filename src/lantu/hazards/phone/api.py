"""Late submissions over HTTP: what waits on a hazard, and the decision about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lantu.accounts.permissions import require
from lantu.hazards.phone.selectors import KeptView, get_visible_kept, kept_views
from lantu.hazards.phone.services.decide import adopt, set_aside
from lantu.hazards.selectors import get_visible_hazard

router = Router(tags=["隐患"])


class KeptOut(Schema):
    """A submission that arrived after the hazard had moved on. ``captured_at`` is the phone's claim."""

    id: int
    verb: str
    state: str
    by: str
    unit: str
    text: str
    captured_at: datetime | None
    received_at: datetime
    seen_state: str
    met_state: str
    why: str
    evidence: list[str]
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    may_decide: bool


class DecisionIn(Schema):
    reason: str


def _shown(view: KeptView) -> dict[str, Any]:
    kept = view.kept
    plain = (
        "id",
        "verb",
        "state",
        "captured_at",
        "received_at",
        "seen_state",
        "met_state",
        "decided_at",
        "reason",
    )
    return {name: getattr(kept, name) for name in plain} | {
        "by": str(kept.by),
        "unit": str(kept.unit),
        "text": view.text,
        "why": view.why,
        "evidence": [file.get_absolute_url() for file in view.files],
        "decided_by": None if kept.decided_by is None else str(kept.decided_by),
        "may_decide": view.may_decide,
    }


def _of(user: Any, pk: int) -> list[dict[str, Any]]:
    return [_shown(view) for view in kept_views(get_visible_hazard(user, pk), user)]


@router.get("/hazards/{int:pk}/kept", response=list[KeptOut])
def list_kept(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Late submissions of one hazard, oldest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "hazards.read")
    return _of(user, pk)


@router.post("/hazards/{int:pk}/kept/{int:kept}/adopt", response=list[KeptOut])
def adopt_kept(request: HttpRequest, pk: int, kept: int, body: DecisionIn) -> list[dict[str, Any]]:
    """Take a late submission into the record, as a person of another unit."""
    user: Any = request.auth  # type: ignore[attr-defined]
    adopt(get_visible_kept(user, pk, kept), by=user, now=timezone.now(), reason=body.reason)
    return _of(user, pk)


@router.post("/hazards/{int:pk}/kept/{int:kept}/set_aside", response=list[KeptOut])
def set_aside_kept(request: HttpRequest, pk: int, kept: int, body: DecisionIn) -> list[dict[str, Any]]:
    """Set a late submission aside, with the reason."""
    user: Any = request.auth  # type: ignore[attr-defined]
    set_aside(get_visible_kept(user, pk, kept), by=user, now=timezone.now(), reason=body.reason)
    return _of(user, pk)
