"""86 warnings of the last twelve months: 85 closed, the last one open, one false alarm beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from lantu.calc.workdays import BEIJING
from lantu.packs.cities.dezhou.demo.projects import FLAGSHIP
from lantu.packs.cities.dezhou.demo.series import make_series, moves_of
from lantu.packs.cities.dezhou.demo.sources import seeded, source
from lantu.packs.cities.dezhou.demo.stories import Story, told
from lantu.packs.demo import DemoDevice, DemoProject, DemoWarning
from lantu.packs.engine import in_scope
from lantu.packs.load import national
from lantu.packs.model import Threshold

SCRIPT: tuple[tuple[str, int, int], ...] = (
    ("dust.pm10.hour", 2, 11), ("dust.pm10.hour", 3, 7), ("dust.pm10.peak", 2, 5), ("dust.pm10.peak", 3, 7),
    ("noise.night.leq", 2, 3), ("noise.night.leq", 3, 7), ("noise.night.peak", 3, 4), ("noise.day.leq", 2, 3),
    ("noise.day.leq", 3, 5), ("crane.wind", 2, 3), ("crane.wind", 3, 3), ("crane.wind", 4, 1),
    ("crane.load", 2, 2), ("crane.load", 3, 1), ("crane.moment", 2, 2), ("crane.moment", 3, 1),
    ("crane.tilt", 3, 2), ("pit.cumulative", 2, 3), ("pit.cumulative", 3, 2), ("pit.rate", 3, 3),
    ("concrete.core_surface", 2, 2), ("concrete.core_surface", 3, 3), ("power.leakage", 2, 2),
    ("power.leakage", 3, 2), ("power.cable_temp", 2, 2),
)  # fmt: skip
"""(rule, severity, how many): 86 with the open one."""
OPEN = ("dust.pm10.hour", 3)
FALSE_ALARM = ("noise.day.leq", 2)
LATE = (7, 19, 33, 48, 62, 77)
"""Numbers of the warnings whose rectification came after its due time: on time are 79 of 85."""
RETURNED = (5, 14, 26, 33, 41, 57, 70, 83)
"""Numbers of those that were sent back once."""
RULES_SINCE = date(2026, 1, 3)
YEAR_DAYS = 355
NIGHT_RULES = ("noise.night.leq", "noise.night.peak")
PREFERRED = {4: FLAGSHIP, 21: "evpark", 37: "railtown", 52: "oldtown", 66: "hub", 80: FLAGSHIP}
"""Some warnings belong to the projects that visitors look at first, where the rule fits."""


@dataclass(frozen=True)
class _Case:
    no: int
    rule: str
    severity: int
    started_at: datetime
    outcome: str
    prefer: str = ""


def make_warnings(
    projects: Sequence[DemoProject], now: datetime
) -> tuple[tuple[DemoWarning, ...], tuple[DemoWarning, ...]]:
    """The warnings in order of time, the open one last, and the false alarms."""
    sites = [project for project in projects if project.under_construction]
    taken: set[tuple[str, str]] = set()
    warnings: list[DemoWarning] = []
    false_alarms: list[DemoWarning] = []
    for case in sorted(_cases(now.astimezone(BEIJING)), key=lambda case: case.outcome == "closed"):
        warning = _warning(case, sites, taken, now)
        (false_alarms if case.outcome == "false_alarm" else warnings).append(warning)
    ordered = sorted(warnings, key=lambda warning: (warning.outcome == "open", warning.raised_at))
    return tuple(replace(one, no=no) for no, one in enumerate(ordered, 1)), tuple(false_alarms)


def _cases(now: datetime) -> Iterator[_Case]:
    draw = seeded("cases")
    kinds = [(rule, severity) for rule, severity, count in SCRIPT for _ in range(count)]
    kinds.remove(OPEN)
    draw.shuffle(kinds)
    # A rule speaks only for days on which it is in force: the newest of the rules used here began with 2026.
    span = min(YEAR_DAYS, max(60, (now.date() - RULES_SINCE).days))
    for no, (rule, severity) in enumerate(kinds, 1):
        # newest first in number 85: the longest rectifying term still fits before now
        age = span - (span - 24) * (no - 1) / (len(kinds) - 1)
        day = (now - timedelta(days=age)).date()
        yield _Case(no, rule, severity, _moment(draw, rule, _midnight(day)), "closed", PREFERRED.get(no, ""))
    opened = now - timedelta(minutes=58)
    yield _Case(86, *OPEN, opened, "open", FLAGSHIP)
    false_day = _midnight((now - timedelta(days=131)).date())
    yield _Case(87, *FALSE_ALARM, _moment(draw, FALSE_ALARM[0], false_day), "false_alarm")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BEIJING)


def _moment(draw: Random, rule: str, midnight: datetime) -> datetime:
    """When it begins: at night for the rules of the night, else in working hours."""
    hours = draw.uniform(22.2, 28.5) if rule in NIGHT_RULES else draw.uniform(7.5, 16.5)
    return midnight + timedelta(minutes=round(hours * 60))


def _warning(
    case: _Case, sites: Sequence[DemoProject], taken: set[tuple[str, str]], now: datetime
) -> DemoWarning:
    draw = seeded(f"warning:{case.no}")
    project, device, threshold = _scene(draw, case, sites, taken)
    series = make_series(draw, case.rule, threshold, case.severity, device.facts)
    start_ms = int(case.started_at.timestamp() * 1000)
    moves = moves_of(series, start_ms, device.type_code, device.facts)
    if [(rule, severity) for rule, severity, _ in moves] != [(threshold.code, case.severity)]:
        raise ValueError(f"warning {case.no}: the series of {threshold.code} gives {moves}")
    raised_at = datetime.fromtimestamp(moves[0][2] / 1000, BEIJING)
    words: Mapping[str, str] = source("stories")[case.rule]
    story: Story = told(
        draw,
        project,
        words,
        severity=case.severity,
        raised_at=raised_at,
        outcome=case.outcome,
        late=case.no in LATE and case.outcome == "closed",
        returned=case.no in RETURNED and case.outcome == "closed",
        now=now,
    )
    return DemoWarning(
        no=case.no,
        project=project.key,
        device=device.code,
        rule=threshold.code,
        channel=threshold.param,
        severity=case.severity,
        started_at=case.started_at,
        raised_at=raised_at,
        series=series,
        title=words["title"],
        place=f"{device.place}（{words['place']}）",
        finding=words["finding"],
        clause=words["clause"],
        measures=words["measures"],
        due_at=story.due_at,
        outcome=case.outcome,
        late=story.late,
        returned=story.returned,
        steps=story.steps,
    )


def _scene(
    draw: Random, case: _Case, sites: Sequence[DemoProject], taken: set[tuple[str, str]]
) -> tuple[DemoProject, DemoDevice, Threshold]:
    """A device that could have measured this: the site had begun, and device and rule are not used yet."""
    day = case.started_at.date()
    found = []
    for project in sites:
        if project.actual_start_on is None or project.actual_start_on + timedelta(days=30) > day:
            continue
        for device in project.devices:
            threshold = _rule_for(case.rule, device)
            if (
                threshold is not None
                and device.installed_on <= day
                and (device.code, _kind(case.rule)) not in taken
            ):
                found.append((project, device, threshold))
    preferred = [entry for entry in found if entry[0].key == case.prefer]
    # at most a few a site, so that the map shows the whole city
    fewest = min(_load(taken, project) for project, _, _ in found)
    spread = [entry for entry in found if _load(taken, entry[0]) <= fewest]
    chosen = (
        (preferred or spread)[0] if preferred and case.outcome == "open" else draw.choice(preferred or spread)
    )
    taken.add((chosen[1].code, _kind(case.rule)))
    return chosen


def _kind(story: str) -> str:
    """Both stories of a pit end in the same rule: a device has at most one of them."""
    return "pit" if story.startswith("pit.") else story


def _load(taken: set[tuple[str, str]], project: DemoProject) -> int:
    prefix = project.devices[0].code[:5]
    return sum(device.startswith(prefix) for device, _ in taken)


def _rule_for(rule: str, device: DemoDevice) -> Threshold | None:
    """The national rule of this family for the device, ``None`` if it has none."""
    thresholds = national().thresholds
    if rule.startswith("pit."):
        if device.type_code != "pit" or "pit_depth_m" not in device.facts:
            return None
        grade, support = device.facts["pit_grade"], device.facts["pit_support"]
        return thresholds.get(f"pit.top_h.g{grade}.{support}.band")
    threshold = thresholds[rule]
    return (
        threshold
        if threshold.param
        and in_scope(threshold, device.type_code, device.facts)
        and _measures(device, threshold)
        else None
    )


def _measures(device: DemoDevice, threshold: Threshold) -> bool:
    kind = national().device_types[device.type_code]
    return any(channel.key == threshold.param for channel in kind.channels)
