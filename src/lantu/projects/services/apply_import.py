"""Take a checked spreadsheet over: every row or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit, emit_all
from lantu.projects.codes import scheme_of
from lantu.projects.events import ProjectChanged, ProjectRegistered, ProjectsImported
from lantu.projects.models import ImportRun, Project, ProjectCode
from lantu.projects.pinyin import pinyin_of
from lantu.projects.services._import_plan import CHUNK, PlannedRow, plan_rows
from lantu.projects.services.change_project import shown, store_changes
from lantu.projects.services.recompute_lamp import recompute_lamps
from lantu.projects.services.set_geometry import store_bounds
from lantu.projects.sheets.reading import walk_table

log = structlog.get_logger(__name__)
TELL_EVERY = 100


@transaction.atomic
def ask_to_apply(*, run: ImportRun, actor: User, now: datetime) -> ImportRun:
    """Mark a READY run as being applied and defer the work. Raises Refused for any other state."""
    require(actor, "projects.import")
    row = ImportRun.objects.select_for_update().get(pk=run.pk)
    if row.state != ImportRun.State.READY:
        raise Refused(
            "projects.import_not_ready",
            _("这次导入目前是“%(state)s”，不能导入。") % {"state": row.get_state_display()},
            remedy=_("请改正错误后重新上传。"),
        )
    row.state, row.rows_done = ImportRun.State.APPLYING, 0
    row.save(update_fields=["state", "rows_done"])
    from lantu.projects.jobs import apply_import_job  # the job imports the services

    apply_import_job.defer(run_id=row.pk, actor_id=actor.pk)
    return row


def apply_import(*, run_id: int, actor_id: int, now: datetime) -> ImportRun:
    """Store all rows in one transaction. On any problem nothing is stored and the run says why."""
    run = ImportRun.objects.get(pk=run_id)
    actor = User.objects.get(pk=actor_id)
    if run.state != ImportRun.State.APPLYING:
        return run
    try:
        with transaction.atomic(), _teller(run) as tell:
            _apply(run, actor, now, tell)
    except Refused as refusal:
        run.refresh_from_db()
        run.state, run.finished_at = ImportRun.State.FAILED, now
        run.errors = [{"row": 0, "letter": "", "heading": "", "sentence": str(refusal)}]
        run.error_count = 1
        run.save()
    log.info("import_applied", run=run.pk, state=run.state, new=run.new_count, changed=run.changed_count)
    return run


def _apply(run: ImportRun, actor: User, now: datetime, tell: Any) -> None:
    checked = (run.new_count, run.changed_count, run.unchanged_count)
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    touched: list[int] = []
    units: dict[str, Organisation] = {}
    with run.file.open("rb") as file:
        for table in walk_table(file, run.file_name):
            new: list[PlannedRow] = []
            for done, planned in enumerate(plan_rows(table, may_add_units=run.may_add_units), start=1):
                if planned.problems:
                    raise Unacceptable(
                        "projects.import_stale", planned.problems[0].sentence(), remedy=_("请重新检查。")
                    )
                counts[planned.kind] += 1
                if planned.kind == "new":
                    new.append(planned)
                elif planned.kind == "changed":
                    touched.append(_change(planned, units, actor, now))
                if len(new) == CHUNK:
                    touched += _register(new, units, actor, now)
                    new = []
                if done % TELL_EVERY == 0:
                    tell(done)
            touched += _register(new, units, actor, now)
    if tuple(counts.values()) != checked:
        raise Refused(
            "projects.import_stale", _("检查之后登记表有了变动，预览已不准确。"), remedy=_("请重新上传检查。")
        )
    recompute_lamps(project_ids=touched, now=now, actor=actor)
    run.state, run.finished_at, run.rows_done = ImportRun.State.APPLIED, now, run.rows_total
    run.save(update_fields=["state", "finished_at", "rows_done"])
    told = ProjectsImported(
        subject_id=run.pk, file_name=run.file_name, new=counts["new"], changed=counts["changed"]
    )
    emit(told, actor=actor, at=now)


def _owner(planned: PlannedRow, values: dict[str, Any], units: dict[str, Organisation]) -> dict[str, Any]:
    """Register the unit that the row names, once per run."""
    name = planned.new_units.get("owner_org")
    if name is None:
        return values
    if name not in units:
        units[name], _created = Organisation.objects.get_or_create(
            name=name[:120], defaults={"kind": Organisation.Kind.OWNER}
        )
    return values | {"owner_org": units[name]}


def _register(
    rows: list[PlannedRow], units: dict[str, Organisation], actor: User, now: datetime
) -> list[int]:
    projects = []
    for planned in rows:
        project = Project(
            **_owner(planned, planned.values, units),
            code_scheme=scheme_of(planned.values["code"]),
            name_pinyin=pinyin_of(planned.values["name"]),
            created_at=now,
            updated_at=now,
        )
        if planned.place:
            _put(project, planned)
        projects.append(project)
    Project.objects.bulk_create(projects)
    day = timezone.localtime(now).date()
    ProjectCode.objects.bulk_create([ProjectCode(project=p, code=p.code, valid_from=day) for p in projects])
    store_bounds({p.pk: row.place for p, row in zip(projects, rows, strict=True) if row.place})
    told = [ProjectRegistered(project_id=p.pk, subject_id=p.pk, code=p.code, name=p.name) for p in projects]
    emit_all(told, actor=actor, at=now)
    return [project.pk for project in projects]


def _put(project: Project, planned: PlannedRow) -> None:
    if planned.place is not None:
        project.geometry, project.geometry_wkb = planned.place.geojson, planned.place.wkb
        project.lon, project.lat = planned.place.lon, planned.place.lat


def _change(planned: PlannedRow, units: dict[str, Organisation], actor: User, now: datetime) -> int:
    assert planned.project is not None
    project = Project.objects.select_for_update(of=("self",)).get(pk=planned.project.pk)
    after = _owner(planned, {name: value for name, (_before, value) in planned.changes.items()}, units)
    changes = {name: [shown(getattr(planned.project, name)), shown(value)] for name, value in after.items()}
    if planned.place:
        changes["geometry"] = [f"{project.lon}, {project.lat}", f"{planned.place.lon}, {planned.place.lat}"]
        _put(project, planned)
        project.save(update_fields=["geometry", "geometry_wkb", "lon", "lat"])
        store_bounds({project.pk: planned.place})
    store_changes(project, after, now=now)
    told = ProjectChanged(project_id=project.pk, subject_id=project.pk, changes=changes)
    emit(told, actor=actor, at=now, reason=_("批量导入"))
    return project.pk


@contextmanager
def _teller(run: ImportRun) -> Iterator[Any]:
    """Progress is told on a connection of its own: nobody could see it from inside the one transaction."""
    aside = connections.create_connection(connection.alias)

    def tell(done: int) -> None:
        with aside.cursor() as cursor:
            cursor.execute("UPDATE projects_importrun SET rows_done = %s WHERE id = %s", [done, run.pk])

    try:
        yield tell
    finally:
        aside.close()
