"""The files of a national pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

from lantu.calc.deadlines import SlipPolicy, Term, parse_term
from lantu.calc.identifiers import area_level
from lantu.calc.pits import RangePolicy
from lantu.calc.workdays import WorkCalendar
from lantu.packs.facts import Fact
from lantu.packs.model import ROLES, Area, Channel, DeviceType, HazardClock, Industry, NationalPack, Rung
from lantu.packs.parse_annual_plan import parse_annual_plan
from lantu.packs.parse_appraisal import parse_appraisal
from lantu.packs.parse_checklists import parse_jgj59, parse_quality
from lantu.packs.parse_dangerous import parse_dangerous
from lantu.packs.parse_facts import parse_facts
from lantu.packs.parse_gates import parse_gates, parse_tender
from lantu.packs.parse_major import parse_major
from lantu.packs.parse_observations import parse_observations
from lantu.packs.parse_pits import parse_pits
from lantu.packs.parse_programmes import parse_programmes
from lantu.packs.parse_quiet import parse_quiet
from lantu.packs.parse_schedules import parse_schedules
from lantu.packs.parse_thresholds import parse_thresholds
from lantu.packs.parse_vehicles import parse_vehicles
from lantu.packs.parse_words import parse_words
from lantu.packs.reading import Value, open_file, unique


def parse_national(root: Path, problems: list[str], policy: RangePolicy | None = None) -> NationalPack:
    """Read a national pack; whatever is wrong is added to ``problems`` and left out.

    ``policy``: how ranges of limits become numbers, where a city differs from the pack's own setting.
    """
    head = open_file(root / "pack.yaml", root).fields("kind version", "range_policy")
    version = head["version"].text()
    given_policy = RangePolicy(head["range_policy"].choice(RangePolicy, RangePolicy.CONSERVATIVE))
    calendar, basis = _calendar(open_file(root / "calendar.yaml", root), problems)
    top = open_file(root / "channels.yaml", root)
    channels = unique(top.each(_channel, problems), lambda c: c.key, top, "the channel", problems)
    facts = parse_facts(open_file(root / "facts.yaml", root), problems)
    top = open_file(root / "device_types.yaml", root)
    types = unique(
        top.each(lambda item: _device_type(item, channels, facts), problems),
        lambda t: t.code,
        top,
        "the type",
        problems,
    )
    policy = policy or given_policy
    rows = parse_pits(open_file(root / "pits.yaml", root), channels, types, problems, policy)
    for path in sorted(root.glob("thresholds_*.yaml")):
        top = open_file(path, root)
        rows += parse_thresholds(top, channels, types, problems, policy)
    thresholds = unique(rows, lambda t: t.code, top, "the rule", problems)
    top = open_file(root / "areas_gb2260.yaml", root)
    areas = unique(top.each(_area, problems), lambda a: a.code, top, "the code", problems)
    top = open_file(root / "industries.yaml", root)
    industries = unique(top.each(_industry, problems), lambda i: i.code, top, "the industry", problems)
    ladder, slip, clocks = parse_escalation(open_file(root / "escalation.yaml", root), problems)
    return NationalPack(
        version=version,
        calendar=calendar,
        calendar_basis=basis,
        channels=channels,
        facts=facts,
        device_types=types,
        thresholds=thresholds,
        quiet_days=parse_quiet(open_file(root / "quiet_days.yaml", root), problems),
        range_policy=policy,
        areas=areas,
        industries=industries,
        ladder=ladder,
        slip=slip,
        hazard_clocks=clocks,
        dangerous_works=parse_dangerous(open_file(root / "dangerous_works.yaml", root), problems),
        safety_score=parse_jgj59(open_file(root / "jgj59.yaml", root), problems),
        major_hazards=parse_major(open_file(root / "major_hazards.yaml", root), problems),
        quality=parse_quality(open_file(root / "quality_tree.yaml", root), problems),
        observations=parse_observations(open_file(root / "observations.yaml", root), problems),
        vehicles=parse_vehicles(open_file(root / "vehicles.yaml", root), problems),
        annual_plan=parse_annual_plan(root, problems),
        appraisal=parse_appraisal(open_file(root / "appraisal.yaml", root), problems),
        gates=parse_gates(open_file(root / "gates.yaml", root), problems),
        tender=parse_tender(open_file(root / "tender_rules.yaml", root), problems),
        programmes=parse_programmes(open_file(root / "programmes.yaml", root), problems),
        schedules=parse_schedules(open_file(root / "schedules.yaml", root), problems),
        words_en=parse_words(root, problems),
    )


def _calendar(top: Value, problems: list[str]) -> tuple[WorkCalendar, dict[int, str]]:
    fields = top.fields("opens_at closes_at years")
    off: set[date] = set()
    worked: set[date] = set()
    basis: dict[int, str] = {}

    def one_year(item: Value) -> None:
        year_fields = item.fields("year basis off worked")
        year = year_fields["year"].integer()
        if year in basis:
            raise item.problem(f"the year {year} stands twice", "Keep one entry a year")
        basis[year] = year_fields["basis"].text()
        off.update(_days(year, year_fields["off"]))
        worked.update(_days(year, year_fields["worked"]))

    fields["years"].each(one_year, problems)
    times: tuple[time, time] = fields["opens_at"].clock(), fields["closes_at"].clock()
    try:
        return WorkCalendar(frozenset(off), frozenset(worked), frozenset(basis), *times), basis
    except ValueError as error:
        raise fields["years"].problem(str(error), "Compare with the notice of that year") from None


def _days(year: int, place: Value) -> set[date]:
    days = set()
    for item in place.items():
        text = item.text()
        try:
            days.add(date.fromisoformat(f"{year}-{text}"))
        except ValueError:
            raise item.problem(f"“{text}” is not a day of {year}", "Write MM-DD, e.g. 02-16") from None
    return days


def _channel(item: Value) -> Channel:
    f = item.fields("key label label_en unit low high period_s decimals")
    low, high, period = f["low"].number(), f["high"].number(), f["period_s"].integer()
    if low >= high:
        raise f["high"].problem("the range ends before it begins", "Make high larger than low")
    if period < 1:
        raise f["period_s"].problem("a period is at least one second", "Write e.g. 60")
    return Channel(
        key=f["key"].text(),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        unit=f["unit"].text(),
        low=low,
        high=high,
        period_s=period,
        decimals=f["decimals"].integer(),
    )


def _device_type(item: Value, channels: Mapping[str, Channel], facts: Mapping[str, Fact]) -> DeviceType:
    f = item.fields("code label label_en icon period_s channels", "facts")
    chosen = tuple(channels[entry.choice(channels)] for entry in f["channels"].items())
    if len({channel.key for channel in chosen}) != len(chosen):
        raise f["channels"].problem("a channel stands twice", "Name each channel once")
    return DeviceType(
        code=f["code"].text(),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        icon=f["icon"].text(),
        period_s=f["period_s"].integer(),
        channels=chosen,
        facts=tuple(entry.choice(facts) for entry in f["facts"].items()),
    )


def parse_seat(place: Value) -> tuple[float, float]:
    """Longitude and latitude within China."""
    parts = [item.number() for item in place.items()]
    if len(parts) != 2 or not (73 < parts[0] < 136 and 3 < parts[1] < 54):
        raise place.problem("not a place in China", "Write [longitude, latitude], e.g. [116.36, 37.44]")
    return parts[0], parts[1]


def _area(item: Value) -> Area:
    f = item.fields("code name name_en kind seat")
    code = f["code"].text()
    try:
        level = area_level(code)
    except ValueError as error:
        raise f["code"].problem(str(error), "Zones stand in the city pack") from None
    if level != f["kind"].choice(("city", "county")):
        raise f["kind"].problem(f"{code} is a {level} by its digits", f"Write kind: {level}")
    return Area(code, f["name"].text(), f["name_en"].text(), level, seat=parse_seat(f["seat"]))


def _industry(item: Value) -> Industry:
    f = item.fields("code name name_en sector")
    sectors = ("industry", "transport", "municipal", "water", "energy", "livelihood", "housing", "ecology")
    return Industry(f["code"].text(), f["name"].text(), f["name_en"].text(), f["sector"].choice(sectors))


def parse_escalation(
    top: Value, problems: list[str]
) -> tuple[tuple[Rung, ...], SlipPolicy, dict[int, HazardClock]]:
    """The ladder, the slip policy and the clocks of hazards by severity."""
    f = top.fields("slip ladder hazard_clocks")
    s = f["slip"].fields("near_share near_working_days leader_list_working_days meeting_working_days")
    slip = SlipPolicy(
        near_share=s["near_share"].number(),
        near_working_days=s["near_working_days"].integer(),
        leader_list_working_days=s["leader_list_working_days"].integer(),
        meeting_working_days=s["meeting_working_days"].integer(),
    )
    ladder = parse_ladder(f["ladder"], problems)
    clocks = parse_clocks(f["hazard_clocks"], problems)
    if sorted(clocks) != [1, 2, 3, 4]:
        problems.append(
            str(f["hazard_clocks"].problem("every severity 1 to 4 needs its clocks", "Add the missing entry"))
        )
    return ladder, slip, clocks


def parse_ladder(place: Value, problems: list[str]) -> tuple[Rung, ...]:
    """The rungs in order of level."""

    def rung(item: Value) -> Rung:
        f = item.fields("level role when label label_en")
        when = f["when"].choice(("open", "blue+1wd", "yellow", "red", "red+5wd", "red+10wd"))
        role = f["role"].choice(ROLES)
        return Rung(f["level"].integer(), role, when, f["label"].text(), f["label_en"].text())

    rungs = place.each(rung, problems)
    if [step.level for step in rungs] != list(range(len(rungs))):
        problems.append(str(place.problem("levels rise from 0 without a gap", "Number the rungs 0, 1, 2, …")))
    return rungs


def parse_clocks(place: Value, problems: list[str]) -> dict[int, HazardClock]:
    """Hazard clocks by severity."""
    clocks = place.each(_clock, problems)
    return {clock.severity: clock for clock in clocks}


def term(place: Value) -> Term:
    """A term such as 4h or 2wd."""
    try:
        return parse_term(place.text())
    except ValueError as error:
        raise place.problem(str(error), "d are natural days, wd working days") from None


def _clock(item: Value) -> HazardClock:
    f = item.fields(
        "severity label label_en acknowledge rectify recheck recheck_by escalate_at_overdue",
        "plan sample_pct stop_work escalate_at_dispatch escalate_at_half",
    )
    severity = f["severity"].integer()
    if not 1 <= severity <= 4:
        raise f["severity"].problem("severities run from 1 to 4", "4 is red")
    return HazardClock(
        severity=severity,
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        acknowledge=term(f["acknowledge"]),
        plan=None if f["plan"].empty else term(f["plan"]),
        rectify=term(f["rectify"]),
        recheck=term(f["recheck"]),
        recheck_by=tuple(entry.choice(ROLES) for entry in f["recheck_by"].items()),
        sample_pct=f["sample_pct"].integer(0),
        stop_work=f["stop_work"].choice(("true", "false"), "false") == "true",
        escalate_at_dispatch=f["escalate_at_dispatch"].integer(0),
        escalate_at_half=f["escalate_at_half"].integer(0),
        escalate_at_overdue=f["escalate_at_overdue"].integer(),
    )
