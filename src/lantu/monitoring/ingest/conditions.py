"""What stands between a judgement and its alert: humid air that holds a severity down, and equipment that is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop

from lantu.calc.dust import HUMID_PCT, humid_severity
from lantu.calc.rules import Transition, explain
from lantu.core.services.emit import emit
from lantu.monitoring.events import InterlockCalled
from lantu.monitoring.ingest.memory import Memory, from_ms

HUMIDITY = "humidity"
FRESH_MS = 30 * 60_000
"""A humidity older than half an hour says nothing about the air of now."""
NOTE = gettext_noop("湿度影响")


def held_down(memory: Memory, move: Transition, *, late: bool) -> tuple[int, dict[str, Any]]:
    """The severity that the alert may have, and what to note: optical dust monitors read high from 85 % RH on.

    Late readings are judged by their own time, for which the present air is no witness: they are not held down.
    """
    rules = memory.rules
    if late or "humid" not in rules.versions[move.slot].terms:
        return move.level_to, {}
    humidity = _humidity(memory, move.slot, move.ts_ms)
    severity = humid_severity(move.level_to, humidity)
    if humidity is None or humidity < HUMID_PCT:
        return severity, {}
    if severity < move.level_to:
        rules.capped.add(move.slot)
    return severity, {"humidity": humidity, "judged_severity": move.level_to, "note": NOTE}


def dried(memory: Memory) -> list[Transition]:
    """Alerts that humid air held down, where the air is dry now and the level still stands: they rise to it."""
    rules, state = memory.rules, memory.state
    moves = []
    for slot in sorted(rules.capped):
        level, ts = state.level(slot), state.last_ts_ms(slot)
        if level <= memory.alerts.severity[slot] or ts is None:
            rules.capped.discard(slot)
            continue
        humidity = _humidity(memory, slot, ts)
        if humidity is not None and humidity < HUMID_PCT:
            rules.capped.discard(slot)
            value = float(state.core["x"][slot])
            inputs = explain(rules.book, state, slot)
            moves.append(Transition(slot, ts, int(memory.alerts.severity[slot]), level, value, inputs))
    return moves


def _humidity(memory: Memory, slot: int, ts_ms: int) -> float | None:
    """The latest humidity of the same device, if it is fresh."""
    at = memory.rules.devices[slot].keys.get(HUMIDITY)
    if at is None or abs(int(memory.latest_ms[at]) - ts_ms) > FRESH_MS or np.isnan(memory.latest_value[at]):
        return None
    return float(memory.latest_value[at])


def call_interlock(memory: Memory, move: Transition, *, now: datetime) -> None:
    """Switch equipment on or off: an event for whoever drives it, no alert and no duty."""
    rules = memory.rules
    version, device = rules.versions[move.slot], rules.devices[move.slot].row
    if (move.level_from > 0) == (move.level_to > 0):
        return
    limit = move.inputs.get("limit")
    emit(
        InterlockCalled(
            project_id=device.project_id,
            subject_id=device.id,
            equipment=str(version.terms["interlock"]),
            on=move.level_to > 0,
            rule=version.rule.code,
            rule_version=version.version,
            value=move.value,
            limit=float(limit) if isinstance(limit, int | float) else None,
            measured_at=from_ms(move.ts_ms).isoformat(),
        ),
        actor=None,
        at=now,
    )
