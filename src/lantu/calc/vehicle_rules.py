"""Rules for slag trucks, judged fix by fix: pure, no clock, no database.

Each rule asks one question of a fix; an answer becomes an excess when it holds for so many fixes in a row
(``points``) and so long (``duration_s``). One excess a rule and trip is opened; what follows in the same
trip continues it. Where an input is missing (no licensed route, no disposal site, no load signal) the rule
abstains, which is said, and is never read as "in order". Limits are data: packs/national/vehicles.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lantu.calc.tracks import Anchor, Clock, Fix, Line, Policy, Shape, advance, believe, nearest_m
from lantu.calc.workdays import BEIJING


class Kind(StrEnum):
    """What a rule looks at."""

    OVERSPEED = "overspeed"
    OFF_ROUTE = "off_route"
    UNLOADING = "unloading"
    NIGHT = "night"
    NO_PERMIT = "no_permit"
    SILENT = "silent"


PARAMS: Mapping[Kind, tuple[str, ...]] = {
    Kind.OVERSPEED: ("limit_kmh", "points"),
    Kind.OFF_ROUTE: ("buffer_m", "duration_s", "yard_m", "moving_kmh"),
    Kind.UNLOADING: ("margin_m", "points", "yard_m"),
    Kind.NIGHT: ("start_min", "end_min", "moving_kmh", "points"),
    Kind.NO_PERMIT: ("moving_kmh", "points"),
    Kind.SILENT: ("silence_s",),
}
"""The numbers that a rule of each kind needs."""


@dataclass(frozen=True)
class VehicleRule:
    """A rule in force. severity 1 (blue) to 4 (red). Raises ValueError when a number is missing or negative."""

    code: str
    version: int
    kind: Kind
    severity: int
    params: Mapping[str, float]

    def __post_init__(self) -> None:
        missing = [name for name in PARAMS[self.kind] if not self.params.get(name, -1) >= 0]
        if missing:
            raise ValueError(f"{self.kind} needs {', '.join(missing)}")


@dataclass(frozen=True)
class Dates:
    """A permit's first and last day, both included."""

    first: date
    last: date

    def hold(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Setting:
    """What is known of a vehicle and its ground.

    routes: (line, buffer in metres or None for the rule's); sites: where it is loaded; disposal: licensed
    disposal sites; knows_load: it has a load sensor; knows_lift: the lifting of its body is wired.
    """

    routes: Sequence[tuple[Line, float | None]] = ()
    sites: Sequence[Shape] = ()
    disposal: Sequence[Shape] = ()
    permit: Dates | None = None
    night_permit: Dates | None = None
    knows_load: bool = False
    knows_lift: bool = False


class Abstains(StrEnum):
    """Why a rule says nothing about a vehicle."""

    NO_ROUTE = "no_route"
    NO_DISPOSAL_SITE = "no_disposal_site"
    NO_LOAD_SIGNAL = "no_load_signal"


def abstains(rule: VehicleRule, setting: Setting) -> Abstains | None:
    """The input that this rule lacks for this vehicle."""
    if rule.kind == Kind.OFF_ROUTE and not setting.routes:
        return Abstains.NO_ROUTE
    if rule.kind == Kind.UNLOADING:
        if not setting.disposal:
            return Abstains.NO_DISPOSAL_SITE
        if not (setting.knows_load or setting.knows_lift):
            return Abstains.NO_LOAD_SIGNAL
    return None


@dataclass(frozen=True)
class Memo:
    """What a rule remembers of a vehicle: the run of fixes that it holds for, and the trip it was opened in."""

    first: Fix | None = None
    count: int = 0
    peak: float = 0.0
    opened_in: float | None = None


@dataclass(frozen=True)
class State:
    """Everything that the next fix is judged with; goes to the database and back (``plain``, ``restored``).

    heard: the last report at all, with or without a believed place.
    """

    anchor: Anchor = field(default_factory=Anchor)
    clock: Clock = field(default_factory=Clock)
    carrying: bool = False
    memos: Mapping[str, Memo] = field(default_factory=dict)
    heard: Fix | None = None


@dataclass(frozen=True)
class Excess:
    """A rule holds. opened: for the first time in this trip. value: the greatest so far (km/h, m, s, …)."""

    rule: VehicleRule
    opened: bool
    trip_at: float
    first: Fix
    last: Fix
    value: float
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """``believed``: for each fix, whether it is part of the track (False: drift, dropped)."""

    state: State
    believed: list[bool]
    excesses: list[Excess]


def judge(
    state: State, fixes: Sequence[Fix], rules: Sequence[VehicleRule], setting: Setting, policy: Policy
) -> Verdict:
    """Judge fixes in order of time. However they are cut into batches, the same excesses are opened."""
    active = [rule for rule in rules if abstains(rule, setting) is None]
    believed: list[bool] = []
    found: dict[tuple[str, float], Excess] = {}
    for fix in fixes:
        good, anchor = believe(state.anchor, fix, policy) if fix.located else (False, state.anchor)
        believed.append(good)
        memos = dict(state.memos)
        carried = state.carrying or (good and bool(fix.load))
        clock = advance(state.clock, fix, policy) if good else state.clock
        # A report without a believed place still says that the terminal lives.
        asked = active if good else [rule for rule in active if rule.kind == Kind.SILENT]
        known = anchor.good
        for rule in asked if known is not None else ():
            here = replace(fix, lon=known.lon, lat=known.lat) if known is not None else fix
            # A gap is a matter of the trip in which it began.
            trip_at = (state.clock if rule.kind == Kind.SILENT else clock).started_at or fix.at
            value = _ask(rule, here, state.heard, carried, setting)
            memo, opens = _remember(memos.get(rule.code, Memo()), rule, here, value, trip_at)
            memos[rule.code] = memo
            if opens is not None:
                inputs = _inputs(memo, here, setting)
                new = Excess(rule, opens, trip_at, memo.first or here, here, memo.peak, inputs)
                found[rule.code, trip_at] = _together(found.get((rule.code, trip_at)), new)
        carrying = _carries(carried, fix, memos, active) if good else state.carrying
        state = State(anchor, clock, carrying, memos, fix)
    return Verdict(state, believed, list(found.values()))


def _carries(carried: bool, fix: Fix, memos: Mapping[str, Memo], active: Sequence[VehicleRule]) -> bool:
    """Loaded until the load has been gone for as long as the unloading rule wants to be sure of it."""
    if fix.load:
        return True
    sure = next((rule for rule in active if rule.kind == Kind.UNLOADING), None)
    if sure is None or not carried:
        return False
    memo = memos[sure.code]
    return memo.count > 0 and memo.count < sure.params["points"]


def _ask(rule: VehicleRule, fix: Fix, before: Fix | None, carried: bool, setting: Setting) -> float | None:
    """The measure of the excess in the rule's own unit, or None when there is none."""
    params = rule.params
    moving = fix.kmh > params.get("moving_kmh", 0)
    match rule.kind:
        case Kind.OVERSPEED:
            return fix.kmh if fix.kmh > params["limit_kmh"] else None
        case Kind.SILENT:
            gap = fix.at - before.at if before is not None and before.acc else 0.0
            return gap if gap > params["silence_s"] else None
        case Kind.NIGHT | Kind.NO_PERMIT:
            return fix.kmh if moving and _forbidden(rule, fix, setting) else None
        case Kind.UNLOADING:
            dropped = setting.knows_load and carried and not fix.load
            lifted = setting.knows_lift and fix.lift
            return _outside(setting, fix, params) if dropped or lifted else None
        case Kind.OFF_ROUTE:
            # An empty truck may drive where it likes, if we can tell that it is empty.
            free = setting.knows_load and not fix.load
            return _off_route(setting, fix, params) if moving and not free else None


def _forbidden(rule: VehicleRule, fix: Fix, setting: Setting) -> bool:
    local = datetime.fromtimestamp(fix.at, BEIJING)
    if rule.kind == Kind.NO_PERMIT:
        return setting.permit is None or not setting.permit.hold(local.date())
    if setting.night_permit is not None and setting.night_permit.hold(local.date()):
        return False
    start, end, minute = rule.params["start_min"], rule.params["end_min"], local.hour * 60 + local.minute
    return start <= minute < end if start <= end else minute >= start or minute < end


def _outside(setting: Setting, fix: Fix, params: Mapping[str, float]) -> float | None:
    """Metres to the nearest disposal site, unless the place is one or the truck's own site (backfill)."""
    away = nearest_m(setting.disposal, fix.place)
    if away <= params["margin_m"] or nearest_m(setting.sites, fix.place) <= params["yard_m"]:
        return None
    return away


def _off_route(setting: Setting, fix: Fix, params: Mapping[str, float]) -> float | None:
    """Metres to the nearest licensed route, unless within its buffer, on a site or a disposal site."""
    gaps = [
        (line.distance_m(fix.place), params["buffer_m"] if own is None else own)
        for line, own in setting.routes
    ]
    if any(gap <= buffer for gap, buffer in gaps):
        return None
    if nearest_m([*setting.sites, *setting.disposal], fix.place) <= params["yard_m"]:
        return None
    return min(gap for gap, _buffer in gaps)


def _remember(
    memo: Memo, rule: VehicleRule, fix: Fix, value: float | None, trip_at: float
) -> tuple[Memo, bool | None]:
    """The rule's memory after this fix, and whether an excess opens (True), continues (False) or is none (None)."""
    if value is None:
        return Memo(opened_in=memo.opened_in), None
    first = memo.first or fix
    count = memo.count + 1
    peak = max(memo.peak, value) if memo.count else value
    long_enough = fix.at - first.at >= rule.params.get("duration_s", 0)
    if count < rule.params.get("points", 1) or not long_enough:
        return Memo(first, count, peak, memo.opened_in), None
    return Memo(first, count, peak, trip_at), memo.opened_in != trip_at


def _inputs(memo: Memo, fix: Fix, setting: Setting) -> dict[str, Any]:
    """What the judgement rests on, in plain values."""
    return {
        "fixes": memo.count,
        "seconds": round(fix.at - (memo.first or fix).at),
        "routes": len(setting.routes),
        "disposal_sites": len(setting.disposal),
        "load": fix.load if setting.knows_load else None,
    }


def _together(known: Excess | None, new: Excess) -> Excess:
    """One excess a rule and trip: the first stays first, the greatest value counts."""
    if known is None:
        return new
    return replace(
        new, opened=known.opened or new.opened, first=known.first, value=max(known.value, new.value)
    )


def plain(state: State) -> dict[str, Any]:
    """The state as JSON."""
    return {
        "good": _fix_out(state.anchor.good),
        "doubted": _fix_out(state.anchor.doubted),
        "agreeing": state.anchor.agreeing,
        "clock": [state.clock.started_at, state.clock.last_at, state.clock.standing_since, state.clock.over],
        "carrying": state.carrying,
        "heard": _fix_out(state.heard),
        "memos": {
            code: [_fix_out(memo.first), memo.count, memo.peak, memo.opened_in]
            for code, memo in state.memos.items()
        },
    }


def restored(kept: Mapping[str, Any]) -> State:
    """The state from its JSON; empty JSON is a vehicle of which nothing is known yet."""
    if not kept:
        return State()
    return State(
        Anchor(_fix_in(kept["good"]), _fix_in(kept["doubted"]), kept["agreeing"]),
        Clock(*kept["clock"]),
        kept["carrying"],
        {
            code: Memo(_fix_in(first), count, peak, opened_in)
            for code, (first, count, peak, opened_in) in kept["memos"].items()
        },
        _fix_in(kept["heard"]),
    )


def _fix_out(fix: Fix | None) -> list[Any] | None:
    if fix is None:
        return None
    return [fix.at, fix.lon, fix.lat, fix.kmh, fix.acc, fix.load, fix.lift, fix.located]


def _fix_in(kept: Sequence[Any] | None) -> Fix | None:
    return None if kept is None else Fix(*kept)
