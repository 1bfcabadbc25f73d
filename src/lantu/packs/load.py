"""Load packs: ``national()``, ``city()`` and, for any directory, ``load_pack(path)``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lantu.calc.pits import RangePolicy
from lantu.packs.appraisal import AppraisalRules
from lantu.packs.gates import GateBook
from lantu.packs.model import CityPack, NationalPack, QuietPeriod
from lantu.packs.parse_city import parse_city
from lantu.packs.parse_national import parse_national
from lantu.packs.reading import PackError, Problem, open_file

HERE = Path(__file__).parent
DEFAULT_CITY = "dezhou"

Pack = NationalPack | CityPack


def read_pack(root: Path) -> tuple[Pack | None, list[str]]:
    """The pack in a directory, if it can be read at all, and everything that is wrong with it."""
    problems: list[str] = []
    pack: Pack | None = None
    try:
        top = open_file(root / "pack.yaml", root)
        kind = dict(top.pairs()).get("kind")
        if kind is None:
            raise top.problem("“kind” is missing", "Write kind: national or kind: city")
        if kind.choice(("national", "city")) == "national":
            pack = parse_national(root, problems)
        else:
            pack = parse_city(root, national(), problems)
    except Problem as problem:
        problems.append(str(problem))
    return pack, problems


def load_pack(path: Path | str) -> Pack:
    """The pack in a directory. Raises ``PackError`` with every problem if there is one."""
    pack, problems = read_pack(Path(path).resolve())
    if problems or pack is None:
        raise PackError(problems)
    return pack


@cache
def national() -> NationalPack:
    """The national pack that comes with the platform."""
    pack = load_pack(HERE / "national")
    assert isinstance(pack, NationalPack)
    return pack


@cache
def national_by(policy: RangePolicy) -> NationalPack:
    """The national pack with its ranges of limits read by another policy. Raises ``PackError``."""
    problems: list[str] = []
    pack = parse_national(HERE / "national", problems, policy)
    if problems:
        raise PackError(problems)
    return pack


def rules_of(own: CityPack) -> list[dict[str, Any]]:
    """All monitoring rules of a city, in the form that monitoring loads: the national rows by the city's range policy, with
    the city's own rows in their place."""
    nation = (
        national() if own.range_policy in (None, national().range_policy) else national_by(own.range_policy)
    )
    return [row.row() for row in {**nation.thresholds, **own.thresholds}.values()]


def vehicle_rules_of(own: CityPack) -> list[dict[str, Any]]:
    """The rules for slag trucks that hold in a city, in the form that monitoring loads: its own before the nation's."""
    return [row.row() for row in {**national().vehicles.rules, **own.vehicle_rules}.values()]


def appraisal_of(own: CityPack) -> AppraisalRules:
    """The rubric that holds in a city: its own, or the nation's."""
    return own.appraisal or national().appraisal


def quiet_periods(own: CityPack, calendar: str) -> tuple[QuietPeriod, ...]:
    """The days on which rules of a calendar hold: the nation's and the city's."""
    return (*national().quiet_days.get(calendar, ()), *own.quiet_days.get(calendar, ()))


def gates_of(own: CityPack) -> GateBook:
    """The templates and terms of stage gates that hold in a city."""
    return national().gates.with_terms(own.gate_terms, own.gate_terms_version)


@cache
def city(name: str = DEFAULT_CITY) -> CityPack:
    """A city pack by name (under ``packs/cities``) or by directory. Raises ``PackError``."""
    root = HERE / "cities" / name
    pack = load_pack(root if root.is_dir() else Path(name))
    if not isinstance(pack, CityPack):
        raise PackError([f"{name}: this is not a city pack. Set kind: city in its pack.yaml"])
    return pack
