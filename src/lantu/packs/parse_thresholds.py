"""Rows of ``thresholds_*.yaml``, checked by building the rule that the engine would run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lantu.calc.pits import RangePolicy
from lantu.calc.rules import Compare, HoursOfDay, Kind, Per, Stat
from lantu.packs.engine import sample_rule
from lantu.packs.model import MARKS, Channel, DeviceType, Threshold, ThresholdLevel
from lantu.packs.reading import Value

SILENCE = "silence"
OTHER_KINDS = (SILENCE, "quality", "periodic", "check")
"""Kinds that the live engine does not run: jobs or people judge them."""
REQUIRED = "code name name_en family param unit kind levels basis mark effective_from"
OPTIONAL = (
    "stat compare per window_s validity duration_s samples hysteresis clear_samples pair_s gap_s hours other scope fact "
    "terms clause note effective_to"
)
USES = ("bound", "share", "offset")
"""What a fact does to a limit: bounds it (per cent of metres), is shared out (per cent), or is added to."""


@dataclass(frozen=True)
class _Known:
    """What rows may refer to, and how a range becomes a number."""

    channels: Mapping[str, Channel]
    types: Mapping[str, DeviceType]
    facts: frozenset[str]
    policy: RangePolicy


def parse_thresholds(
    top: Value,
    channels: Mapping[str, Channel],
    types: Mapping[str, DeviceType],
    problems: list[str],
    policy: RangePolicy = RangePolicy.CONSERVATIVE,
) -> list[Threshold]:
    """All rows of the file; ranges of limits become numbers by the policy."""
    facts = frozenset(name for kind in types.values() for name in kind.facts)
    known = _Known(channels, types, facts, policy)
    return list(top.each(lambda item: _threshold(item, known), problems))


def _threshold(item: Value, known: _Known) -> Threshold:
    f = item.fields(REQUIRED, OPTIONAL)
    kind = f["kind"].choice([*Kind, *OTHER_KINDS])
    live = kind not in OTHER_KINDS
    below = f["compare"].text("") in ("lt", "le")
    param = f["param"].choice(known.channels) if live or not f["param"].empty else ""
    threshold = Threshold(
        code=f["code"].text(),
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        family=f["family"].text(),
        param=param,
        unit=f["unit"].text(),
        kind=kind,
        levels=tuple(_level(entry, known.policy, below=below) for entry in f["levels"].items()),
        basis=f["basis"].text(),
        clause=f["clause"].text(""),
        mark=f["mark"].choice(MARKS),
        effective_from=f["effective_from"].day(),
        effective_to=None if f["effective_to"].empty else f["effective_to"].day(),
        options=_options(f, known),
        note=f["note"].text(""),
    )
    if threshold.effective_to is not None and threshold.effective_to < threshold.effective_from:
        raise f["effective_to"].problem("the rule ends before it begins", "Correct one of the two dates")
    if live and threshold.levels:
        check_runs(threshold, item)
    return threshold


def _ranged(place: Value, policy: RangePolicy, *, below: bool = False) -> float:
    """A number, or a range such as [1000, 2000] by the policy; where low values are dangerous its cautious end is the upper."""
    if not place.is_list:
        return place.number()
    numbers = [entry.number() for entry in place.items()]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise place.problem("a range has two numbers, the smaller first", "Write e.g. [1000, 2000]")
    low, high = reversed(numbers) if below else numbers
    return policy.pick(low, high)


def _level(item: Value, policy: RangePolicy, *, below: bool = False) -> ThresholdLevel:
    f = item.fields("severity limit label", "clear_limit percent")
    return ThresholdLevel(
        severity=f["severity"].integer(),
        limit=_ranged(f["limit"], policy, below=below),
        label=f["label"].text(),
        clear_limit=None if f["clear_limit"].empty else f["clear_limit"].number(),
        percent=None if f["percent"].empty else f["percent"].number(),
    )


def _options(f: Mapping[str, Value], known: _Known) -> dict[str, Any]:
    """What the row says beyond its defaults, by the names of a rule version."""
    options: dict[str, Any] = {}
    for name, words in (("stat", Stat), ("compare", Compare), ("per", Per), ("other", known.channels)):
        if not f[name].empty:
            options[name] = f[name].choice(list(words))
    for name in ("window_s", "duration_s", "samples", "clear_samples", "pair_s", "gap_s"):
        if not f[name].empty:
            options[name] = f[name].integer()
    for name in ("validity", "hysteresis"):
        if not f[name].empty:
            options[name] = f[name].number()
    if not f["hours"].empty:
        options["start_min"], options["end_min"] = _hours(f["hours"])
    if not f["scope"].empty:
        options["scope"] = _scope(f["scope"], known.types)
    if not f["fact"].empty:
        g = f["fact"].fields("name", "use")
        name = g["name"].choice(known.facts)
        use = g["use"].choice(USES, "bound")
        options["fact"] = {"name": name} if use == "bound" else {"name": name, "use": use}
    if not f["terms"].empty:
        options["terms"] = {key: _term(value, known.policy) for key, value in f["terms"].pairs()}
    return options


def _term(place: Value, policy: RangePolicy) -> Any:
    """A special parameter: a number, a range, a word, a list of words, or keys with such values."""
    if place.is_mapping:
        return {key: _term(value, policy) for key, value in place.pairs()}
    if place.is_list:
        entries = [entry.text() for entry in place.items()]
        numbers = all(_is_number(entry) for entry in entries)
        return _ranged(place, policy) if numbers and len(entries) == 2 else entries
    text = place.text()
    return place.number() if _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


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


def _fact(place: Value) -> str | int | list[Any] | None:
    if place.empty:
        return None
    if place.is_list:
        return [_fact(entry) for entry in place.items()]
    text = place.text()
    return int(text) if text.lstrip("-").isdigit() else text


def check_runs(threshold: Threshold, place: Value) -> None:
    """Build the engine's rule; what the engine refuses becomes a problem at ``place``."""
    options = threshold.options
    try:
        sample_rule(threshold)
    except ValueError as error:
        raise place.problem(str(error), "See the field table in docs/city-pack.md") from None
    pair = threshold.kind in (Kind.DIFFERENCE, Kind.RATIO)
    if pair != ("other" in options):
        raise place.problem(
            f"{threshold.kind} and “other” belong together", "Name the second channel in other, or drop it"
        )
    if any(level.percent is not None for level in threshold.levels) and "fact" not in options:
        raise place.problem("percent needs the fact that it is a share of", "Add fact: {name: pit_depth_m}")
