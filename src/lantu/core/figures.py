"""Every number opens: a figure is a function that returns value, as-of time and the query of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Missing


@dataclass(frozen=True, kw_only=True)
class FigureValue:
    """What a figure function returns. ``value`` None means: cannot be stated (said so on screen, never 0)."""

    value: float | int | None
    rows: str
    as_of: datetime
    numerator: float | int | None = None
    denominator: float | int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure as screens and the API show it. ``rows`` is the URL of the rows behind it."""

    name: str
    label: Any
    unit: Any
    definition: Any
    value: float | int | None
    as_of: datetime
    rows: str
    numerator: float | int | None
    denominator: float | int | None
    note: str


FigureFunction = Callable[..., FigureValue]


@dataclass(frozen=True, kw_only=True)
class FigureDefinition:
    name: str
    label: Any
    unit: Any
    definition: Any
    compute: FigureFunction


_figures: dict[str, FigureDefinition] = {}


def figure(
    name: str, *, label: Any, unit: Any, definition: Any
) -> Callable[[FigureFunction], FigureFunction]:
    """Register ``compute(reader, *, now) -> FigureValue`` under a dotted name."""

    def register(compute: FigureFunction) -> FigureFunction:
        if name in _figures and _figures[name].compute.__qualname__ != compute.__qualname__:
            raise ValueError(f"figure {name} is defined twice")
        _figures[name] = FigureDefinition(
            name=name, label=label, unit=unit, definition=definition, compute=compute
        )
        return compute

    return register


def figure_definitions() -> list[FigureDefinition]:
    return [_figures[name] for name in sorted(_figures)]


def read_figure(name: str, reader: Any, *, now: datetime) -> Figure:
    """Compute a figure for this reader. Raises Missing for an unknown name."""
    definition = _figures.get(name)
    if definition is None:
        raise Missing(
            "figures.unknown",
            _("没有名为 %(name)s 的指标。") % {"name": name},
            remedy=_("可用指标见 /api/v1/figures。"),
        )
    got = definition.compute(reader, now=now)
    return Figure(
        name=name,
        label=definition.label,
        unit=definition.unit,
        definition=definition.definition,
        value=got.value,
        as_of=got.as_of,
        rows=got.rows,
        numerator=got.numerator,
        denominator=got.denominator,
        note=got.note,
    )
