"""Take a spreadsheet in: it is kept, and checked by a worker before anything is changed."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.projects.models import ImportRun
from lantu.projects.sheets.opening import opened_sheets


def start_import(
    *, file: File[bytes], name: str, actor: User, now: datetime, may_add_units: bool = False
) -> ImportRun:
    """Keep ``file`` and defer its check in the same transaction.

    Raises Unacceptable at once for a file that is no spreadsheet (old, corrupt, oversized, a bomb).
    """
    require(actor, "projects.import")
    with opened_sheets(file, name) as sheets:
        next(sheets, None)
    file.seek(0)
    with transaction.atomic():
        run = ImportRun.objects.create(
            file=File(file, name=f"{now:%H%M%S}-{_safe_name(name)}"),
            file_name=name[:200],
            started_by=actor,
            started_at=now,
            may_add_units=may_add_units,
        )
        from lantu.projects.jobs import check_import_job  # the job imports the services

        check_import_job.defer(run_id=run.pk)
    return run


def _safe_name(name: str) -> str:
    return "projects.csv" if name.lower().endswith((".csv", ".txt")) else "projects.xlsx"
