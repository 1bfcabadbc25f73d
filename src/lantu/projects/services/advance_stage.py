"""The stage of a project follows from its gates: called by the service that lets a gate pass."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.projects.events import ProjectChanged
from lantu.projects.models import Project, Stage, Status
from lantu.projects.services._guard import locked
from lantu.projects.services.change_project import shown, store_changes
from lantu.projects.services.recompute_lamp import recompute_lamps


@transaction.atomic
def advance_stage(
    project: Project,
    *,
    to: str,
    now: datetime,
    actor: User | None,
    reason: str = "",
    started_on: date | None = None,
) -> Project:
    """Move on to ``to``, never back; with the day of the commencement order where there is one.

    The right to do so was asked by the caller. Nothing happens to a project that is already there or further.
    """
    row = locked(project.pk)
    order = list(Stage.values)
    changes: dict[str, tuple[object, object]] = {}
    if order.index(to) > order.index(row.stage):
        changes["stage"] = (row.stage, to)
    if started_on is not None and row.actual_start_on is None:
        changes["actual_start_on"] = (None, started_on)
    _tell(row, changes, now=now, actor=actor, reason=reason)
    return row


@transaction.atomic
def set_status(
    project: Project, *, status: str, now: datetime, actor: User | None, reason: str = ""
) -> Project:
    """Suspend, cancel or take up a project again, on a decision that the caller has checked."""
    row = locked(project.pk)
    if row.status != status:
        changes: dict[str, tuple[object, object]] = {"status": (row.status, str(Status(status)))}
        _tell(row, changes, now=now, actor=actor, reason=reason)
    return row


def _tell(
    row: Project, changes: dict[str, tuple[object, object]], *, now: datetime, actor: User | None, reason: str
) -> None:
    if not changes:
        return
    store_changes(row, {field: after for field, (_before, after) in changes.items()}, now=now)
    told = {field: [shown(before), shown(after)] for field, (before, after) in changes.items()}
    emit(
        ProjectChanged(project_id=row.pk, subject_id=row.pk, changes=told),
        actor=actor,
        at=now,
        reason=reason,
    )
    recompute_lamps(project_ids=[row.pk], now=now, actor=actor)
    row.refresh_from_db(fields=["lamp", "lamp_reason", "lamp_codes", "lamp_rule", "lamp_at"])
