"""What the sessions of this process know of the stations: written by the event loop, carried to the database by upkeep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lantu.calc import hj212
from lantu.monitoring.gateway.hj212.stations import Directory, Station

SKEW_LIMIT_S = 300.0
# A clock that is behind stays behind by the same; what a logger sends once more out of its memory comes ever nearer.
SAME_SKEW_S = 30.0
CONFIRMED_AFTER = timedelta(seconds=30)
GAP_PERIODS = 3
SHORTEST_GAP_MS = 300_000
UNMAPPED = 50


@dataclass(slots=True)
class Note:
    """What is new of one station since the last writing. ``skew_crossed``: the clock went wrong, or right again."""

    device_id: int
    at: datetime
    peer: str = ""
    skew_s: float | None = None
    skew_crossed: bool = False
    data_ms: int = 0
    unmapped: set[str] = field(default_factory=set)
    answer: str = ""


class Notes:
    """Shared by all sessions; used from the event loop only, but for ``take``, which swaps the notes in one step."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._notes: dict[int, Note] = {}
        # What is durable, and what has been seen: newest data time by device.
        self._newest_ms: dict[int, int] = {}
        self._skewed: set[int] = set()
        # Skew of old packets by device, and since when it has been the same.
        self._behind: dict[int, tuple[float, datetime]] = {}

    def adopt(self, directory: Directory) -> None:
        """Take new settings; what is known of stations stays."""
        for station in directory.by_mn.values():
            if station.last_data_ms:
                self._newest_ms.setdefault(station.device_id, station.last_data_ms)
        self.directory = directory

    def heard(self, station: Station, peer: str, now: datetime) -> Note:
        """A packet came."""
        note = self._note(station, now)
        note.at, note.peer = now, peer
        return note

    def skew(self, note: Note, qn: str, now: datetime) -> None:
        """How far the station's clock is from ours, by its QN.

        A QN of the past may be a packet that the logger kept while the line was down: it tells nothing until a later
        packet is late by the same. A QN of the future speaks for itself.
        """
        try:
            skew_s = (hj212.parse_time(qn) - now).total_seconds()
        except hj212.Malformed:
            return
        if skew_s < -SKEW_LIMIT_S and not self._confirmed(note.device_id, skew_s, now):
            return
        if skew_s >= -SKEW_LIMIT_S:
            self._behind.pop(note.device_id, None)
        note.skew_s = skew_s
        wrong = abs(skew_s) > SKEW_LIMIT_S
        if wrong != (note.device_id in self._skewed):
            note.skew_crossed = True
            (self._skewed.add if wrong else self._skewed.discard)(note.device_id)

    def _confirmed(self, device_id: int, skew_s: float, now: datetime) -> bool:
        before = self._behind.get(device_id)
        if before is None or abs(before[0] - skew_s) > SAME_SKEW_S:
            self._behind[device_id] = (skew_s, now)
            return False
        return now - before[1] >= CONFIRMED_AFTER

    def clock_is_wrong(self, station: Station) -> bool:
        """By the last packet that told the station's time."""
        return station.device_id in self._skewed

    def unmapped(self, station: Station, codes: Iterable[str]) -> None:
        """Factor codes without a channel."""
        for code in codes:
            note = self._notes.get(station.device_id)
            if note is not None and len(note.unmapped) < UNMAPPED:
                note.unmapped.add(code)

    def gap(self, station: Station, ts_ms: int, *, every_s: int) -> tuple[int, int] | None:
        """From when to when data are missing before a packet of this time; None when it joins what came before.

        ``every_s``: how often packets of this kind come.
        """
        newest = self._newest_ms.get(station.device_id, 0)
        self._newest_ms[station.device_id] = max(newest, ts_ms)
        limit = max(SHORTEST_GAP_MS, GAP_PERIODS * every_s * 1000)
        return (newest, ts_ms) if newest and ts_ms - newest > limit else None

    def stored(self, station: Station, ts_ms: int) -> None:
        """Data of this time are durable."""
        note = self._notes.get(station.device_id)
        if note is not None:
            note.data_ms = max(note.data_ms, ts_ms)

    def take(self) -> list[Note]:
        """What is new since the last call."""
        notes, self._notes = self._notes, {}
        return list(notes.values())

    def _note(self, station: Station, now: datetime) -> Note:
        note = self._notes.get(station.device_id)
        if note is None:
            note = self._notes[station.device_id] = Note(station.device_id, now)
        return note
