"""Read an uploaded spreadsheet and say what it would do: new, changed, unchanged, or wrong where and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.projects.models import ImportRun
from lantu.projects.services._import_plan import PlannedRow, plan_rows, preview_line
from lantu.projects.sheets.reading import OpenedTable, walk_table

log = structlog.get_logger(__name__)
SHOWN_ERRORS = 500
SHOWN_PREVIEW = 200
TELL_EVERY = 250


def check_import(*, run_id: int, now: datetime) -> ImportRun:
    """Plan every row of the run's file; the run becomes READY or REJECTED. Changes nothing else.

    Not one transaction: ``rows_done`` is to be seen while it grows. Repeating it is harmless.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in (ImportRun.State.CHECKING, ImportRun.State.READY, ImportRun.State.REJECTED):
        return run
    tally = _Tally(run)
    try:
        with run.file.open("rb") as file:
            for table in walk_table(file, run.file_name):
                tally.columns(table)
                for planned in plan_rows(table, may_add_units=run.may_add_units):
                    tally.add(planned)
    except Unacceptable as refusal:
        tally.refuse(refusal)
    tally.finish(now)
    log.info("import_checked", run=run.pk, state=run.state, rows=run.rows_total, errors=run.error_count)
    return run


class _Tally:
    """Counts and samples of a run, written to its row as it goes."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        run.errors, run.preview, run.new_units, run.columns = [], [], [], []
        run.new_count = run.changed_count = run.unchanged_count = run.error_count = run.rows_done = 0
        self.units: dict[str, int] = {}

    def columns(self, table: OpenedTable) -> None:
        self.run.columns = [
            {"letter": h.letter, "text": h.text, "field": h.column.heading, "unit": h.unit}
            for h in table.headings.known
        ] + [{"letter": "", "text": text, "field": "", "unit": ""} for text in table.headings.unknown[:40]]

    def add(self, planned: PlannedRow) -> None:
        run = self.run
        run.rows_done += 1
        run.error_count += len(planned.problems)
        for problem in planned.problems[: SHOWN_ERRORS - len(run.errors)]:
            run.errors.append(problem.__dict__ | {"sentence": problem.sentence()})
        counter = {"new": "new_count", "changed": "changed_count", "unchanged": "unchanged_count"}.get(
            planned.kind
        )
        if counter:
            setattr(run, counter, getattr(run, counter) + 1)
        if planned.kind in ("new", "changed") and len(run.preview) < SHOWN_PREVIEW:
            run.preview.append(preview_line(planned))
        for unit in planned.new_units.values():
            self.units[unit] = self.units.get(unit, 0) + 1
        if run.rows_done % TELL_EVERY == 0:
            ImportRun.objects.filter(pk=run.pk).update(rows_done=run.rows_done, error_count=run.error_count)

    def refuse(self, refusal: Unacceptable) -> None:
        self.run.error_count += 1
        whole: dict[str, Any] = {"row": 0, "letter": "", "heading": "", "detail": refusal.detail}
        self.run.errors.insert(
            0, whole | {"remedy": refusal.remedy, "sentence": f"{refusal.detail}{refusal.remedy}"}
        )

    def finish(self, now: datetime) -> None:
        run = self.run
        run.rows_total = run.rows_done
        if run.rows_total == 0 and not run.errors:
            self.refuse(
                Unacceptable(
                    "projects.sheet_no_rows", _("列标题下面没有数据行。"), remedy=_("请填写后再导入。")
                )
            )
        run.new_units = [[unit, rows] for unit, rows in sorted(self.units.items())][:SHOWN_ERRORS]
        run.state = ImportRun.State.REJECTED if run.error_count else ImportRun.State.READY
        run.finished_at = now
        run.save()
