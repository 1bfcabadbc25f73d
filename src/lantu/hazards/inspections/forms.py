"""Reads the forms of inspections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.hazards.forms import whole
from lantu.hazards.inspections.models import Entry
from lantu.hazards.inspections.selectors import InspectionFilter
from lantu.hazards.inspections.states import InspectionKind


def number(values: Mapping[str, str], field: str) -> float:
    """A number; nothing written is 0."""
    text = values.get(field, "").strip()
    try:
        return float(text) if text else 0.0
    except ValueError as error:
        raise Unacceptable("inspections.bad_number", _("请填写数字。"), field=field) from error


def table_rows(values: QueryDict, entries: Iterable[Entry], kind: str) -> dict[str, dict[str, Any]]:
    """One table of the sheet as its page sends it: fields end with the item's code."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        code = entry.item
        row: dict[str, Any] = {
            "applies": values.get(f"na_{code}") != "1",
            "finding": values.get(f"finding_{code}", ""),
            "place": values.get(f"place_{code}", ""),
            "grade": whole(values, f"grade_{code}"),
            "remedied": values.get(f"remedied_{code}") == "1",
        }
        if drawing := values.get(f"pin_drawing_{code}", "").strip():
            row["pin"] = {
                "drawing": drawing,
                "x": number(values, f"pin_x_{code}") / 100,
                "y": number(values, f"pin_y_{code}") / 100,
            }
        if kind == InspectionKind.SAFETY:
            row["deducted"] = number(values, f"deducted_{code}")
        elif kind == InspectionKind.ENVIRONMENT:
            row |= {"points": 1, "conforming": 0 if values.get(f"bad_{code}") == "1" else 1}
        else:
            row |= {
                "points": whole(values, f"points_{code}") or 0,
                "conforming": whole(values, f"conforming_{code}") or 0,
                "grave": values.get(f"grave_{code}") == "1",
            }
        rows[code] = row
    return rows


def read_filter(values: Mapping[str, str]) -> InspectionFilter:
    """The list's query string. Unknown values are ignored, so that an old link still opens."""

    def text(field: str, most: int) -> str:
        return values.get(field, "").replace("\x00", "").strip()[:most]

    draw = text("draw", 9)
    return InspectionFilter(
        words=text("q", 60),
        kind=text("kind", 12),
        state=text("state", 12),
        result=text("result", 12),
        project=text("project", 24),
        draw=int(draw) if draw.isascii() and draw.isdigit() else None,
        named_set=text("set", 10),
    )
