"""The sender's own sheet back, with every problem written beside its row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lantu.projects.models import ImportRun
from lantu.projects.services._import_plan import plan_rows
from lantu.projects.sheets.reading import OpenedTable, column_index, walk_table
from lantu.projects.sheets.writing import marked_copy


def mark_import(run: ImportRun) -> IO[bytes]:
    """An open .xlsx copy of the run's file with its problems marked.

    Raises Unacceptable when the file has no readable table (then there is nothing to mark).
    """
    with run.file.open("rb") as file:
        for table in walk_table(file, run.file_name):
            return marked_copy(table.title_rows, _marked(table, run))
    raise AssertionError("walk_table yields a table or raises")


def _marked(table: OpenedTable, run: ImportRun) -> Iterator[tuple[tuple[Any, ...], dict[int, str], str]]:
    for planned in plan_rows(table, may_add_units=run.may_add_units):
        places = {column_index(p.letter): p.detail for p in planned.problems if p.letter}
        yield planned.row.cells, places, "\n".join(problem.sentence() for problem in planned.problems)
