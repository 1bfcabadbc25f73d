"""Open many duties at once, for objects that are taken over from the past: one event for each project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.deadlines import next_check
from lantu.duties.events import DutiesTakenOver
from lantu.duties.models import Clock, Duty, Holding
from lantu.projects.models import Project


@dataclass(frozen=True, kw_only=True)
class DutySpec:
    """One duty to open, as the arguments of ``open_duty``; it began at ``opened_at``."""

    subject_type: str
    subject_id: int
    step: str
    title: str
    action_label: str
    action_url: str
    holder: User
    severity: int
    opened_at: datetime
    due_at: datetime
    project: Project
    clock: str = Clock.NATURAL
    basis: str = ""


@transaction.atomic
def open_many(specs: Iterable[DutySpec], *, now: datetime, actor: User | None) -> list[Duty]:
    """Duties in the order of ``specs``. Nobody is told one by one: they were taken over, not newly given.

    Raises Refused for a holder without unit.
    """
    rows = [_row(spec, now, actor) for spec in specs]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('duties_duty', 'id')) FROM generate_series(1, %s)",
            [len(rows)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
    Duty.objects.bulk_create(rows)
    Holding.objects.bulk_create(
        Holding(duty=row, holder_id=row.holder_id, unit_id=row.unit_id, started_at=row.opened_at)
        for row in rows
    )
    by_project: dict[int, list[Duty]] = {}
    for row in rows:
        by_project.setdefault(row.project_id or 0, []).append(row)
    for project_id, mine in by_project.items():
        told = DutiesTakenOver(
            project_id=project_id,
            subject_id=mine[0].pk,
            about_type="projects.project",
            about_id=project_id,
            duties=[[row.pk, row.subject_type, row.subject_id, row.holder_id] for row in mine],
        )
        emit(told, actor=actor, at=now)
    return rows


def _row(spec: DutySpec, now: datetime, actor: User | None) -> Duty:
    if spec.holder.organisation_id is None:
        raise Refused(
            "duties.no_unit",
            _("%(user)s 没有所属单位，不能承担责任。") % {"user": spec.holder},
            remedy=_("请先在人员管理里填写其单位。"),
        )
    duty = Duty(
        project=spec.project,
        subject_type=spec.subject_type,
        subject_id=spec.subject_id,
        step=spec.step,
        title=spec.title[:200],
        action_label=spec.action_label,
        action_url=spec.action_url,
        basis=spec.basis[:200],
        holder=spec.holder,
        unit_id=spec.holder.organisation_id,
        opened_by=actor,
        handed_by=actor,
        severity=spec.severity,
        opened_at=spec.opened_at,
        due_at=max(spec.due_at, spec.opened_at),
        original_due_at=max(spec.due_at, spec.opened_at),
        clock=spec.clock,
    )
    # What is overdue already meets the ladder at its next round.
    duty.check_at = now if duty.due_at <= now else next_check(duty, now)
    return duty
