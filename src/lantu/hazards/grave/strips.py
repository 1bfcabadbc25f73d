"""Urgent lines at the top of a project's page: stop-work orders, listings, red and orange hazards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.core.sentences import retell
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import OPEN, visible_hazards, with_deadline
from lantu.hazards.states import Grade
from lantu.projects.strips import Strip

MOST = 3


def hazard_strips(project: Any, reader: Any, now: datetime) -> list[Strip]:
    """The gravest open hazards that the reader may see, stopped work first."""
    if not may(reader, "hazards.read", project):
        return []
    rows = with_deadline(visible_hazards(reader)).filter(OPEN, project=project, grade__gte=Grade.ORANGE)
    rows = rows.select_related("duty__holder").prefetch_related("stops", "listings")
    return [_strip(hazard) for hazard in rows.order_by("-grade", "deadline")[:MOST]]


def _strip(hazard: Any) -> Strip:
    stop = next((row for row in hazard.stops.all() if row.resumed_at is None), None)
    listed = any(row.delisted_at is None for row in hazard.listings.all())
    if stop is not None:
        title = stop.get_scope_display()
    elif listed:
        title = _("挂牌督办")
    else:
        title = _("红色隐患") if hazard.grade == Grade.RED else _("橙色隐患")
    parts = [retell(hazard.title), hazard.get_state_display()]
    if stop is not None:
        parts.append(stop.number)
    if hazard.duty is not None:
        parts.append(str(hazard.duty.holder))
    return Strip(
        severity=hazard.grade,
        title=title,
        text=" · ".join(str(part) for part in parts),
        url=hazard.get_absolute_url(),
        action_label=_("查看"),
        due_at=_deadline(hazard),
    )


def _deadline(hazard: Hazard) -> datetime | None:
    return getattr(hazard, "deadline", None)
