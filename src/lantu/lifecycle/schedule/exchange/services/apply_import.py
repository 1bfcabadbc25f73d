"""Take a checked file over as the mirror: whole or not at all. The mirror before it is kept, superseded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule.exchange.events import ScheduleImported
from lantu.lifecycle.schedule.exchange.mirrors import mirror_before
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.services.check_import import not_now, read_file, unforeseen
from lantu.lifecycle.schedule.exchange.services.store_mirror import store_mirror

log = structlog.get_logger(__name__)
State, Step = ScheduleImport.State, ScheduleImport.Step


@transaction.atomic
def ask_to_apply(*, run: ScheduleImport, actor: User, now: datetime) -> ScheduleImport:
    """Mark a READY run as being applied and defer the work. Raises Refused for any other state."""
    require(actor, "lifecycle.schedule_import", run.project)
    row = ScheduleImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.state != State.READY:
        raise not_now(row)
    row.state, row.step, row.rows_done, row.applied_by = State.APPLYING, Step.STORING, 0, actor
    row.save(update_fields=["state", "step", "rows_done", "applied_by"])
    from lantu.lifecycle.schedule.exchange.jobs import (
        apply_schedule_import_job,
    )  # the job imports the services

    apply_schedule_import_job.defer(run_id=row.pk)
    return row


def apply_import(*, run_id: int, now: datetime) -> ScheduleImport:
    """Store the mirror in one transaction. On any problem nothing is stored and the run says why."""
    run = ScheduleImport.objects.select_related("evidence", "project", "previous", "applied_by").get(
        pk=run_id
    )
    if run.state != State.APPLYING:
        return run
    try:
        with transaction.atomic(), _teller(run) as tell:
            _apply(run, now, tell)
    except Refused as refusal:
        run.refresh_from_db()
        run.state, run.finished_at = State.FAILED, now
        run.refusal = {"code": refusal.code, "detail": refusal.detail, "remedy": refusal.remedy}
        run.save(update_fields=["state", "finished_at", "refusal"])
    except (DatabaseError, LookupError, ArithmeticError, ValueError) as error:
        # A value that no check foresaw: nothing was stored, and the person is told instead of waiting for ever.
        log.exception("schedule_import_broke", run=run.pk)
        run.refresh_from_db()
        run.state, run.finished_at, run.refusal = State.FAILED, now, unforeseen(error)
        run.save(update_fields=["state", "finished_at", "refusal"])
    log.info("schedule_import_applied", run=run.pk, state=run.state, rows=run.rows_total)
    return run


def _apply(run: ScheduleImport, now: datetime, tell: Callable[[int], None]) -> None:
    assert run.applied_by is not None
    assert run.evidence is not None
    reading = read_file(run)
    project = reading.project(run.project_uid)
    previous = mirror_before(run.project, project, lock=True)
    if previous != run.previous:
        raise Refused(
            "lifecycle.schedule_import_stale",
            _("预览之后镜像已被另一次导入更换，对比已不准确。"),
            remedy=_("请重新上传这个文件。"),
        )
    schedule = store_mirror(
        project=run.project,
        file=project,
        reading=reading,
        file_name=run.file_name,
        evidence=run.evidence,
        previous=previous,
        actor=run.applied_by,
        now=now,
        tell=tell,
    )
    run.schedule, run.state, run.finished_at, run.rows_done = schedule, State.APPLIED, now, run.rows_total
    run.save(update_fields=["schedule", "state", "finished_at", "rows_done"])
    told = ScheduleImported(
        project_id=run.project_id,
        subject_id=schedule.pk,
        file_name=run.file_name,
        file_format=run.file_format,
        sha256=run.evidence.sha256,
        activities=len(project.leaves),
        links=len(project.links),
        replaces_id=previous.pk if previous else None,
        moved=run.difference.get("counts", {}).get("moved", 0),
    )
    emit(told, actor=run.applied_by, at=now)


@contextmanager
def _teller(run: ScheduleImport) -> Iterator[Callable[[int], None]]:
    """Progress is told on a connection of its own: nobody could see it from inside the one transaction."""
    aside = connections.create_connection(connection.alias)

    def tell(done: int) -> None:
        with aside.cursor() as cursor:
            cursor.execute("UPDATE lifecycle_scheduleimport SET rows_done = %s WHERE id = %s", [done, run.pk])

    try:
        yield tell
    finally:
        aside.close()
