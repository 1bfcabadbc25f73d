"""Coordinates of the bars for the page in the browser: the same chart as on paper, as SVG without styles."""

from __future__ import annotations

from typing import Any

WIDTH, LABEL, VALUE, ROW, HEAD = 720, 220, 110, 30, 34


def drawn(facts: dict[str, Any]) -> dict[str, Any]:
    """``facts`` with the coordinates of every chart and the alignment of every cell; the stored facts stay as they are."""
    sections = [
        section
        | {
            "charts": [_bars(chart) for chart in section["charts"]],
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
                "words": f"{_words(item['a'], chart['unit'])} / {_words(item['b'], chart['unit'])}",
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


def _words(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{value:.1f}{unit}"
