"""What a report is made of: sections of paragraphs, figures, charts and tables as plain values.

Word, PDF and the page in the browser show these and nothing else; the hash is over them. Addresses are without host: the
paper adds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation

from lantu.core.figures import Figure
from lantu.core.registry import Store
from lantu.ui.tags.numbers import money, number

Cell = dict[str, str]
Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """For whom and about what: ``month`` (first day) of a bulletin, or ``project`` of a one-pager."""

    reader: Any
    now: datetime
    month: date | None = None
    project: Any = None
    # What several sections read is read once.
    kept: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(kw_only=True)
class Section:
    """One numbered part of a report."""

    key: str
    title: str
    paragraphs: list[str] = field(default_factory=list)
    figures: list[Values] = field(default_factory=list)
    charts: list[Values] = field(default_factory=list)
    tables: list[Values] = field(default_factory=list)
    annex: bool = False

    def plain(self) -> Values:
        return {
            "key": self.key,
            "title": str(self.title),
            "paragraphs": [str(text) for text in self.paragraphs],
            "figures": self.figures,
            "charts": self.charts,
            "tables": self.tables,
            "annex": self.annex,
        }

    @property
    def says_something(self) -> bool:
        return bool(self.paragraphs or self.figures or self.tables)


Builder = Callable[[Asking], Section | None]


@dataclass(frozen=True, kw_only=True)
class ReportSection:
    """A part that a room adds to a report: ``build(asking)`` → Section, or None when it has nothing to say."""

    key: str
    order: int
    build: Builder


# Higher floors add theirs in hooks.py.
bulletin_sections: Store[ReportSection] = Store("bulletin_sections")
one_pager_sections: Store[ReportSection] = Store("one_pager_sections")


def cell(text: Any, url: str = "") -> Cell:
    return {"t": "—" if text is None or text == "" else str(text), "u": url}


def pct(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


def table(
    title: Any, columns: Iterable[tuple[Any, str]], rows: Iterable[Iterable[Any]], *, note: Any = ""
) -> Values:
    """``columns``: label and alignment (l, r, or w: left and wide); a row's value is a text or a :func:`cell`."""
    return {
        "title": str(title),
        "columns": [{"label": str(label), "align": align} for label, align in columns],
        "rows": [[value if isinstance(value, dict) else cell(value) for value in row] for row in rows],
        "note": str(note),
    }


Pair = tuple[Any, float | None, float | None]


def bars(title: Any, legend: tuple[Any, Any], items: Iterable[Pair], unit: str) -> Values:
    """Horizontal bars: two values a row, e.g. physical progress and plan. None is left out, not drawn as 0."""
    return _chart("bars", title, legend, items, unit)


def curve(title: Any, legend: tuple[Any, Any], items: Iterable[Pair], unit: str) -> Values:
    """Two lines over months: what was done (solid) and what was planned (dashed). A line ends where nothing is known."""
    return _chart("lines", title, legend, items, unit)


def _chart(kind: str, title: Any, legend: tuple[Any, Any], items: Iterable[Pair], unit: str) -> Values:
    return {
        "kind": kind,
        "title": str(title),
        "unit": unit,
        "legend": [str(word) for word in legend],
        "items": [
            {
                "label": str(label),
                "a": None if a is None else round(a, 2),
                "b": None if b is None else round(b, 2),
            }
            for label, a, b in items
        ],
    }


def shown_figure(found: Figure, url: str | None = None) -> Values:
    """A figure with its as-of time, definition and the address of its rows."""
    value = found.value
    unit = str(found.unit)
    if value is None:
        text = "—"
    elif found.name.endswith("_yuan"):
        text, unit = money(value), ""
    else:
        text = number(value)
    return {
        "name": found.name,
        "label": str(found.label),
        "value": value,
        "text": text,
        "unit": unit,
        "definition": str(found.definition),
        "as_of": timezone.localtime(found.as_of).isoformat(timespec="minutes"),
        "as_of_text": f"{timezone.localtime(found.as_of):%Y-%m-%d %H:%M}",
        "rows": found.rows if url is None else url,
    }


def in_both(build: Callable[[], Values]) -> tuple[Values, Values]:
    """The same report with Chinese and with English labels, from the same moment."""
    with translation.override("zh-hans"):
        chinese = build()
    with translation.override("en"):
        english = build()
    return chinese, english


def fingerprint(chinese: Values, english: Values) -> str:
    """SHA-256 over both in canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(
        {"zh": chinese, "en": english}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
