"""Recompute counts and lamps of gates in one pass: for one project after a change, for all in one job.

The rule is :func:`lantu.calc.gate_lamps.gate_lamp`: pure and versioned. Documents are counted by the database, the
lamps of changed gates written in one statement a chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from lantu.calc.gate_lamps import PASSED_STATES, GateFacts, gate_lamp
from lantu.lifecycle.gates.book import book, work_calendar
from lantu.projects.models import Stage, Status

CHUNK = 2000
PAUSED = (Status.SUSPENDED, Status.CANCELLED)
COUNT = """
UPDATE lifecycle_gate AS g SET hard_missing = c.hard, soft_missing = c.soft
FROM (SELECT gate_id, count(*) FILTER (WHERE hard AND state NOT IN ('confirmed', 'waived')) AS hard,
             count(*) FILTER (WHERE NOT hard AND state NOT IN ('confirmed', 'waived')) AS soft
      FROM lifecycle_gatestep WHERE project_id = ANY(%(projects)s) GROUP BY gate_id) AS c
WHERE g.id = c.gate_id AND (g.hard_missing, g.soft_missing) IS DISTINCT FROM (c.hard, c.soft)
"""
READ = """
SELECT g.project_id, g.id, g.stage, g.state, g.due_on, g.hard_missing, g.after, g.lamp, g.lamp_codes, g.lamp_rule,
       coalesce(c.open, 0), coalesce(c.overdue, 0), p.stage, p.status, l.permit_on, l.permit_waived
FROM lifecycle_gate AS g
JOIN projects_project AS p ON p.id = g.project_id
JOIN lifecycle_gateplan AS l ON l.id = g.plan_id
LEFT JOIN (SELECT gate_id, count(*) AS open, count(*) FILTER (WHERE due_on < %(today)s) AS overdue
           FROM lifecycle_gatecondition WHERE state = 'open' AND project_id = ANY(%(projects)s) GROUP BY gate_id)
     AS c ON c.gate_id = g.id
WHERE g.project_id = ANY(%(projects)s) ORDER BY g.project_id, g.number
"""
WRITE = """
UPDATE lifecycle_gate AS g SET lamp = n.lamp, lamp_codes = n.codes, lamp_rule = %(rule)s
FROM unnest(%(ids)s::bigint[], %(lamps)s::text[], %(codes)s::jsonb[]) AS n (id, lamp, codes) WHERE g.id = n.id
"""


@dataclass(frozen=True)
class Recomputed:
    """What a run did."""

    projects: int
    gates: int
    changed: int


def recompute_gates(*, now: datetime, project_ids: Sequence[int] | None = None) -> Recomputed:
    """Counts and lamps of the gates of these projects (all by default). Safe to repeat."""
    if project_ids is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT project_id FROM lifecycle_gateplan ORDER BY project_id")
            project_ids = [row[0] for row in cursor.fetchall()]
    today = timezone.localtime(now).date()
    gates = changed = 0
    for chunk in _chunks(sorted(project_ids)):
        with transaction.atomic(savepoint=False):
            seen, turned = _recompute_chunk(chunk, today)
        gates, changed = gates + seen, changed + turned
    return Recomputed(len(project_ids), gates, changed)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _recompute_chunk(ids: list[int], today: date) -> tuple[int, int]:
    rule = book().lamp_rules
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"projects": ids})
        cursor.execute(READ, {"projects": ids, "today": today})
        rows = cursor.fetchall()
        changed = [row for row in _judged(rows, today) if row is not None]
        if changed:
            numbers, lamps, codes = zip(*changed, strict=True)
            cursor.execute(
                WRITE,
                {
                    "rule": rule.version,
                    "ids": list(numbers),
                    "lamps": list(lamps),
                    "codes": [Jsonb(one) for one in codes],
                },
            )
    return len(rows), len(changed)


def _judged(rows: list[tuple[Any, ...]], today: date) -> Iterator[tuple[int, str, list[str]] | None]:
    """(gate, lamp, reasons) of each gate whose lamp is another than the stored one. A project's rows stand together."""
    rules, calendar = book().lamp_rules, work_calendar()
    overdue: set[str] = set()
    project = 0
    for row in rows:
        if row[0] != project:
            project, overdue = row[0], set()
        stage, hard_missing, after = row[2], row[5], _list(row[6])
        if row[11]:
            overdue.add(stage)
        paused = row[13] in PAUSED and row[3] not in PASSED_STATES
        facts = GateFacts(
            state="suspended" if paused else row[3],
            due_on=row[4],
            hard_missing=hard_missing,
            conditions_open=row[10],
            conditions_overdue=row[11],
            before_overdue=not overdue.isdisjoint(after),
            without_permit=stage == Stage.CONSTRUCTION
            and row[12] == Stage.CONSTRUCTION
            and row[13] == Status.ACTIVE
            and row[14] is None
            and not row[15],
        )
        lamp, reasons = gate_lamp(facts, today=today, calendar=calendar, rules=rules)
        codes = [str(reason) for reason in reasons]
        if (str(lamp), codes, rules.version) == (row[7], _list(row[8]), row[9]):
            yield None
        else:
            yield row[1], str(lamp), codes


def _list(value: Any) -> list[Any]:
    """A JSON column as the cursor gives it: text under Django's own loader."""
    if isinstance(value, str):
        return list(json.loads(value))
    return list(value)
