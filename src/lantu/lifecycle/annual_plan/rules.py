"""The plan's rules as the packs state them, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import get_language

from lantu.packs.annual_plan import AnnualPlanRules, HardStop, Named, PlanDocument, Resource, Season
from lantu.packs.load import national
from lantu.projects.areas import city


def plan_rules() -> AnnualPlanRules:
    """Calendar, clocks, score, stops, elements and shapes of the national pack."""
    return national().annual_plan


def rule_version() -> str:
    """What is written beside every score: which rules it was computed by."""
    return f"national {national().version}"


def label(named: Named) -> str:
    """Its name in the reader's language."""
    return (named.name_en if english() else "") or named.name


def unit_of(resource: Resource) -> str:
    return resource.unit_en if english() else resource.unit


def remedy(stop: HardStop) -> str:
    return (stop.remedy_en if english() else "") or stop.remedy


def english() -> bool:
    return (get_language() or "").startswith("en")


def resources() -> tuple[Resource, ...]:
    """The constraints of the workbench, in order."""
    return plan_rules().resources


def element_unit(key: str) -> str:
    """The name of the unit that ticks an element: the city's choice, else the nation's."""
    own = city()
    unit = own.annual_plan.element_units.get(key) or plan_rules().elements[key].unit
    known = own.units.get(unit)
    return known.name if known is not None else unit


def document_words() -> PlanDocument:
    """Who sends the plan; a city without its own words sends it in its own name."""
    own = city()
    return own.annual_plan.document or PlanDocument(own.name, "", "")


def season_span(season: Season, year: int) -> tuple[date, date]:
    """First and last day of a season for the plan of ``year``."""
    first, last = season.from_month - 1, season.to_month
    start = date(year - 1 + first // 12, first % 12 + 1, 1)
    after = date(year - 1 + last // 12, last % 12 + 1, 1)
    return start, date.fromordinal(after.toordinal() - 1)


def seasons_at(year: int, today: date) -> list[tuple[Season, date, date, str]]:
    """Every season of the plan with its days and where ``today`` stands: past, now, ahead."""
    found = []
    for season in plan_rules().calendar:
        start, end = season_span(season, year)
        where = "past" if today > end else "now" if today >= start else "ahead"
        found.append((season, start, end, where))
    return found


def holds_word(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the text, whatever the width and case of its letters."""
    return any(word in text for word in words)
