"""From the entries of a sheet to its score and conclusion, and to the frozen sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lantu.calc.jgj59 import ItemResult, TableScore, summarise, table_score
from lantu.calc.lots import LotItem, judge_lot
from lantu.hazards.inspections.models import Entry, Inspection
from lantu.hazards.inspections.states import InspectionKind, Result
from lantu.hazards.inspections.templates_of import tables_of
from lantu.packs.load import national


@dataclass(frozen=True, kw_only=True)
class Score:
    """``tables``: per table what is shown; ``groups``: rows of the summary (safety only)."""

    total: float | None
    result: str
    tables: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    zeros: list[str]


def score(inspection: Inspection, entries: Sequence[Entry]) -> Score:
    """The score of the entries as they stand; unchecked ones count as not yet inspected."""
    if inspection.kind == InspectionKind.SAFETY:
        return _safety(inspection, entries)
    return _lots(inspection, entries)


def _by_table(inspection: Inspection, entries: Sequence[Entry]) -> list[tuple[Any, list[Entry]]]:
    known = tables_of(inspection.kind)
    return [(known[code], [entry for entry in entries if entry.table == code]) for code in inspection.tables]


def _safety(inspection: Inspection, entries: Sequence[Entry]) -> Score:
    scores: dict[str, dict[str, TableScore]] = {group.code: {} for group in national().safety_score.groups}
    tables = []
    for table, mine in _by_table(inspection, entries):
        found = table_score(
            [
                ItemResult(
                    code=entry.item,
                    full=entry.full,
                    guarantee=entry.main,
                    deducted=entry.deducted,
                    applies=entry.applies and entry.checked_at is not None,
                )
                for entry in mine
            ]
        )
        scores[table.group][table.code] = found
        tables.append(
            {
                "code": table.code,
                "name": table.name,
                "score": found.score,
                "got": found.got,
                "of": found.of,
                "guarantee_got": found.guarantee_got,
                "guarantee_of": found.guarantee_of,
                "zero_because": found.zero_because,
            }
        )
    groups = [(group.code, group.weight, scores[group.code]) for group in national().safety_score.groups]
    summary = summarise(groups)
    names = {group.code: group for group in national().safety_score.groups}
    return Score(
        total=summary.total,
        result=str(summary.grade) if summary.grade is not None else str(Result.NONE),
        tables=tables,
        groups=[
            {
                "code": row.code,
                "name": names[row.code].name,
                "weight": row.weight,
                "score": None if row.score is None else round(row.score, 2),
                "points": None if row.points is None else round(row.points, 2),
            }
            for row in summary.groups
        ],
        zeros=list(summary.zeros),
    )


def _lots(inspection: Inspection, entries: Sequence[Entry]) -> Score:
    share = national().quality.general_share
    tables, verdicts = [], []
    points = conforming = 0
    for table, mine in _by_table(inspection, entries):
        seen = [entry for entry in mine if entry.applies and entry.checked_at is not None]
        verdict = judge_lot(
            [
                LotItem(
                    code=entry.item,
                    # Each of the six hundred per cents holds entirely or not at all.
                    main=entry.main or inspection.kind == InspectionKind.ENVIRONMENT,
                    points=entry.points,
                    conforming=entry.conforming,
                    grave=entry.grave,
                    share=share,
                )
                for entry in seen
            ]
        )
        verdicts.append(verdict)
        points += sum(entry.points for entry in seen)
        conforming += sum(entry.conforming for entry in seen)
        tables.append(
            {
                "code": table.code,
                "name": table.name,
                "path": table.group,
                "passes": verdict.passes,
                "failed": list(verdict.failed),
            }
        )
    judged = [verdict.passes for verdict in verdicts if verdict.passes is not None]
    result = str(Result.NONE if not judged else Result.ACCEPTABLE if all(judged) else Result.FAILED)
    total = round(conforming / points * 100, 2) if points else None
    return Score(total=total, result=result, tables=tables, groups=[], zeros=[])


def frozen_sheet(
    inspection: Inspection, entries: Sequence[Entry], found: Score
) -> tuple[dict[str, Any], str]:
    """Everything that was signed for, as plain values, and its SHA-256 over sorted JSON."""
    sheet = {
        "project": inspection.project.code,
        "kind": inspection.kind,
        "pack_version": inspection.pack_version,
        "total": found.total,
        "result": found.result,
        "tables": found.tables,
        "groups": found.groups,
        "entries": [
            {
                "table": entry.table,
                "item": entry.item,
                "name": entry.name,
                "full": entry.full,
                "applies": entry.applies,
                "deducted": entry.deducted,
                "points": entry.points,
                "conforming": entry.conforming,
                "grave": entry.grave,
                "finding": entry.finding,
                "remedied": entry.remedied,
                "hazard": entry.hazard_id,
            }
            for entry in entries
        ],
    }
    return sheet, fingerprint(sheet)


def fingerprint(sheet: dict[str, Any]) -> str:
    """SHA-256 of the sheet in canonical JSON."""
    text = json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
