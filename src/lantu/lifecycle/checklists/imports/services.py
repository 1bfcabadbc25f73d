"""Preview a table, choose what its columns mean, confirm it; the mapping is remembered for the unit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.lifecycle.checklists.imports.columns import all_keys, key_of, signature_of
from lantu.lifecycle.checklists.imports.opening import RawTable, open_table
from lantu.lifecycle.checklists.imports.reading import Reading, read_rows
from lantu.lifecycle.checklists.models import Checklist, ChecklistImport, ChecklistMapping
from lantu.lifecycle.checklists.rows import ItemRow
from lantu.lifecycle.checklists.services.drafting import create_checklist, put_items
from lantu.lifecycle.checklists.services.passing import clean
from lantu.lifecycle.checklists.states import EDITABLE
from lantu.projects.models import Project

State = ChecklistImport.State


@transaction.atomic
def preview_import(
    *, project: Project, year: int, content: bytes, name: str, by: User, now: datetime
) -> ChecklistImport:
    """Read the file without changing anything. Raises Unacceptable for files that hold no table."""
    require(by, "lifecycle.checklists_edit", project)
    table = open_table(content, name)
    guessed = _guess(table)
    known = (
        ChecklistMapping.objects.filter(
            unit_id=by.organisation_id, signature=signature_of(table.headings)
        ).first()
        if by.organisation_id
        else None
    )
    run = ChecklistImport(
        project=project, year=year, file_name=clean(name, 200), sha256=hashlib.sha256(content).hexdigest(),
        headings=table.headings, rows=[[number, cells] for number, cells in table.rows],
        mapping=known.mapping if known else guessed, remembered=known is not None, started_by=by, started_at=now,
    )  # fmt: skip
    run.preview = [list(block) for block in table.merged]
    _judge(run)
    run.save()
    return run


def _guess(table: RawTable) -> dict[str, str]:
    taken: set[str] = set()
    mapping = {}
    for index, heading in enumerate(table.headings):
        key = key_of(heading)
        if key and key not in taken:
            taken.add(key)
            mapping[str(index)] = key
    return mapping


def reading_of(run: ChecklistImport) -> Reading:
    """The rows of a stored preview, read again with its mapping."""
    table = RawTable(
        run.file_name,
        run.headings,
        [(number, cells) for number, cells in run.rows],
        [(block[0], block[1], block[2], block[3]) for block in run.preview],
    )
    return read_rows(table, run.mapping, run.year)


def _judge(run: ChecklistImport) -> list[ItemRow]:
    found = reading_of(run)
    run.errors = [[one.place, one.detail, one.remedy] for one in found.problems]
    run.state = State.REJECTED if found.problems else State.READY
    return found.rows


@transaction.atomic
def change_mapping(run: ChecklistImport, *, mapping: Mapping[str, str], by: User) -> ChecklistImport:
    """Say anew what the columns mean; the preview is judged again."""
    run = _locked(run, by)
    keys = {key for key, _label in all_keys()}
    run.mapping = {
        str(index): mapping[str(index)]
        for index in range(len(run.headings))
        if mapping.get(str(index)) and mapping[str(index)] in keys
    }
    run.remembered = False
    _judge(run)
    run.save()
    return run


def _locked(run: ChecklistImport, by: User) -> ChecklistImport:
    row = ChecklistImport.objects.select_for_update(of=("self",)).select_related("project").get(pk=run.pk)
    require(by, "lifecycle.checklists_edit", row.project)
    if row.state == State.APPLIED:
        raise Refused("checklists.imported", _("这份文件已经导入。"), remedy=_("请打开清单查看。"))
    return row


@transaction.atomic
def apply_import(run: ChecklistImport, *, by: User, now: datetime) -> Checklist:
    """Take the preview over: into the draft of that year, or as a new one. Refused while anything does not fit."""
    run = _locked(run, by)
    rows = _judge(run)
    if run.errors:
        place, detail, remedy = run.errors[0]
        raise Refused(
            "checklists.import_errors",
            _("还有 %(n)d 处不符，第一处：%(place)s %(detail)s")
            % {"n": len(run.errors), "place": place, "detail": detail},
            remedy=remedy,
            status=422,
        )
    draft = Checklist.objects.filter(project=run.project, year=run.year, state__in=EDITABLE).first()
    if draft is None:
        draft = create_checklist(project=run.project, year=run.year, rows=[], by=by, now=now)
    put_items(draft, rows=rows, by=by, now=now, source=run.file_name)
    run.state, run.applied_at, run.checklist = State.APPLIED, now, draft
    run.save()
    if by.organisation_id:
        ChecklistMapping.objects.update_or_create(
            unit_id=by.organisation_id,
            signature=signature_of(run.headings),
            defaults={"mapping": run.mapping, "used_at": now},
        )
    return draft


def mapping_choices(run: ChecklistImport) -> list[dict[str, Any]]:
    """Columns of the file with what each is taken for, and its first values."""
    return [
        {
            "index": index,
            "heading": heading or "—",
            "key": run.mapping.get(str(index), ""),
            "first": [
                str(cells[index])[:30]
                for _n, cells in run.rows[:3]
                if index < len(cells) and cells[index] is not None
            ],
        }
        for index, heading in enumerate(run.headings)
    ]
