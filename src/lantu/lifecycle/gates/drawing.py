"""The graph of a template or of a project as one SVG: a row for each lane, a column for each layer of waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lantu.calc.interlocks import Interlocks

BOX_W, BOX_H, GAP_X, GAP_Y, LEFT, TOP = 132, 40, 30, 12, 14, 26
LINE_LENGTH = 9


@dataclass(frozen=True)
class Box:
    """A step on the drawing."""

    code: str
    lines: tuple[str, ...]
    title: str
    x: int
    y: int
    tone: str
    hard: bool


@dataclass(frozen=True)
class Wire:
    """A link on the drawing, as an SVG path."""

    path: str
    named: bool
    title: str


@dataclass(frozen=True)
class Band:
    """A lane's strip."""

    label: str
    y: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """Everything the template ``_graph.html`` needs; sizes in user units."""

    width: int
    height: int
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


def draw(
    graph: Interlocks,
    *,
    labels: Mapping[str, str],
    lanes: Mapping[str, str],
    tones: Mapping[str, str],
    hard: Mapping[str, bool],
    titles: Mapping[str, str],
) -> Drawing:
    """Lay the graph out: layers from left to right, lanes from top to bottom, no two boxes on one place."""
    columns = graph.layers()
    places: dict[str, tuple[int, int]] = {}
    bands, y = [], TOP
    for lane, name in lanes.items():
        mine = [code for code in graph.order if graph.steps[code].lane == lane]
        if not mine:
            continue
        filled: dict[int, int] = {}
        for code in mine:
            row = filled.get(columns[code], 0)
            filled[columns[code]] = row + 1
            places[code] = (LEFT + columns[code] * (BOX_W + GAP_X), y + 22 + row * (BOX_H + GAP_Y))
        height = 22 + max(filled.values()) * (BOX_H + GAP_Y) + 6
        bands.append(Band(name, y, height))
        y += height + 8
    boxes = tuple(
        Box(
            code,
            _wrapped(labels[code]),
            titles.get(code, ""),
            *places[code],
            tones.get(code, ""),
            hard.get(code, False),
        )
        for code in graph.order
    )
    wires = tuple(
        Wire(
            _curve(places[link.needs], places[link.step]),
            bool(link.label),
            f"{labels[link.needs]} → {labels[link.step]}" + (f"（{link.label}）" if link.label else ""),
        )
        for link in graph.links
    )
    width = LEFT * 2 + (max(columns.values(), default=0) + 1) * (BOX_W + GAP_X) - GAP_X
    return Drawing(width, y + 6, tuple(bands), boxes, wires)


def _wrapped(label: str) -> tuple[str, ...]:
    """At most two lines; a latin letter counts half."""
    most = LINE_LENGTH * 2
    lines: list[str] = []
    line, used = "", 0
    for char in label:
        wide = 2 if ord(char) > 0x2E80 else 1
        if used + wide > most and len(lines) < 1:
            lines.append(line)
            line, used = "", 0
        line, used = line + char, used + wide
    if used > most:
        line = line[: LINE_LENGTH - 1] + "…" if ord(line[0]) > 0x2E80 else line[: most - 1] + "…"
    return (*lines, line.strip())


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + BOX_W, start[1] + BOX_H // 2
    x2, y2 = end[0], end[1] + BOX_H // 2
    bend = max(16, min(60, (x2 - x1) // 2))
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
