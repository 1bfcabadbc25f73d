"""Plan an inspection, begin it, or call it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.hazards.inspections.events import InspectionPlanned, InspectionStarted, InspectionVoided
from lantu.hazards.inspections.models import Draw, Entry, Inspection
from lantu.hazards.inspections.services import passing
from lantu.hazards.inspections.states import InspectionKind, Verb
from lantu.hazards.inspections.templates_of import chosen_tables
from lantu.hazards.parties import contacts
from lantu.hazards.risk_points.services.passing import next_pk
from lantu.hazards.services.passing import clean_text, reason_of
from lantu.packs.load import national
from lantu.projects.models import Party, Project

FURTHEST_DAYS = 366


@transaction.atomic
def plan_inspection(
    *,
    project: Project,
    kind: str,
    tables: Sequence[str],
    inspector: User,
    second: User,
    planned_on: date,
    by: User,
    now: datetime,
    title: str = "",
    place: str = "",
    draw: Draw | None = None,
) -> Inspection:
    """Plan one visit. ``second`` signs what ``inspector`` found; neither belongs to the unit that builds. Raises Refused
    for unknown tables, a day in the past, and people who may not do this here.
    """
    require(by, "inspections.plan", project)
    chosen = chosen_tables(kind, tables)
    today = timezone.localtime(now).date()
    if not 0 <= (planned_on - today).days <= FURTHEST_DAYS:
        raise passing.unfit("planned_on", _("计划日期应在今天到一年之内。"))
    check_people(project, inspector, second)
    name = clean_text(title, most=120) or default_title(kind, chosen[0].name, planned_on)
    inspection = Inspection(
        pk=next_pk("hazards_inspection"),
        project=project,
        kind=kind,
        tables=[table.code for table in chosen],
        title=name,
        place=clean_text(place, most=120),
        pack_version=national().version,
        planned_on=planned_on,
        draw=draw,
        inspector=inspector,
        second=second,
        created_by=by,
        created_at=now,
    )
    inspection.duty = open_duty(
        subject_type=passing.SUBJECT,
        subject_id=inspection.pk,
        project=project,
        now=now,
        actor=by,
        **passing.duty_of(inspection, now=now),
    )
    inspection.save(force_insert=True)
    emit(
        InspectionPlanned(
            project_id=project.pk, subject_id=inspection.pk, before="", after=inspection.state, what=kind,
            inspector_id=inspector.pk, second_id=second.pk, planned_on=planned_on.isoformat(),
            draw_id=draw.pk if draw else None,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return inspection


def default_title(kind: str, table: str, planned_on: date) -> str:
    """What an inspection is called when nobody named it."""
    names = {
        InspectionKind.SAFETY: _("安全检查（JGJ 59）"),
        InspectionKind.QUALITY: _("质量检查：%(table)s检验批") % {"table": table},
        InspectionKind.ENVIRONMENT: _("扬尘治理六个百分之百检查"),
    }
    return f"{names[InspectionKind(kind)]} {planned_on:%Y-%m-%d}"[:120]


def check_people(project: Project, inspector: User, second: User) -> None:
    """Two different people with the right to do this, not of the contractor. Raises Unacceptable naming the field."""
    builder = contacts(project).get(Party.Role.CONTRACTOR)
    for field, person, permission in (
        ("inspector", inspector, "inspections.fill"),
        ("second", second, "inspections.sign"),
    ):
        if person.organisation_id is None or not may(person, permission, project):
            raise passing.unfit(field, _("%(person)s不能检查这个项目。") % {"person": person})
        if builder is not None and builder.organisation_id == person.organisation_id:
            raise passing.unfit(field, _("施工单位人员不能检查自己的项目。"))
    if inspector.pk == second.pk:
        raise passing.unfit("second", _("检查人与复核人不能是同一人。"), _("请选择另一位复核人。"))


@transaction.atomic
def start_inspection(
    inspection: Inspection, *, by: User, now: datetime, version: int | None = None
) -> Inspection:
    """Begin: the items of the chosen tables are copied from the pack, so that later versions change nothing here."""
    require(by, "inspections.fill", inspection.project)
    inspection = passing.lock(inspection, version=version)
    passing.must_hold(inspection, by, inspection.inspector)
    before, after = passing.advance(inspection, Verb.START)
    inspection.started_at = now
    inspection.pack_version = national().version
    entries = [
        Entry(
            inspection=inspection,
            table=table.code,
            item=item.code,
            name=item.name,
            full=item.full,
            main=item.main,
        )
        for table in chosen_tables(inspection.kind, inspection.tables)
        for item in table.items
    ]
    Entry.objects.bulk_create(entries)
    passing.hand_on(inspection, now=now, actor=by, outcome=gettext_noop("已开始检查"))
    emit(
        InspectionStarted(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after, items=len(entries)
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return inspection


@transaction.atomic
def void_inspection(
    inspection: Inspection, *, by: User, now: datetime, reason: str, version: int | None = None
) -> Inspection:
    """Call a planned visit off; the row stays, and so does the draw that sent somebody there."""
    require(by, "inspections.plan", inspection.project)
    inspection = passing.lock(inspection, version=version)
    why = reason_of(reason)
    before, after = passing.advance(inspection, Verb.VOID)
    inspection.closed_at, inspection.end_reason = now, why
    passing.save(inspection)
    if inspection.duty is not None:
        inspection.duty = close_duty(inspection.duty, now=now, actor=by, outcome=gettext_noop("检查已取消"))
    emit(
        InspectionVoided(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return inspection
