"""``annual_plan.yaml``: the annual plan's calendar, clocks, score, hard stops and monthly shapes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from lantu.packs.annual_plan import (
    FULL_SCORE,
    PLAN_CLASSES,
    RESOURCE_KINDS,
    SCORE_KINDS,
    STOPS,
    AnnualPlanRules,
    CityPlanRules,
    Element,
    HardStop,
    PlanDocument,
    Resource,
    ReturnReason,
    ScoreLine,
    ScoreSection,
    Season,
)
from lantu.packs.model import MARKS
from lantu.packs.reading import Value, open_file, unique

CLOCKS = (
    "proposed",
    "checked",
    "elements",
    "expert",
    "returned",
    "collecting",
    "balancing",
    "consulting",
    "submitted",
)


def parse_annual_plan(root: Path, problems: list[str]) -> AnnualPlanRules:
    """The national rules; an installation without the file has none."""
    path = root / "annual_plan.yaml"
    if not path.exists():
        return AnnualPlanRules()
    top = open_file(path, root)
    f = top.fields(
        "calendar clocks score stops negative_words secret_words elements return_reasons monthly_shape balance"
    )
    sections = f["score"].each(_section, problems)
    if sections and sum(section.weight for section in sections) != FULL_SCORE:
        total = sum(section.weight for section in sections)
        raise f["score"].problem(f"the weights sum to {total:g}", f"Make them sum to {FULL_SCORE}")
    clocks = {key: place.integer() for key, place in f["clocks"].pairs()}
    for name in CLOCKS:
        if clocks.get(name, 0) < 1:
            raise f["clocks"].problem(f"“{name}” has no working days", f"Write e.g. {name}: 5")
    return AnnualPlanRules(
        calendar=f["calendar"].each(_season, problems),
        clocks=clocks,
        score=sections,
        stops=unique(f["stops"].each(_stop, problems), lambda s: s.key, f["stops"], "the stop", problems),
        negative_words=f["negative_words"].texts(),
        secret_words=f["secret_words"].texts(),
        elements=unique(
            f["elements"].each(_element, problems), lambda e: e.key, f["elements"], "the element", problems
        ),
        return_reasons=f["return_reasons"].each(_reason, problems),
        monthly_shape={key: _shape(key, place) for key, place in f["monthly_shape"].pairs()},
        resources=f["balance"].each(_resource, problems),
    )


def parse_city_plan(root: Path, units: Collection[str], elements: Collection[str]) -> CityPlanRules:
    """Where a city differs: the units that tick the elements, and how its document is headed."""
    path = root / "annual_plan.yaml"
    if not path.exists():
        return CityPlanRules()
    f = open_file(path, root).fields("", "element_units document")
    chosen: dict[str, str] = {}
    for key, place in f["element_units"].pairs():
        if key not in elements:
            raise place.problem(f"“{key}” is no element of the plan", f"Known: {', '.join(sorted(elements))}")
        chosen[key] = place.choice(units)
    document = None
    if not f["document"].empty:
        d = f["document"].fields("sender mark addressee")
        document = PlanDocument(d["sender"].text(), d["mark"].text(), d["addressee"].text())
    return CityPlanRules(chosen, document)


def _season(item: Value) -> Season:
    f = item.fields("key name name_en from_month to_month basis mark")
    first, last = f["from_month"].integer(), f["to_month"].integer()
    if not 1 <= first <= last <= 24:
        raise f["to_month"].problem(
            f"months {first} to {last} are no span",
            "Write months 1 to 24, in order; 13 is January of the plan's year",
        )
    return Season(
        f["key"].text(),
        f["name"].text(),
        f["name_en"].text(),
        first,
        last,
        f["basis"].text(),
        f["mark"].choice(MARKS),
    )


def _section(item: Value) -> ScoreSection:
    f = item.fields("key name name_en weight lines")
    weight = f["weight"].number()
    lines = tuple(_line(line) for line in f["lines"].items())
    if sum(line.points for line in lines) != weight:
        total = sum(line.points for line in lines)
        raise f["lines"].problem(
            f"the lines of “{f['key'].text()}” sum to {total:g}, its weight is {weight:g}",
            "Make the two equal",
        )
    return ScoreSection(f["key"].text(), f["name"].text(), f["name_en"].text(), weight, lines)


def _line(item: Value) -> ScoreLine:
    f = item.fields("key name name_en points kind basis mark", "words")
    points = f["points"].number()
    if points <= 0:
        raise f["points"].problem("points are more than 0", "Leave the line out if it gives none")
    kind = f["kind"].choice(SCORE_KINDS)
    if kind == "approval" and not f["words"].items():
        raise item.problem("an approval is found by words", "Add words: [可研]")
    return ScoreLine(
        f["key"].text(), f["name"].text(), f["name_en"].text(), points, kind, f["words"].texts(), f["basis"].text(),
        f["mark"].choice(MARKS),
    )  # fmt: skip


def _stop(item: Value) -> HardStop:
    f = item.fields("key name name_en remedy remedy_en basis mark")
    return HardStop(
        f["key"].choice(STOPS), f["name"].text(), f["name_en"].text(), f["remedy"].text(), f["remedy_en"].text(),
        f["basis"].text(), f["mark"].choice(MARKS),
    )  # fmt: skip


def _element(item: Value) -> Element:
    f = item.fields("key name name_en unit words basis mark", "resource")
    return Element(
        f["key"].text(), f["name"].text(), f["name_en"].text(), f["unit"].text(), f["resource"].text(""),
        f["words"].texts(), f["basis"].text(), f["mark"].choice(MARKS),
    )  # fmt: skip


def _reason(item: Value) -> ReturnReason:
    f = item.fields("key name name_en states")
    return ReturnReason(f["key"].text(), f["name"].text(), f["name_en"].text(), f["states"].texts())


def _shape(key: str, place: Value) -> tuple[float, ...]:
    if key not in PLAN_CLASSES:
        raise place.problem(f"“{key}” is no class of project", f"Use: {', '.join(PLAN_CLASSES)}")
    shares = tuple(item.number() for item in place.items())
    if len(shares) != 12 or min(shares) < 0 or sum(shares) not in (0, 100):
        raise place.problem(
            "twelve shares that sum to 100 are expected", "Correct the list (all 0 is allowed)"
        )
    return shares


def _resource(item: Value) -> Resource:
    f = item.fields("key name name_en unit unit_en kind", "words")
    kind = f["kind"].choice(RESOURCE_KINDS)
    if kind == "funds" and not f["words"].items():
        raise item.problem("a source of funds is found by words", "Add words: [财政]")
    return Resource(
        f["key"].text(), f["name"].text(), f["name_en"].text(), f["unit"].text(), f["unit_en"].text(), kind,
        f["words"].texts(),
    )  # fmt: skip
