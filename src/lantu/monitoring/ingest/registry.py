"""What the worker knows of devices and channels: flat arrays for the numbers, dictionaries for the names.

A value of channel ``key`` of device ``d`` has the flat index ``d.base + rank - 1``; ``low``, ``high``,
``channel_id`` and all rule memory are arrays over that index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.ingest.fairness import UNKNOWN, Fairness

if TYPE_CHECKING:
    from lantu.monitoring.ingest.shapes import Shapes


class ChannelRow(NamedTuple):
    """A channel as the registry needs it."""

    id: int
    device_id: int
    key: str
    unit: str
    low: float
    high: float
    period_s: int
    decimals: int
    rank: int


class DeviceRow(NamedTuple):
    """A device as the registry needs it."""

    id: int
    code: str
    project_id: int
    project_code: str
    type_code: str
    status: str
    facts: dict[str, object]


@dataclass(slots=True, eq=False)
class KnownDevice:
    """A device, its place in the flat arrays, and the flat index of each channel key."""

    row: DeviceRow
    index: int
    base: int
    keys: dict[str, int]
    units: dict[str, str]
    width: int
    channel_ids: list[int]
    # Devices send the same keys in the same order: the indices of an order are worked out once.
    layouts: dict[tuple[str, ...], tuple[int, ...] | None] = field(default_factory=dict)

    def layout(self, order: tuple[str, ...]) -> tuple[int, ...] | None:
        """Flat indices of these keys, or None when one of them is not a channel of the device."""
        try:
            return self.layouts[order]
        except KeyError:
            found = tuple(self.keys[key] for key in order) if all(key in self.keys for key in order) else None
            if len(self.layouts) < 64:  # a sender of ever new keys must not fill the memory
                self.layouts[order] = found
            return found


class Registry:
    """Devices by subject and by code, channels by flat index. Immutable once made; reloaded as a whole.

    Two things are learnt on the way: what each device may still send (held_back.py), and what it usually sends.
    """

    def __init__(self, version: int, devices: Iterable[DeviceRow], channels: Iterable[ChannelRow]) -> None:
        self.version = version
        self.fairness: Fairness | None = None
        self.shapes: Shapes | None = None
        by_device: dict[int, list[ChannelRow]] = {}
        for channel in channels:
            by_device.setdefault(channel.device_id, []).append(channel)
        self.by_subject: dict[bytes, KnownDevice] = {}
        self.index_of: dict[bytes, int] = {}
        self.by_code: dict[str, KnownDevice] = {}
        flat: list[ChannelRow | None] = []
        self.devices: list[KnownDevice] = []
        for row in devices:
            mine = by_device.get(row.id, [])
            width = max((channel.rank for channel in mine), default=0)
            places: list[ChannelRow | None] = [None] * width
            for channel in mine:
                places[channel.rank - 1] = channel
            known = KnownDevice(
                row=row,
                index=len(self.devices),
                base=len(flat),
                keys={channel.key: len(flat) + channel.rank - 1 for channel in mine},
                units={channel.key: channel.unit for channel in mine},
                width=width,
                channel_ids=[place.id if place else 0 for place in places],
            )
            flat.extend(places)
            self.devices.append(known)
            self.by_code[row.code] = known
            if row.status != DeviceStatus.RETIRED:
                self.by_subject[subject_of(row.project_code, row.code)] = known
                self.index_of[subject_of(row.project_code, row.code)] = known.index
        self.channels = flat
        self.size = len(flat)
        self.base = np.array([known.base for known in self.devices], dtype=np.int64)
        self.width = np.array([known.width for known in self.devices], dtype=np.int64)
        self.device_id = np.array([known.row.id for known in self.devices], dtype=np.int32)
        self.low = np.array([c.low if c else np.inf for c in flat], dtype=np.float64)
        self.high = np.array([c.high if c else -np.inf for c in flat], dtype=np.float64)
        self.channel_id = np.array([c.id if c else 0 for c in flat], dtype=np.int64)
        self.device_at = np.repeat(np.arange(len(self.devices)), [known.width for known in self.devices])
        self.judged = np.array(
            [self.devices[i].row.status == DeviceStatus.IN_SERVICE for i in self.device_at], dtype=bool
        )

    def places(self, subjects: list[bytes]) -> np.ndarray:
        """Place of each subject's device, int64[n]; UNKNOWN where no device in service has it."""
        return np.fromiter(map(self.index_of.get, subjects, repeat(UNKNOWN)), np.int64, len(subjects))

    def key_at(self, flat_index: int) -> str:
        """Name of the channel at a flat index."""
        channel = self.channels[flat_index]
        return channel.key if channel else "?"


def subject_of(project_code: str, device_code: str) -> bytes:
    """NATS subject of a device's telemetry: MQTT's ``/`` is NATS' ``.``."""
    return f"lantu.{project_code}.{device_code}.telemetry".encode()
