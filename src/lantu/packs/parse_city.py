"""The files of a city pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lantu.calc.identifiers import uscc_findings
from lantu.calc.pits import RangePolicy
from lantu.packs.appraisal import AppraisalRules
from lantu.packs.model import (
    ORGANISATION_KINDS,
    ROLES,
    Area,
    CityPack,
    NationalPack,
    Person,
    QuietPeriod,
    Threshold,
    Unit,
)  # fmt: skip
from lantu.packs.parse_annual_plan import parse_city_plan
from lantu.packs.parse_appraisal import parse_appraisal
from lantu.packs.parse_gates import parse_terms
from lantu.packs.parse_national import parse_clocks, parse_ladder, parse_seat
from lantu.packs.parse_quiet import parse_quiet
from lantu.packs.parse_thresholds import parse_thresholds
from lantu.packs.parse_vehicles import parse_rules
from lantu.packs.parse_words import parse_words
from lantu.packs.reading import Value, open_file, unique
from lantu.packs.vehicles import VehicleThreshold

REACHES = ("city", "county", "organisation", "project")


def parse_city(root: Path, nation: NationalPack, problems: list[str]) -> CityPack:
    """Read a city pack; whatever is wrong is added to ``problems`` and left out."""
    head = open_file(root / "pack.yaml", root).fields("kind version", "range_policy")
    version = head["version"].text()
    policy = None if head["range_policy"].empty else RangePolicy(head["range_policy"].choice(RangePolicy))
    top = open_file(root / "city.yaml", root)
    f = top.fields("name name_en code centre bounds boundary_note counties", "zones")
    code = f["code"].text()
    if code not in nation.areas:
        raise f["code"].problem(f"“{code}” is not a city of the national pack", "Add it to areas_gb2260.yaml")
    areas = (
        *f["counties"].each(lambda item: _county(item, nation, code), problems),
        *f["zones"].each(lambda item: _zone(item, code), problems),
    )
    index = unique(areas, lambda area: area.code, top, "the area", problems)
    units = _units(open_file(root / "units.yaml", root), index, code, problems)
    people = _people(open_file(root / "people.yaml", root), units, index, problems)
    ladder, clocks = nation.ladder, dict(nation.hazard_clocks)
    if (root / "escalation.yaml").exists():
        own = open_file(root / "escalation.yaml", root).fields("", "ladder hazard_clocks")
        ladder = ladder if own["ladder"].empty else parse_ladder(own["ladder"], problems)
        clocks |= parse_clocks(own["hazard_clocks"], problems)
    return CityPack(
        key=root.name,
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        code=code,
        version=version,
        centre=parse_seat(f["centre"]),
        bounds=_bounds(f["bounds"]),
        boundary_note=f["boundary_note"].text(),
        areas=areas,
        units=units,
        people=people,
        ladder=ladder,
        hazard_clocks=clocks,
        range_policy=policy,
        thresholds=_thresholds(root, nation, policy or nation.range_policy, problems),
        quiet_days=_quiet_days(root, problems),
        vehicle_rules=_vehicle_rules(root, problems),
        **_gate_terms(root, nation, problems),
        annual_plan=parse_city_plan(root, units, nation.annual_plan.elements),
        appraisal=_appraisal(root, problems),
        words_en=parse_words(root, problems),
    )


def _appraisal(root: Path, problems: list[str]) -> AppraisalRules | None:
    """The city's own rubric in the place of the national one."""
    path = root / "appraisal.yaml"
    return parse_appraisal(open_file(path, root), problems) if path.exists() else None


def _thresholds(
    root: Path, nation: NationalPack, policy: RangePolicy, problems: list[str]
) -> dict[str, Threshold]:
    """The city's own rows: one with a national code takes its place, another is added."""
    if not (root / "thresholds.yaml").exists():
        return {}
    top = open_file(root / "thresholds.yaml", root)
    rows = parse_thresholds(top, nation.channels, nation.device_types, problems, policy)
    return unique(rows, lambda row: row.code, top, "the rule", problems)


def _gate_terms(root: Path, nation: NationalPack, problems: list[str]) -> dict[str, Any]:
    """Terms of approvals that the city promises shorter than the statute."""
    if not (root / "gates.yaml").exists():
        return {}
    top = open_file(root / "gates.yaml", root)
    terms = parse_terms(top, nation.gates.matters, problems)
    return {"gate_terms": terms, "gate_terms_version": dict(top.pairs())["version"].text()}


def _vehicle_rules(root: Path, problems: list[str]) -> Mapping[str, VehicleThreshold]:
    """Rules for slag trucks that the city sets itself."""
    path = root / "vehicles.yaml"
    return parse_rules(open_file(path, root), problems) if path.exists() else {}


def _quiet_days(root: Path, problems: list[str]) -> Mapping[str, tuple[QuietPeriod, ...]]:
    path = root / "quiet_days.yaml"
    return parse_quiet(open_file(path, root), problems) if path.exists() else {}


def _bounds(place: Value) -> tuple[float, float, float, float]:
    numbers = [item.number() for item in place.items()]
    if len(numbers) != 4 or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
        raise place.problem("bounds are [west, south, east, north]", "Write e.g. [115.7, 36.4, 117.6, 38.0]")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _county(item: Value, nation: NationalPack, city: str) -> Area:
    f = item.fields("code short")
    code = f["code"].choice(found for found in nation.areas if found[:4] == city[:4] and found != city)
    area = nation.areas[code]
    return Area(code, area.name, area.name_en, "county", seat=area.seat, short=f["short"].text())


def _zone(item: Value, city: str) -> Area:
    f = item.fields("code name name_en short host seat", "short_en")
    code = f["code"].text()
    if len(code) != 6 or not code.startswith(city[:4]) or code.isdigit():
        raise f["code"].problem(
            "a zone has an internal code", f"Write e.g. {city[:4]}T1; GB/T 2260 has none for it"
        )
    return Area(
        code,
        f["name"].text(),
        f["name_en"].text(),
        "zone",
        host=f["host"].text(),
        seat=parse_seat(f["seat"]),
        short=f["short"].text(),
        short_en=f["short_en"].text(""),
    )


def _units(top: Value, areas: Mapping[str, Area], city: str, problems: list[str]) -> dict[str, Unit]:
    places: dict[str, Value] = {}

    def unit(item: Value) -> Unit:
        f = item.fields("key name kind", "short area uscc parent topics invented")
        uscc = f["uscc"].text("")
        if uscc and uscc_findings(uscc):
            wrong = ", ".join(uscc_findings(uscc))
            raise f["uscc"].problem(f"the credit code does not hold ({wrong})", "Correct it or leave it out")
        places[f["key"].text()] = item
        return Unit(
            key=f["key"].text(),
            name=f["name"].text(),
            short=f["short"].text(f["name"].text()),
            kind=f["kind"].choice(ORGANISATION_KINDS),
            area=f["area"].choice([*areas, city], city),
            uscc=uscc,
            parent=f["parent"].text(""),
            topics=f["topics"].texts(),
            invented=f["invented"].choice(("true", "false"), "false") == "true",
        )

    units = unique(top.each(unit, problems), lambda u: u.key, top, "the unit", problems)
    unique(units.values(), lambda u: u.name, top, "the name", problems)
    unique((u for u in units.values() if u.uscc), lambda u: u.uscc, top, "the credit code", problems)
    for one in units.values():
        if one.parent and one.parent not in units:
            problems.append(
                str(places[one.key].problem(f"its parent “{one.parent}” is not a unit", "Correct the key"))
            )
    if sum(one.kind == "bureau" for one in units.values()) != 1:
        problems.append(str(top.problem("a city has exactly one bureau", "Give one unit kind: bureau")))
    return units


def _people(
    top: Value, units: Mapping[str, Unit], areas: Mapping[str, Area], problems: list[str]
) -> dict[str, Person]:
    places: dict[str, Value] = {}

    def person(item: Value) -> Person:
        f = item.fields("username name title unit role reach", "area deputy project demo_login")
        reach = f["reach"].choice(REACHES)
        area = "" if f["area"].empty else f["area"].choice(areas)
        if (reach == "county") != bool(area):
            raise item.problem("reach: county and an area belong together", "Give both or neither")
        if (reach == "project") == f["project"].empty:
            raise item.problem("reach: project and a project belong together", "Give both or neither")
        places[f["username"].text()] = item
        return Person(
            username=f["username"].text(),
            name=f["name"].text(),
            title=f["title"].text(),
            unit=f["unit"].choice(units),
            role=f["role"].choice(ROLES),
            reach=reach,
            area=area,
            deputy=f["deputy"].text(""),
            project=f["project"].text(""),
            demo_login=f["demo_login"].choice(("true", "false"), "false") == "true",
        )

    people = unique(top.each(person, problems), lambda p: p.username, top, "the user name", problems)
    for one in people.values():
        if one.deputy and one.deputy not in people:
            problems.append(
                str(places[one.username].problem(f"its deputy “{one.deputy}” is nobody", "Correct the name"))
            )
    return people
