"""The six stations of a hazard, as the line on its page and on its papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.hazards.models import Hazard
from lantu.hazards.states import CLOSED_STATES, HazardState

S = HazardState


@dataclass(frozen=True, kw_only=True)
class Station:
    """``tone``: done, now or todo; ``who`` and ``at`` where it has been reached."""

    label: str | Promise
    icon: str
    at: datetime | None
    who: Any
    tone: str = "todo"
    note: str | Promise = ""


# How many stations lie behind a hazard in each state.
_REACHED = {
    S.DETECTED: 0, S.CONFIRMED: 1, S.ORDERED: 2, S.ACCEPTED: 3, S.RECTIFYING: 3, S.RETURNED: 3, S.SUBMITTED: 4,
    S.DISPUTED: 2, S.PLAN_SUBMITTED: 3, S.PLAN_APPROVED: 3, S.SV_CONFIRMED: 5, S.RECHECKED: 5, S.CLOSED: 6,
}  # fmt: skip


def state_line(hazard: Hazard) -> list[Station]:
    """Found, ordered, accepted, replied, confirmed by the supervisor, re-checked and closed."""
    stations = (
        Station(
            label=_("发现核实"), icon="search", at=hazard.confirmed_at, who=hazard.reporter or _("监测预警")
        ),
        Station(
            label=_("下发通知"), icon="send", at=hazard.ordered_at, who=hazard.issuer or _("系统自动派单")
        ),
        Station(label=_("施工签收"), icon="check", at=hazard.accepted_at, who=hazard.rectifier),
        Station(label=_("整改回复"), icon="camera", at=hazard.submitted_at, who=hazard.rectifier),
        Station(label=_("监理确认"), icon="user-check", at=hazard.sv_confirmed_at, who=hazard.supervisor),
        Station(label=_("复查销号"), icon="shield-check", at=hazard.rechecked_at, who=hazard.rechecker),
    )
    reached = _REACHED.get(S(hazard.state), 0)
    ended_early = hazard.state in CLOSED_STATES and hazard.state != S.CLOSED
    return [
        _placed(station, hazard, done=station.at is not None if ended_early else place < reached,
                now=not ended_early and place == reached)
        for place, station in enumerate(stations)
    ]  # fmt: skip


def _placed(station: Station, hazard: Hazard, *, done: bool, now: bool) -> Station:
    """The station as reached, waited for, or still ahead: then without time and name."""
    if done:
        return replace(station, icon="check", tone="done")
    note = _("已退回") if now and hazard.state == S.RETURNED else ""
    return replace(station, tone="now" if now else "todo", at=None, who=None, note=note)
