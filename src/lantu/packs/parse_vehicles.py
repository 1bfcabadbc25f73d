"""``vehicles.yaml``: rules for slag trucks, checked by building the rule that would judge."""

from __future__ import annotations

from datetime import time

from lantu.calc.tracks import Policy
from lantu.calc.vehicle_rules import PARAMS, Kind, VehicleRule
from lantu.packs.model import MARKS
from lantu.packs.reading import Value, unique
from lantu.packs.vehicles import VehicleRules, VehicleThreshold


def parse_vehicles(top: Value, problems: list[str]) -> VehicleRules:
    """The rules by code and what is done with tracks."""
    f = top.fields("track rules")
    t = f["track"].fields("drift_kmh anchor_points stop_kmh stop_s gap_s retention_days")
    policy = Policy(
        drift_kmh=t["drift_kmh"].number(),
        anchor_points=t["anchor_points"].integer(),
        stop_kmh=t["stop_kmh"].number(),
        stop_s=t["stop_s"].number(),
        gap_s=t["gap_s"].number(),
    )
    return VehicleRules(
        policy=policy, retention_days=t["retention_days"].integer(), rules=parse_rules(f["rules"], problems)
    )


def parse_rules(place: Value, problems: list[str]) -> dict[str, VehicleThreshold]:
    """A list of rules by code: the national ones, or those that a city puts in their place."""
    return unique(place.each(_rule, problems), lambda row: row.code, place, "the rule", problems)


def _rule(item: Value) -> VehicleThreshold:
    f = item.fields(
        "code name name_en kind severity params unit basis clause mark effective_from",
        "hours note effective_to",
    )
    kind = Kind(f["kind"].choice(list(Kind)))
    params = {name: value.number() for name, value in f["params"].pairs()}
    if not f["hours"].empty:
        params |= _hours(f["hours"])
    if strange := sorted(set(params) - set(PARAMS[kind])):
        raise f["params"].problem(
            f"{', '.join(strange)} is not known here", f"Known: {', '.join(PARAMS[kind])}"
        )
    severity = f["severity"].integer()
    if not 1 <= severity <= 4:
        raise f["severity"].problem(f"{severity} is no severity", "Write 1 (blue) to 4 (red)")
    try:
        VehicleRule(f["code"].text(), 1, kind, severity, params)
    except ValueError as error:
        raise f["params"].problem(str(error), "See PARAMS in calc/vehicle_rules.py") from None
    return VehicleThreshold(
        code=f["code"].text(),
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        kind=str(kind),
        severity=severity,
        params=params,
        unit=f["unit"].text(),
        basis=f["basis"].text(),
        clause=f["clause"].text(),
        mark=f["mark"].choice(MARKS),
        note=f["note"].text(""),
        effective_from=f["effective_from"].day(),
        effective_to=None if f["effective_to"].empty else f["effective_to"].day(),
    )


def _hours(place: Value) -> dict[str, float]:
    """“23:00-05:00” as minutes after midnight."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in place.text().split("-"))
    except ValueError:
        raise place.problem("not two times of day", 'Write "23:00-05:00"') from None
    return {"start_min": start.hour * 60.0 + start.minute, "end_min": end.hour * 60.0 + end.minute}
