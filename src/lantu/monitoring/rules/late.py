"""Late readings and the rules that need their neighbours: windows, rates, pairs, durations, each judged at its own time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from lantu.calc.rules import Book, Slot, State, Transition, judge_readings
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.rules.compiling import RuleBook
from lantu.monitoring.telemetry.lookback import Wanted, stored_readings

LEAST_S = 3600
DEVICES_AT_ONCE = 20
"""A back-fill of a whole city is judged device by device over many batches; one batch does not hold up the live path."""


def late_window_moves(rules: RuleBook, at: np.ndarray, ts_ms: np.ndarray) -> list[Transition]:
    """What late values change in rules that need their neighbours: rises at the values' own time, the highest per slot.

    ``at int64[n]`` flat channel index and ``ts_ms int64[n]`` of values that are stored already (also in the open
    transaction). The live state is neither read nor changed: the readings around the late ones are read from the store
    and judged from a blank state, one window back and one ahead. A rise that was judged before (an alert of the same
    rule and channel, open or closed, within that window) is left out, so that nothing is told twice. Raise the rest with
    ``AlertWriter.raise_one(move, late=True)``.
    """
    wanted = set(np.unique(at).tolist())
    slots = [
        n
        for n, slot in enumerate(rules.book.slots)
        if not rules.book.simple[n] and (slot.channel in wanted or slot.other in wanted)
    ]
    by_device: dict[int, list[int]] = {}
    for n in slots:
        by_device.setdefault(rules.devices[n].row.id, []).append(n)
    found: dict[int, Transition] = {}
    for mine in list(by_device.values())[:DEVICES_AT_ONCE]:
        for move in _of_device(rules, mine, at, ts_ms):
            known = found.get(move.slot)
            if known is None or move.level_to > known.level_to:
                found[move.slot] = move
    return [move for move in found.values() if not _told(rules, move)]


def span_s(slot: Slot) -> int:
    """How far a reading reaches: the window, the duration, the pause that a run survives."""
    rule = slot.rule
    return max(LEAST_S, rule.window_s, rule.duration_s, rule.gap_s, rule.pair_s)


def _of_device(rules: RuleBook, mine: list[int], at: np.ndarray, ts_ms: np.ndarray) -> Iterable[Transition]:
    device = rules.devices[mine[0]]
    own = (at >= device.base) & (at < device.base + device.width)
    first, last = int(ts_ms[own].min()), int(ts_ms[own].max())
    reach = max(span_s(rules.book.slots[n]) for n in mine) * 1000
    book = Book.of([rules.book.slots[n] for n in mine])
    state = State.blank(book)
    flats = {flat for slot in book.slots for flat in (slot.channel, slot.other) if flat is not None}
    channels = [(device.channel_ids[flat - device.base], flat - device.base + 1) for flat in sorted(flats)]
    wanted = Wanted(device.row.id, device.base, _moment(first - reach), _moment(last + reach), channels)
    # The neighbours may have been sealed long ago; a mark beside a value keeps it out, as it did at its time.
    for move in judge_readings(book, state, *stored_readings([wanted])).transitions:
        if move.level_to > move.level_from and first <= move.ts_ms <= last + reach:
            yield Transition(
                mine[move.slot], move.ts_ms, move.level_from, move.level_to, move.value, move.inputs
            )


def _told(rules: RuleBook, move: Transition) -> bool:
    """True where an alert of that time stands already, at least as severe; interlocks look forward only."""
    version = rules.versions[move.slot]
    if "interlock" in version.terms:
        return True
    reach = timedelta(seconds=span_s(rules.book.slots[move.slot]))
    moment = _moment(move.ts_ms)
    return Alert.objects.filter(
        rule_id=version.rule_id,
        channel_id=rules.channel_id(move.slot),
        severity__gte=move.level_to,
        opened_at__range=(moment - reach, moment + reach),
    ).exists()


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
