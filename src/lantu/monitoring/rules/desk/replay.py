"""“On the last 30 days this rule would have fired n times”: stored readings through the engine that judges live.

All channels in scope run side by side, some days at a time, so that the engine's vectorised rounds carry them together. The
version in force runs beside the proposed one: what a change gains and what it loses is the question people ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from lantu.calc.rules import Kind, Reason, State, Transition, judge_readings
from lantu.core.refusals import Refused
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.ingest.memory import load_registry, to_ms
from lantu.monitoring.ingest.registry import Registry
from lantu.monitoring.rules.compiling import RuleBook, compile_rules
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.telemetry.packing import decimals
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.selectors import raw_blocks

DAY = timedelta(days=1)
# Readings held at once.
AT_ONCE = 2_000_000
PROPOSED, IN_FORCE = 0, 1


@dataclass(slots=True)
class Episode:
    """One excess on one channel: from the first firing until the value was back, or the end of the span."""

    channel_id: int
    device_code: str
    key: str
    from_ms: int
    value: float
    severity: int
    limit: float | None
    to_ms: int | None = None


@dataclass
class Replay:
    """What both wordings would have done."""

    channels: int
    readings: int = 0
    proposed: list[Episode] = field(default_factory=list)
    in_force: list[Episode] = field(default_factory=list)
    abstained: dict[str, int] = field(default_factory=dict)


def can_be_replayed(kind: str) -> bool:
    """Whether the engine judges readings by this kind; silence and data quality look at devices instead."""
    return kind in {str(known) for known in Kind}


def unsaved_version(rule: Rule, wording: Mapping[str, Any], *, number: int) -> RuleVersion:
    """The wording as the compiler takes it; never stored."""
    return RuleVersion(rule=rule, version=number, **wording)


def replay(
    proposed: RuleVersion,
    in_force: RuleVersion,
    *,
    since: datetime,
    until: datetime,
    tell: Callable[[int, int], None],
) -> Replay:
    """Judge the stored readings of [since, until). ``tell(done, total)`` after each span of days.

    Raises Refused when the rule is of a kind that is not judged from readings.
    """
    if not can_be_replayed(proposed.kind):
        raise Refused(
            "monitoring.not_replayable",
            _("这类规则按设备状态判定，不能用历史读数回放。"),
            remedy=_("请直接提交，由批准人核对。"),
        )
    registry = load_registry()
    books = (compile_rules(registry, [proposed]), compile_rules(registry, [in_force]))
    places = sorted({at for book in books for slot in book.book.slots for at in _listens(slot)})
    judged = [at for at in places if registry.judged[at]]
    found = Replay(channels=len({slot.channel for slot in books[PROPOSED].book.slots}))
    states = [State.blank(book.book) for book in books]
    open_now: tuple[dict[int, Episode], dict[int, Episode]] = ({}, {})
    warm_up = timedelta(seconds=max(proposed.window_s, in_force.window_s, proposed.duration_s))
    days = list(_spans(since - warm_up, until, _span_length(registry, judged)))
    for done, (start, end) in enumerate(days, start=1):
        at, ts, value = _readings(registry, judged, start, end)
        found.readings += len(at)
        for side, book in enumerate(books):
            result = judge_readings(book.book, states[side], at, ts, value)
            episodes = found.proposed if side == PROPOSED else found.in_force
            _follow(result.transitions, book, registry, open_now[side], episodes)
        tell(done, len(days))
    first = to_ms(since)
    found.proposed = [episode for episode in found.proposed if _touches(episode, first)]
    found.in_force = [episode for episode in found.in_force if _touches(episode, first)]
    found.abstained = _abstained(books[PROPOSED], states[PROPOSED])
    return found


def _listens(slot: Any) -> tuple[int, ...]:
    return (slot.channel,) if slot.other is None else (slot.channel, slot.other)


def _touches(episode: Episode, first_ms: int) -> bool:
    """Episodes that were over before the span belong to the warm-up."""
    return episode.to_ms is None or episode.to_ms >= first_ms


def _span_length(registry: Registry, places: list[int]) -> timedelta:
    """Whole days that hold about AT_ONCE readings of these channels: few questions, and memory that stays small."""
    per_day = sum(
        86_400 / channel.period_s for at in places if (channel := registry.channels[at]) is not None
    )
    return DAY * max(1, min(31, int(AT_ONCE / max(per_day, 1.0))))


def _spans(since: datetime, until: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    start = since
    while start < until:
        yield start, min(start + length, until)
        start += length


def _readings(
    registry: Registry, places: list[int], since: datetime, until: datetime
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stored readings of these flat channels fit to judge, in order of time."""
    at: list[np.ndarray] = []
    ts: list[np.ndarray] = []
    value: list[np.ndarray] = []
    for place in places:
        row = registry.channels[place]
        if row is None:
            continue
        channel = Channel(
            pk=row.id, device_id=row.device_id, key=row.key, rank=row.rank, period_s=row.period_s
        )
        for block in raw_blocks(channel, since=since, until=until):
            good = block.q == Quality.NORMAL
            at.append(np.full(int(np.count_nonzero(good)), place, np.int64))
            ts.append(block.ts_ms[good])
            value.append(np.array(decimals(block.v[good]), np.float64))
    if not at:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    flat, moment, number = np.concatenate(at), np.concatenate(ts), np.concatenate(value)
    order = np.argsort(moment, kind="stable")
    return flat[order], moment[order], number[order]


def _follow(
    moves: list[Transition],
    book: RuleBook,
    registry: Registry,
    open_now: dict[int, Episode],
    episodes: list[Episode],
) -> None:
    """Turn level changes into episodes: as with alerts, a higher level belongs to the one that is open."""
    for move in moves:
        known = open_now.get(move.slot)
        if move.level_to == 0:
            if known is not None:
                known.to_ms = move.ts_ms
                del open_now[move.slot]
        elif known is None:
            slot = book.book.slots[move.slot]
            limit = move.inputs.get("limit")
            known = Episode(
                channel_id=book.channel_id(move.slot),
                device_code=book.devices[move.slot].row.code,
                key=registry.key_at(slot.channel),
                from_ms=move.ts_ms,
                value=move.value,
                severity=move.level_to,
                limit=float(limit) if isinstance(limit, int | float) else None,
            )
            open_now[move.slot] = known
            episodes.append(known)
        else:
            known.severity = max(known.severity, move.level_to)


def _abstained(book: RuleBook, state: State) -> dict[str, int]:
    """Why the proposed wording could not judge, at the end of the span: reason → channels."""
    counts: dict[str, int] = {}
    for slot in range(len(book.book.slots)):
        _verdict, reason = state.verdict(slot)
        # Outside its hours at the end of the span says nothing about the span.
        if reason is not None and reason is not Reason.OUT_OF_HOURS:
            counts[str(reason)] = counts.get(str(reason), 0) + 1
    return counts
