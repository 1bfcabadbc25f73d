"""Rows of ``thresholds.yaml``, checked by building the rule that the engine would run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantu.calc.rules import Compare, HoursOfDay, Kind, Per, Stat
from lantu.packs.engine import placed_rule
from lantu.packs.model import MARKS, Channel, DeviceType, Threshold, ThresholdLevel
from lantu.packs.reading import Value

SILENCE = "silence"
REQUIRED = "code name name_en family param unit kind levels basis mark effective_from"
OPTIONAL = (
    "stat compare per window_s validity duration_s samples hysteresis clear_samples pair_s hours other scope fact "
    "clause note effective_to"
)
FACTS = ("pit_depth_m",)
"""Site facts in metres that may bound a limit by a percentage."""


def parse_thresholds(
    top: Value, channels: Mapping[str, Channel], types: Mapping[str, DeviceType], problems: list[str]
) -> list[Threshold]:
    """All rows of the file."""
    return list(top.each(lambda item: _threshold(item, channels, types), problems))


def _threshold(item: Value, channels: Mapping[str, Channel], types: Mapping[str, DeviceType]) -> Threshold:
    f = item.fields(REQUIRED, OPTIONAL)
    kind = f["kind"].choice([*Kind, SILENCE])
    param = "" if kind == SILENCE else f["param"].choice(channels)
    threshold = Threshold(
        code=f["code"].text(),
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        family=f["family"].text(),
        param=param,
        unit=f["unit"].text(),
        kind=kind,
        levels=tuple(_level(entry) for entry in f["levels"].items()),
        basis=f["basis"].text(),
        clause=f["clause"].text(""),
        mark=f["mark"].choice(MARKS),
        effective_from=f["effective_from"].day(),
        effective_to=None if f["effective_to"].empty else f["effective_to"].day(),
        options={} if kind == SILENCE else _options(f, channels, types),
        note=f["note"].text(""),
    )
    if threshold.effective_to is not None and threshold.effective_to < threshold.effective_from:
        raise f["effective_to"].problem("the rule ends before it begins", "Correct one of the two dates")
    if kind != SILENCE:
        check_runs(threshold, item)
    return threshold


def _level(item: Value) -> ThresholdLevel:
    f = item.fields("severity limit label", "clear_limit percent")
    return ThresholdLevel(
        severity=f["severity"].integer(),
        limit=f["limit"].number(),
        label=f["label"].text(),
        clear_limit=None if f["clear_limit"].empty else f["clear_limit"].number(),
        percent=None if f["percent"].empty else f["percent"].number(),
    )


def _options(
    f: Mapping[str, Value], channels: Mapping[str, Channel], types: Mapping[str, DeviceType]
) -> dict[str, Any]:
    """What the row says beyond its defaults, by the names of a rule version."""
    options: dict[str, Any] = {}
    for name, words in (("stat", Stat), ("compare", Compare), ("per", Per), ("other", channels)):
        if not f[name].empty:
            options[name] = f[name].choice(list(words))
    for name in ("window_s", "duration_s", "samples", "clear_samples", "pair_s"):
        if not f[name].empty:
            options[name] = f[name].integer()
    for name in ("validity", "hysteresis"):
        if not f[name].empty:
            options[name] = f[name].number()
    if not f["hours"].empty:
        options["start_min"], options["end_min"] = _hours(f["hours"])
    if not f["scope"].empty:
        options["scope"] = _scope(f["scope"], types)
    if not f["fact"].empty:
        options["fact"] = {"name": f["fact"].choice(FACTS)}
    return options


def _hours(place: Value) -> tuple[int, int]:
    """“22:00-06:00” as minutes after midnight."""
    try:
        start, end = (
            int(part[:2]) * 60 + int(part[3:])
            for part in place.text().split("-")
            if part[2:3] == ":" and len(part) == 5
        )
        HoursOfDay(start, end)
    except ValueError:
        raise place.problem("not two times of day", 'Write "22:00-06:00"') from None
    return start, end


def _scope(place: Value, types: Mapping[str, DeviceType]) -> dict[str, Any]:
    f = place.fields("", "device_types facts")
    scope: dict[str, Any] = {}
    if not f["device_types"].empty:
        scope["device_types"] = [entry.choice(types) for entry in f["device_types"].items()]
    if not f["facts"].empty:
        scope["facts"] = {key: _fact(value) for key, value in f["facts"].pairs()}
    return scope


def _fact(place: Value) -> str | int | None:
    if place.empty:
        return None
    text = place.text()
    return int(text) if text.lstrip("-").isdigit() else text


def check_runs(threshold: Threshold, place: Value) -> None:
    """Build the engine's rule; what the engine refuses becomes a problem at ``place``."""
    options = threshold.options
    try:
        placed_rule(threshold, {})
    except ValueError as error:
        raise place.problem(str(error), "See the field table in docs/city-pack.md") from None
    pair = threshold.kind in (Kind.DIFFERENCE, Kind.RATIO)
    if pair != ("other" in options):
        raise place.problem(
            f"{threshold.kind} and “other” belong together", "Name the second channel in other, or drop it"
        )
    if any(level.percent is not None for level in threshold.levels) and "fact" not in options:
        raise place.problem("percent needs the fact that it is a share of", "Add fact: pit_depth_m")
