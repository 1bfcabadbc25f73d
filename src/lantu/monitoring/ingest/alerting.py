"""From level changes to alerts, inside the worker's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import structlog
from django.db import transaction

from lantu.calc.rules import Transition
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert, raise_many
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.ingest.conditions import call_interlock, dried, held_down
from lantu.monitoring.ingest.memory import Memory, copy_open_alerts, from_ms, on_axis
from lantu.monitoring.telemetry.lookback import last_values, last_values_of

log = structlog.get_logger(__name__)
AROUND = 60


class AlertWriter:
    """Applies the transitions of one batch. ``now`` is when the stream took the batch: the same at every replay."""

    def __init__(self, memory: Memory, *, now: datetime) -> None:
        self.memory = memory
        self.now = now
        self.raised = 0
        # What this batch raises anew, by slot: written all at once.
        self._new: dict[int, tuple[Transition, int, dict[str, Any]]] = {}

    def apply(self, moves: list[Transition]) -> None:
        """Raise, escalate, or note the calm. Between two levels only the way up is news."""
        alerts, rules = self.memory.alerts, self.memory.rules
        self._fetch(
            [move.slot for move in moves if move.level_to > move.level_from and not self._covered(move)]
        )
        for move in moves:
            if move.slot in self._new:
                self._raise_new()
            if "interlock" in rules.versions[move.slot].terms:
                call_interlock(self.memory, move, now=self.now)
            elif move.level_to > move.level_from:
                self.raise_one(move, late=False)
            elif move.level_to == 0 and alerts.id[move.slot]:
                # A value that swings around its limit must not write an event per swing: see flush.
                alerts.calm_since_ms[move.slot] = move.ts_ms
                alerts.last[move.slot] = move.value
        self._raise_new()
        for move in dried(self.memory):
            self.raise_one(move, late=False)
        self._raise_new()

    def _covered(self, move: Transition) -> bool:
        """Whether an open alert of this level or a higher one will take the move up without a word."""
        alerts, slot = self.memory.alerts, move.slot
        return bool(alerts.id[slot] and not alerts.cleared[slot] and move.level_to <= alerts.severity[slot])

    def _fetch(self, slots: list[int]) -> None:
        """Devices and channels of all findings at once: a gale raises hundreds in one batch."""
        rules, memory = self.memory.rules, self.memory
        devices = {rules.devices[slot].row.id for slot in slots} - memory.devices.keys()
        channels = {rules.channel_id(slot) for slot in slots} - memory.channels.keys()
        if devices:
            memory.devices |= Device.objects.in_bulk(devices)
        if channels:
            memory.channels |= Channel.objects.in_bulk(channels)

    def raise_one(self, move: Transition, *, late: bool) -> None:
        """One finding. A project without anybody to answer is logged and does not stop the others."""
        memory, slot = self.memory, move.slot
        alerts = memory.alerts
        severity, humidity = held_down(memory, move, late=late)
        if alerts.id[slot] and not alerts.cleared[slot] and alerts.calm_since_ms[slot] and not late:
            # Back above the limit before the calm was announced: the same alert goes on.
            alerts.calm_since_ms[slot] = 0
            if severity <= alerts.severity[slot]:
                return
        if not late and not alerts.id[slot]:
            self._new[slot] = move, severity, humidity
            return
        device, channel = self._about(slot)
        values = last_values(device.pk, channel, until=from_ms(move.ts_ms), most=AROUND)
        finding = self._finding(move, severity, {**humidity, "values": values}, late=late)
        try:
            with transaction.atomic():
                alert = raise_alert(finding, now=self.now)
        except Refused as refusal:
            self._unheard(finding, refusal)
            return
        self._remember(move, alert)
        if late and not memory.state.level(slot):
            # It was over by the newest value that we know: nothing else will say so.
            alerts.calm_since_ms[slot] = memory.latest_ms[memory.rules.book.slots[slot].channel]

    def _raise_new(self) -> None:
        """Everything gathered in ``_new``, in a dozen statements."""
        new, self._new = list(self._new.values()), {}
        if not new:
            return
        wanted = [(*self._about(move.slot), from_ms(move.ts_ms)) for move, _severity, _more in new]
        around = last_values_of(
            [(device.pk, channel, until) for device, channel, until in wanted], most=AROUND
        )
        findings = [
            self._finding(move, severity, {**more, "values": values}, late=False)
            for (move, severity, more), values in zip(new, around, strict=True)
        ]
        raised = raise_many(findings, now=self.now)
        for (move, _severity, _more), finding, alert in zip(new, findings, raised, strict=True):
            if isinstance(alert, Refused):
                self._unheard(finding, alert)
            else:
                self._remember(move, alert)

    def _about(self, slot: int) -> tuple[Device, Channel]:
        rules = self.memory.rules
        self._fetch([slot])
        return self.memory.devices[rules.devices[slot].row.id], self.memory.channels[rules.channel_id(slot)]

    def _finding(self, move: Transition, severity: int, more: dict[str, Any], *, late: bool) -> Finding:
        rules, slot = self.memory.rules, move.slot
        device, channel = self._about(slot)
        source = rules.sources[slot] if rules.sources else {}
        return Finding(
            rule_version=rules.versions[slot],
            device=device,
            channel=channel,
            severity=severity,
            value=move.value,
            limit=_number(move.inputs.get("limit")),
            at=from_ms(move.ts_ms),
            late=late,
            inputs={**move.inputs, **source, **more},
        )

    def _unheard(self, finding: Finding, refusal: Refused) -> None:
        label, code = finding.rule_version.label, finding.device.code
        log.error("alert_without_holder", rule=label, device=code, why=str(refusal))

    def _remember(self, move: Transition, alert: Alert) -> None:
        memory, slot = self.memory, move.slot
        alerts = memory.alerts
        if alerts.id[slot] != alert.pk:
            alerts.peak[slot] = on_axis(memory, slot, move.value)
            self.raised += 1
        alerts.id[slot], alerts.severity[slot] = alert.pk, alert.severity
        alerts.cleared[slot] = False
        alerts.calm_since_ms[slot] = 0

    def beside(self, then: Memory) -> AlertWriter:
        """The writer for late values, by the rules of their day; this one itself where they are today's."""
        return self if then is self.memory else AlertWriter(then, now=self.now)

    def take_back(self, own: AlertWriter) -> None:
        """Note what a writer of older rules has raised: the alert is the live rule's to clear."""
        if own is self:
            return
        self.raised += own.raised
        copy_open_alerts(own.memory, self.memory)

    def note(self, at: np.ndarray, ts: np.ndarray, value: np.ndarray) -> None:
        """Remember last and peak of what is above its limit; written at the next flush."""
        memory = self.memory
        book, state, alerts = memory.rules.book, memory.state, memory.alerts
        hot = np.flatnonzero((alerts.id > 0) & (state.core["level"] > 0))
        if not len(hot):
            return
        listeners = np.zeros(memory.registry.size, bool)
        listeners[[book.slots[slot].channel for slot in hot.tolist()]] = True
        chosen = listeners[at]
        if not chosen.any():
            return
        samples = book.expand(at[chosen], ts[chosen], value[chosen])
        mine = (samples.side == 0) & (alerts.id[samples.slot] > 0) & (state.core["level"][samples.slot] > 0)
        slot, when, number = samples.slot[mine], samples.ts_ms[mine], samples.value[mine]
        # A mean or a difference is judged by its statistic, not by the reading: take what the engine compared.
        number = np.where(book.simple[slot], number, state.core["x"][slot])
        axis = np.where(book.absolute[slot], np.abs(number), number * book.sign[slot])
        before = alerts.peak[slot].copy()
        np.maximum.at(alerts.peak, slot, axis)
        risen = (axis > before) & (axis == alerts.peak[slot])
        alerts.peak_ms[slot[risen]] = when[risen]
        alerts.last[slot], alerts.last_ms[slot] = number, when
        np.add.at(alerts.hits, slot, 1)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
