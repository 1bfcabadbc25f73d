"""Coordinates of bars and lines for the page in the browser: the same chart as on paper, as SVG without styles."""

from __future__ import annotations

import math
from typing import Any

WIDTH, LABEL, VALUE, ROW, HEAD = 720, 220, 110, 30, 34
# A chart of lines: the plot's height, the room for the numbers at its left and the months below, and its grid lines.
PLOT, AXIS, EDGE, FOOT, STEPS = 220, 64, 24, 30, 4
MOST_LABELS = 12


def drawn(facts: dict[str, Any]) -> dict[str, Any]:
    """``facts`` with the coordinates of every chart and the alignment of every cell; the stored facts stay as they are."""
    sections = [
        section
        | {
            "charts": [
                _lines(chart) if chart["kind"] == "lines" else _bars(chart) for chart in section["charts"]
            ],
            "tables": [_aligned(table) for table in section["tables"]],
        }
        for section in facts["sections"]
    ]
    return facts | {"sections": sections}


def _aligned(table: dict[str, Any]) -> dict[str, Any]:
    sides = [column["align"] for column in table["columns"]]
    rows = [[cell | {"a": side} for cell, side in zip(row, sides, strict=True)] for row in table["rows"]]
    return table | {"rows": rows}


def _bars(chart: dict[str, Any]) -> dict[str, Any]:
    values = [value for item in chart["items"] for value in (item["a"], item["b"]) if value is not None]
    most = max([1.0, *values])
    room = WIDTH - LABEL - VALUE
    rows = []
    for number, item in enumerate(chart["items"]):
        top = HEAD + number * ROW
        rows.append(
            {
                "label": item["label"],
                "text_y": top + 15,
                "a_y": top + 3,
                "b_y": top + 15,
                "a_width": round((item["a"] or 0) / most * room, 1),
                "b_width": round((item["b"] or 0) / most * room, 1),
                "words": _pair(item, chart["unit"]),
            }
        )
    return chart | {
        "width": WIDTH,
        "height": HEAD + len(rows) * ROW + 6,
        "x": LABEL,
        "label_x": LABEL - 8,
        "value_x": WIDTH - VALUE + 8,
        "rows": rows,
    }


def _lines(chart: dict[str, Any]) -> dict[str, Any]:
    """Two lines over the same months; a value that is not known breaks its line."""
    items = chart["items"]
    top = scale_top(max([0.0, *(v for item in items for v in (item["a"], item["b"]) if v is not None)]))
    gap = (WIDTH - AXIS - EDGE) / max(len(items) - 1, 1)

    def x(place: int) -> float:
        return round(AXIS + place * gap, 1)

    def y(value: float) -> float:
        return round(HEAD + PLOT - value / top * PLOT, 1)

    every = -(-len(items) // MOST_LABELS)
    return chart | {
        "width": WIDTH,
        "height": HEAD + PLOT + FOOT,
        "x": AXIS,
        "axis_x": AXIS - 8,
        "right": WIDTH - EDGE,
        "months_y": HEAD + PLOT + 20,
        "grid": [
            {
                "y": y(top * step / STEPS),
                "text_y": y(top * step / STEPS) + 4,
                "words": f"{top * step / STEPS:g}",
            }
            for step in range(STEPS + 1)
        ],
        "months": [
            {"x": x(n), "label": item["label"]}
            for n, item in enumerate(items)
            if n % every == 0 or n == len(items) - 1
        ],
        "lines": {
            key: _runs([(x(n), None if item[key] is None else y(item[key])) for n, item in enumerate(items)])
            for key in ("a", "b")
        },
        "dots": [
            {"x": x(n), "y": y(item["a"]), "label": item["label"], "words": _pair(item, chart["unit"])}
            for n, item in enumerate(items)
            if item["a"] is not None
        ],
        "rows": [{"label": item["label"], "words": _pair(item, chart["unit"])} for item in items],
    }


def _pair(item: dict[str, Any], unit: str) -> str:
    return f"{_words(item['a'], unit)} / {_words(item['b'], unit)}"


def _runs(points: list[tuple[float, float | None]]) -> list[str]:
    """The points of each unbroken stretch, as SVG writes them."""
    runs: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append(f"{x},{y}")
    return [" ".join(run) for run in runs if len(run) > 1]


def scale_top(most: float) -> float:
    """The least 1, 2, 2.5, 4, 5 or 8 times a power of ten that is not below ``most``: the grid falls on plain numbers."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 2.5, 4, 5, 8, 10) if step * power >= most * (1 - 1e-12))


def _words(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{value:.1f}{unit}"
