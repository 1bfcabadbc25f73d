"""What one ingest worker keeps in memory, all of it rebuilt from PostgreSQL after any failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import structlog
from django.utils import timezone

from lantu.calc.rules import Kind, Rule, Stat, State, Transition, judge_readings
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel, Device, RegistryVersion
from lantu.monitoring.ingest.registry import ChannelRow, DeviceRow, Registry
from lantu.monitoring.ingest.shares import Share
from lantu.monitoring.rules.compiling import RuleBook, compile_rules
from lantu.monitoring.rules.models import RuleState
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.telemetry.lookback import Wanted, stored_readings
from lantu.monitoring.telemetry.models import Latest

log = structlog.get_logger(__name__)
RESUME_ROWS = 1_500


@dataclass
class AlertMemory:
    """Open alerts by slot (0 = none), and what has happened to them since the last write."""

    id: np.ndarray
    severity: np.ndarray
    cleared: np.ndarray
    calm_since_ms: np.ndarray
    peak: np.ndarray
    peak_ms: np.ndarray
    last: np.ndarray
    last_ms: np.ndarray
    hits: np.ndarray

    @classmethod
    def blank(cls, slots: int) -> AlertMemory:
        """No alert open anywhere."""
        zeros = [np.zeros(slots, np.int64) for _ in range(6)]
        return cls(
            id=zeros[0], severity=zeros[5], cleared=np.zeros(slots, bool), calm_since_ms=zeros[1], peak=np.full(slots, -np.inf),
            peak_ms=zeros[2], last=np.full(slots, np.nan), last_ms=zeros[3], hits=zeros[4],
        )  # fmt: skip


@dataclass
class Memory:
    """Registry, rules with their state, and per device/channel marks.

    high_ms: newest stored time per device (by registry index); seen_ms: newest receipt per device, 0 = never;
    latest_*: newest value per flat channel; dirty: not written yet; flush_at: where the next slice
    begins; silence: open silence alert per device index; versions: keys of the rule versions in force.
    """

    registry: Registry
    rules: RuleBook
    state: State
    alerts: AlertMemory
    high_ms: np.ndarray
    seen_ms: np.ndarray
    latest_ms: np.ndarray
    latest_value: np.ndarray
    latest_received_ms: np.ndarray
    dirty: np.ndarray
    silence: dict[int, int]
    pending: list[Transition]
    versions: frozenset[int]
    flush_at: int = 0
    # Devices and channels that had an alert since the last reload.
    devices: dict[int, Device] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    # Rules of other days, by the versions that held: for values that come late.
    earlier: dict[frozenset[int], Memory] = field(default_factory=dict)


def registry_version() -> int:
    """The counter that services raise on any change of devices or rules."""
    return RegistryVersion.objects.filter(id=1).values_list("version", flat=True).first() or 0


def load_registry(share: Share = Share()) -> Registry:  # noqa: B008 (immutable)
    """Devices and channels of a share of the projects as they stand now (all by default). Read the version first: a change in between shows at the next poll."""
    version = registry_version()
    devices = [
        DeviceRow(*row)
        for row in Device.objects.order_by("pk").values_list(
            "pk", "code", "project_id", "project__code", "type__code", "status", "facts"
        )
        if share.holds(row[3])
    ]
    mine = {device.id for device in devices}
    channels = [
        ChannelRow(*row)
        for row in Channel.objects.order_by("device_id", "rank").values_list(
            "pk", "device_id", "key", "unit", "range_low", "range_high", "period_s", "decimals", "rank"
        )
        if row[1] in mine
    ]
    return Registry(version, devices, channels)


def load_memory(*, now: datetime, share: Share = Share()) -> Memory:  # noqa: B008 (immutable)
    """Everything of a share, from the database."""
    registry = load_registry(share)
    versions = versions_in_force(timezone.localdate(now))
    rules = compile_rules(registry, versions)
    slots = len(rules.book.slots)
    memory = Memory(
        registry=registry,
        rules=rules,
        state=State.blank(rules.book),
        alerts=AlertMemory.blank(slots),
        high_ms=np.zeros(len(registry.devices), np.int64),
        seen_ms=np.zeros(len(registry.devices), np.int64),
        latest_ms=np.zeros(registry.size, np.int64),
        latest_value=np.full(registry.size, np.nan),
        latest_received_ms=np.zeros(registry.size, np.int64),
        dirty=np.zeros(registry.size, bool),
        silence={},
        pending=[],
        versions=frozenset(version.pk for version in versions),
    )
    _load_latest(memory)
    known = _load_states(memory)
    _load_alerts(memory, now=now)
    # A rule that is new since the last start judges the window it finds: what it concludes is news.
    memory.pending = [move for move in _resume_windows(memory) if move.level_to and move.slot not in known]
    log.info("registry_loaded", version=registry.version, devices=len(registry.devices), slots=slots)
    return memory


def as_of(memory: Memory, day: date) -> Memory:
    """The memory with the rules of another day, without their state; itself where the same versions held.

    Compiling a city's rules takes about a second, once for each set of versions until the next reload.
    """
    versions = versions_in_force(day)
    wanted = frozenset(version.pk for version in versions)
    if wanted == memory.versions:
        return memory
    then = memory.earlier.get(wanted)
    if then is None:
        rules = compile_rules(memory.registry, versions)
        slots = len(rules.book.slots)
        then = replace(
            memory, rules=rules, state=State.blank(rules.book), alerts=AlertMemory.blank(slots), pending=[],
            silence={}, versions=wanted, earlier={},
        )  # fmt: skip
        memory.earlier[wanted] = then
    then.alerts = AlertMemory.blank(len(then.rules.versions))
    copy_open_alerts(memory, then)
    return then


def copy_open_alerts(source: Memory, target: Memory) -> None:
    """Tell one set of rules which alerts are open under another: an alert belongs to the rule, not to its version."""
    mine = {key: slot for slot, key in enumerate(_rule_keys(target.rules))}
    for slot in np.flatnonzero(source.alerts.id).tolist():
        own = mine.get(_rule_key(source.rules, slot))
        if own is not None:
            target.alerts.id[own] = source.alerts.id[slot]
            target.alerts.severity[own] = source.alerts.severity[slot]
            target.alerts.cleared[own] = source.alerts.cleared[slot]
            target.alerts.peak[own] = source.alerts.peak[slot]
            target.alerts.calm_since_ms[own] = source.alerts.calm_since_ms[slot]


def _rule_key(rules: RuleBook, slot: int) -> tuple[int, int]:
    return rules.versions[slot].rule_id, rules.channel_id(slot)


def _rule_keys(rules: RuleBook) -> Iterator[tuple[int, int]]:
    return (_rule_key(rules, slot) for slot in range(len(rules.versions)))


def _load_latest(memory: Memory) -> None:
    registry = memory.registry
    flat_of = {channel.id: at for at, channel in enumerate(registry.channels) if channel}
    for channel_id, at, value, received in Latest.objects.values_list(
        "channel_id", "at", "value", "received_at"
    ):
        flat = flat_of.get(channel_id)
        if flat is None:
            continue
        ms = to_ms(at)
        memory.latest_ms[flat], memory.latest_value[flat] = ms, value
        memory.latest_received_ms[flat] = to_ms(received)
        device = int(registry.device_at[flat])
        memory.high_ms[device] = max(memory.high_ms[device], ms)
    seen = dict(Device.objects.exclude(last_seen_at=None).values_list("pk", "last_seen_at"))
    for index, known in enumerate(registry.devices):
        moment = seen.get(known.row.id)
        if moment is not None:
            memory.seen_ms[index] = to_ms(moment)


def slot_keys(rules: RuleBook) -> dict[tuple[int, int], int]:
    """(rule version, channel) → slot."""
    return {(version.pk, rules.channel_id(slot)): slot for slot, version in enumerate(rules.versions)}


def _load_states(memory: Memory) -> set[int]:
    """Stored judgements; where none is stored, the newest value seen keeps late data out of the live path.

    Returns the slots that had a stored row.
    """
    book, state = memory.rules.book, memory.state
    for slot, entry in enumerate(book.slots):
        if book.ring[slot] >= 0:
            continue  # windows are read back from the store
        if memory.latest_ms[entry.channel]:
            state.core["a_ts"][slot] = memory.latest_ms[entry.channel]
            state.core["a_val"][slot] = state.core["raw"][slot] = memory.latest_value[entry.channel]
        if entry.other is not None and memory.latest_ms[entry.other]:
            state.core["b_ts"][slot] = memory.latest_ms[entry.other]
            state.core["b_val"][slot] = memory.latest_value[entry.other]
    keys = slot_keys(memory.rules)
    loaded: set[int] = set()
    for version_id, channel_id, row in RuleState.objects.values_list(
        "rule_version_id", "channel_id", "memory"
    ):
        stored = keys.get((version_id, channel_id))
        if stored is None:
            continue
        try:
            state.load(stored, bytes(row))
            loaded.add(stored)
        except ValueError as error:
            # Written by an older engine: the state grows again from readings, the open alert stays.
            log.warning("rule_state_unusable", rule_version=version_id, channel=channel_id, error=str(error))
    return loaded


def _load_alerts(memory: Memory, *, now: datetime) -> None:
    alerts, rules = memory.alerts, memory.rules
    by_rule = {key: slot for slot, key in enumerate(_rule_keys(rules))}
    index_of = {device.row.id: index for index, device in enumerate(memory.registry.devices)}
    silent = {version.rule_id for version in rules.silence}
    for alert in Alert.objects.filter(closed_at=None).only(
        "id", "rule_id", "channel_id", "device_id", "severity", "cleared_at", "peak_value"
    ):
        if alert.channel_id is None:
            if alert.rule_id in silent and alert.device_id in index_of:
                memory.silence[index_of[alert.device_id]] = alert.pk
            continue
        slot = by_rule.get((alert.rule_id, alert.channel_id))
        if slot is None:
            continue
        alerts.id[slot], alerts.severity[slot] = alert.pk, alert.severity
        alerts.cleared[slot] = alert.cleared_at is not None
        if alert.peak_value is not None:
            alerts.peak[slot] = on_axis(memory, slot, alert.peak_value)
        if not memory.state.level(slot):
            # How long it has been calm died with the last process: the waiting begins anew.
            alerts.calm_since_ms[slot] = to_ms(now)


def on_axis(memory: Memory, slot: int, value: float) -> float:
    """The value on the rule's axis of danger, where more is always worse."""
    return abs(value) if memory.rules.book.absolute[slot] else float(value * memory.rules.book.sign[slot])


def _resume_windows(memory: Memory) -> list[Transition]:
    """Means, Leqs and rates need the readings of their last window: they are read back from the store."""
    longest: dict[int, int] = {}
    for entry in memory.rules.book.slots:
        if _has_window(entry.rule):
            device = int(memory.registry.device_at[entry.channel])
            longest[device] = max(longest.get(device, 0), entry.rule.window_s)
    devices = [device for device in longest if memory.high_ms[device]]
    if not devices:
        return []
    # Only what has a window is read again; plain limits have their state already.
    windowed = {entry.channel for entry in memory.rules.book.slots if _has_window(entry.rule)}
    wanted = [_wanted(memory, device, longest[device], windowed) for device in devices]
    at, ts, value = stored_readings(wanted, most=RESUME_ROWS)
    good = memory.registry.judged[at]
    result = judge_readings(memory.rules.book, memory.state, at[good], ts[good], value[good])
    log.info("windows_resumed", devices=len(devices), readings=len(at), transitions=len(result.transitions))
    return result.transitions


def _has_window(rule: Rule) -> bool:
    return rule.kind is Kind.RATE or rule.stat is not Stat.INST


def _wanted(memory: Memory, device: int, window_s: int, flats: set[int]) -> Wanted:
    known, newest = memory.registry.devices[device], from_ms(int(memory.high_ms[device]))
    mine = memory.registry.channels[known.base : known.base + known.width]
    channels = [
        (channel.id, rank)
        for rank, channel in enumerate(mine, start=1)
        if channel and known.base + rank - 1 in flats
    ]
    return Wanted(known.row.id, known.base, newest - timedelta(seconds=window_s), newest, channels)


def to_ms(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """An aware UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)
