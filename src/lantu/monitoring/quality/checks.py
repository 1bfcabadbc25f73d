"""What is wrong with the data of a device: plain functions of its readings and of the rule's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lantu.calc.readings_quality import (
    clock_skew_s,
    clock_wrong,
    fingerprint,
    flat_run,
    near_twins,
    spikes,
    twins,
)
from lantu.monitoring.quality.windows import Window
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.telemetry.quality import LETTERS, Quality

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Fault:
    """One fault of one device, of one channel (by key) or of all."""

    version: RuleVersion
    device_id: int
    channel: str
    value: float | None
    limit: float | None
    at_ms: int
    inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[int, int, str]:
        """Rule, device and channel: at most one fault stands at each."""
        return self.version.rule_id, self.device_id, self.channel


def flat_lines(version: RuleVersion, window: Window, keys: Mapping[str, int]) -> list[Fault]:
    """Channels whose newest readings are all equal, in number and for long enough. Calm channels are not on the list."""
    terms, found = version.terms, []
    for key in terms["channels"]:
        place = keys.get(key)
        if place is None or place >= window.v.shape[1]:
            continue
        good = np.isfinite(window.v[:, place])
        run = flat_run(window.v[:, place])
        if run < terms["readings"]:
            continue
        ts = window.ts_ms[good]
        if ts[-1] - ts[-run] < terms["hours"] * HOUR_MS:
            continue
        value = float(window.v[good, place][-1])
        inputs = {"reading": value, "readings": run, "since_ms": int(ts[-run])}
        found.append(
            Fault(version, window.device_id, key, float(run), terms["readings"], int(ts[-1]), inputs)
        )
    return found


def spiky(version: RuleVersion, window: Window, keys: Mapping[str, int]) -> list[Fault]:
    """Channels that jump and come back again and again."""
    limit, found = int(version.levels[0]["limit"]), []
    for key, least in version.terms["per_channel"].items():
        place = keys.get(key)
        if place is None or place >= window.v.shape[1]:
            continue
        jumps = spikes(window.v[:, place], least=float(least))
        if len(jumps) < limit:
            continue
        last = jumps[-1]
        inputs = {"readings": len(jumps), "reading": last.value, "reference": last.before}
        found.append(
            Fault(
                version,
                window.device_id,
                key,
                float(len(jumps)),
                limit,
                int(window.ts_ms[last.index]),
                inputs,
            )
        )
    return found


def beyond_range(version: RuleVersion, window: Window, keys: Mapping[str, int]) -> list[Fault]:
    """Channels whose instrument said “beyond my range” (T): the value may be anything above it, so it is not judged."""
    limit, found = int(version.levels[0]["limit"]), []
    for key, place in keys.items():
        if place >= window.q.shape[1]:
            continue
        at = np.flatnonzero(window.q[:, place] == Quality.OVER_RANGE)
        if len(at) >= limit:
            inputs = {"readings": len(at), "mark": "T", "since_ms": int(window.ts_ms[at[0]])}
            last = int(window.ts_ms[at[-1]])
            found.append(Fault(version, window.device_id, key, float(len(at)), limit, last, inputs))
    return found


def faulty(version: RuleVersion, window: Window, keys: Mapping[str, int]) -> list[Fault]:
    """Channels whose newest readings all bear a mark of a fault, in number: nobody has been judging them since."""
    limit, found = int(version.levels[0]["limit"]), []
    letters = {LETTERS[letter]: letter for letter in version.terms["marks"]}
    for key, place in keys.items():
        if place >= window.q.shape[1]:
            continue
        sent = np.flatnonzero(np.isfinite(window.v[:, place]) | (window.q[:, place] != 0))
        marks = window.q[sent, place]
        well = np.flatnonzero(~np.isin(marks, list(letters)))
        run = len(marks) - (int(well[-1]) + 1 if len(well) else 0)
        if run >= limit:
            since = int(window.ts_ms[sent[-run]])
            inputs = {"readings": run, "mark": letters[Quality(int(marks[-1]))], "since_ms": since}
            last = int(window.ts_ms[sent[-1]])
            found.append(Fault(version, window.device_id, key, float(run), limit, last, inputs))
    return found


def wrong_clock(version: RuleVersion, window: Window) -> list[Fault]:
    """A clock that is wrong in its quickest message of the window."""
    limit = float(version.levels[0]["limit"])
    recent = window.received_ms >= window.received_ms[-1] - HOUR_MS
    skew = clock_skew_s(window.ts_ms[recent], window.received_ms[recent])
    if skew is None or not clock_wrong(skew, limit_s=limit):
        return []
    return [
        Fault(
            version,
            window.device_id,
            "",
            round(skew, 1),
            limit,
            int(window.ts_ms[-1]),
            {"skew_s": round(skew, 1)},
        )
    ]


@dataclass
class Twins:
    """Marks of all devices, gathered while their windows pass by."""

    version: RuleVersion
    marks: dict[str, list[tuple[int, bytes | None, int]]] = field(default_factory=dict)
    newest: dict[str, list[tuple[int, np.ndarray, int]]] = field(default_factory=dict)

    def note(self, window: Window, keys: Mapping[str, int]) -> None:
        """Take the marks of one device."""
        for key in self.version.terms["channels"]:
            place = keys.get(key)
            if place is None or place >= window.v.shape[1]:
                continue
            mark = fingerprint(window.v[:, place], readings=int(self.version.terms["readings"]))
            self.marks.setdefault(key, []).append((window.device_id, mark, int(window.ts_ms[-1])))
            values = window.v[np.isfinite(window.v[:, place]), place][-self._readings() - 1 :]
            self.newest.setdefault(key, []).append((window.device_id, values, int(window.ts_ms[-1])))

    def _readings(self) -> int:
        return int(self.version.terms["readings"])

    def faults(self, names: Mapping[int, str]) -> list[Fault]:
        """One fault per device that repeats an earlier one, whatever the number of its channels."""
        found: dict[int, Fault] = {}
        for key, entries in self.marks.items():
            entries.sort(key=lambda entry: entry[0])
            for first, second in twins([mark for _device, mark, _ms in entries]):
                device, _mark, ms = entries[second]
                inputs = {
                    "partner": names.get(entries[first][0], ""),
                    "partner_id": entries[first][0],
                    "channels": key,
                }
                readings = float(self.version.terms["readings"])
                found.setdefault(device, Fault(self.version, device, "", readings, readings, ms, inputs))
        for fault in self._near(names):
            found.setdefault(fault.device_id, fault)
        return list(found.values())

    def _near(self, names: Mapping[int, str]) -> Iterable[Fault]:
        """Copies that were rounded or moved by a constant, where the rule asks for them."""
        if not self.version.terms.get("near"):
            return
        for key, entries in self.newest.items():
            entries.sort(key=lambda entry: entry[0])
            alike = near_twins([values for _device, values, _ms in entries], readings=self._readings())
            for first, second, offset in alike:
                device, _values, ms = entries[second]
                inputs = {
                    "partner": names.get(entries[first][0], ""),
                    "partner_id": entries[first][0],
                    "channels": key,
                    "offset": round(offset, 2),
                }
                readings = float(self._readings())
                yield Fault(self.version, device, "", readings, readings, ms, inputs)


def keys_of(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """Place of each channel in its device's vector: (device, key, rank) → {device: {key: rank - 1}}."""
    found: dict[int, dict[str, int]] = {}
    for device, key, rank in rows:
        found.setdefault(device, {})[key] = rank - 1
    return found
