"""The rows of a large plan and the three pages that draw them: ours, another library, and one plain table."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from bench.gantt_pages import OURS, PLAIN, THEIRS

DAY_MS = 86_400_000
START_MS = 1_767_193_200_000  # 2025-12-31 23:00 in Shanghai: whole hours, nothing else matters
SEED = 20261122


@dataclass(frozen=True)
class Plan:
    """``tasks`` rows in groups of twenty, five groups to a phase, each task after the one before it and one from elsewhere."""

    document: dict[str, Any]
    theirs: dict[str, Any]


def plan(tasks: int) -> Plan:
    """A made-up schedule document of ``<lantu-gantt>`` and the same rows as the other library wants them."""
    dice = random.Random(SEED)
    rows: list[list[Any]] = []
    links: list[list[Any]] = []
    parents: dict[int, int] = {}
    leaves: list[int] = []
    phase = group = 0
    at = START_MS
    while len(rows) < tasks:
        number = len(rows) + 1
        place = (number - 1) % 106
        if place == 0:
            phase, level, kind = number, 0, "summary"
        elif (place - 1) % 21 == 0:
            group, level, kind = number, 1, "summary"
            parents[number] = phase
        else:
            level, kind = 2, "task" if dice.random() > 0.08 else "milestone"
            parents[number] = group
        start = at + dice.randrange(0, 30) * DAY_MS
        days = 0 if kind == "milestone" else dice.randrange(3, 40)
        finish = start + days * DAY_MS
        late = dice.randrange(-3, 9) * DAY_MS
        rows.append(
            [number, f"A{number:05}", f"第 {number} 项作业 Work item", level, kind, None if kind == "summary" else start,
             None if kind == "summary" else finish, dice.choice((0, 0, 30, 60, 100)), dice.choice((0, 0, 2400, 4800)),
             int(dice.random() < 0.2), start - late, finish - late, "第三标段项目部", "B"]
        )  # fmt: skip
        if kind != "summary":
            if leaves:
                links.append([leaves[-1], number, "FS", 0])
            if len(leaves) > 60 and dice.random() < 0.2:
                links.append([leaves[-dice.randrange(2, 60)], number, "SS", 0])
            leaves.append(number)
        at += DAY_MS // 4
    columns = ["id", "code", "name", "level", "kind", "start_ms", "finish_ms", "percent", "float_min", "critical",
               "baseline_start_ms", "baseline_finish_ms", "owner", "grade"]  # fmt: skip
    document = {
        "schedule": {"id": 1, "name": "bench", "edited_no": 1, "data_date_ms": START_MS + 300 * DAY_MS},
        "calendar": {"week": [1, 1, 1, 1, 1, 0, 0]}, "columns": columns, "tasks": rows, "links": links,
    }  # fmt: skip
    theirs = {
        "data": [
            {"id": row[0], "text": row[2], "parent": parents.get(row[0], 0), "open": True, "progress": row[7] / 100,
             **({"type": "project"} if row[4] == "summary" else {"start_ms": row[5], "duration": max((row[6] - row[5]) // DAY_MS, 1)})}
            for row in rows
        ],
        "links": [{"id": number, "source": one, "target": two, "type": "0" if kind == "FS" else "1"} for number, (one, two, kind, _lag) in enumerate(links, 1)],
    }  # fmt: skip
    return Plan(document, theirs)


def files(tasks: int, entry: dict[str, Any]) -> dict[str, tuple[str, bytes]]:
    """Path → (type, body) of what the little server answers besides the two code folders."""
    made = plan(tasks)
    as_json = "application/json"
    styles = "".join(f'<link rel="stylesheet" href="/static/dist/{css}">' for css in entry.get("css", []))
    ours = OURS.replace("STYLES", styles).replace("SCRIPT", f"/static/dist/{entry['file']}")
    return {
        "/ours": ("text/html; charset=utf-8", ours.encode()),
        "/theirs": ("text/html; charset=utf-8", THEIRS.encode()),
        "/plain": ("text/html; charset=utf-8", PLAIN.encode()),
        "/rows.json": (
            as_json,
            json.dumps(made.document, separators=(",", ":"), ensure_ascii=False).encode(),
        ),
        "/theirs.json": (
            as_json,
            json.dumps(made.theirs, separators=(",", ":"), ensure_ascii=False).encode(),
        ),
    }
