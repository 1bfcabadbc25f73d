"""The templates that hold in this city, and which of them fits a project."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.calc.workdays import BEIJING, WorkCalendar
from lantu.core.refusals import Unacceptable
from lantu.packs.gates import GateBook, Lane, Template, TenderBook
from lantu.packs.load import city, gates_of, national
from lantu.projects.models import Project

LINES = frozenset({"LineString", "MultiLineString"})
DEFAULT_TEMPLATE = "government"


def book() -> GateBook:
    """Templates, matters and terms of the city in force."""
    return _book(settings.CITY_PACK)


@cache
def _book(pack: str) -> GateBook:
    # Kept: a template's graph is made once.
    return gates_of(city(pack))


def tender_book() -> TenderBook:
    """The rules of public tendering."""
    return national().tender


def work_calendar() -> WorkCalendar:
    """Working days as the national pack states them."""
    return national().calendar


def close_of(day: date) -> datetime:
    """The moment at which a term that ends on ``day`` ends."""
    return datetime.combine(day, work_calendar().closes_at, BEIJING)


def template_named(code: str) -> Template:
    """The template with this code. Raises Unacceptable naming those there are."""
    found = book().templates.get(code)
    if found is None:
        raise Unacceptable(
            "gates.unknown_template",
            _("没有代码为“%(code)s”的关口模板。") % {"code": code},
            remedy=_("可选：%(codes)s。") % {"codes": "、".join(book().templates)},
            field="template",
        )
    return found


def fitting_template(project: Project) -> Template:
    """The most particular template that fits: by words of the name, by a line on the map, by sector, by category."""
    fits = [
        (score, template)
        for template in book().templates.values()
        if (score := _fit(template, project)) is not None
    ]
    best = max(fits, key=lambda pair: pair[0], default=None)
    return best[1] if best else template_named(DEFAULT_TEMPLATE)


def _fit(template: Template, project: Project) -> int | None:
    """How particularly a template fits; None if it does not."""
    if project.category not in template.categories:
        return None
    if template.words:
        text = f"{project.name} {' '.join(map(str, project.tags))}"
        return 8 if any(word in text for word in template.words) else None
    if template.lines:
        return 4 if (project.geometry or {}).get("type") in LINES else None
    if template.sectors:
        return 2 if project.sector in template.sectors else None
    return 1


def spoken(label: str, label_en: str) -> str:
    """A pack's label in the reader's language."""
    return label_en if label_en and (get_language() or "").startswith("en") else label


def lane_words() -> dict[str, str]:
    """Lane code → its name in the reader's language."""
    return {lane.code: spoken(lane.label, lane.label_en) for lane in lanes()}


def lanes() -> tuple[Lane, ...]:
    """The lanes in their order."""
    return book().lanes
