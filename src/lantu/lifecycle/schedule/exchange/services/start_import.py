"""Take a schedule file in: kept as evidence, read by a worker before anything is changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.filetypes import FileType
from lantu.core.services.keep_evidence import keep_evidence
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.mpp import missing_part, read_mpp
from lantu.lifecycle.schedule.exchange.opening import MAX_FILE_BYTES, sniff
from lantu.lifecycle.schedule.exchange.texts import ENCODINGS, refuse
from lantu.projects.models import Project

FILE_TYPES = {
    "xer": FileType(extension="xer", content_type="application/octet-stream", is_photo=False),
    "p6xml": FileType(extension="xml", content_type="application/xml", is_photo=False),
    "mspdi": FileType(extension="xml", content_type="application/xml", is_photo=False),
    "mpp": FileType(extension="mpp", content_type="application/vnd.ms-project", is_photo=False),
    "xlsx": FileType(
        extension="xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        is_photo=False,
    ),
}


def start_import(
    *,
    project: Project,
    file: Any,
    name: str,
    actor: User,
    now: datetime,
    encoding: str = "",
    unended: bool = False,
) -> ScheduleImport:
    """Keep ``file`` (an uploaded file or bytes) and defer its reading in the same transaction.

    Raises Denied, and Unacceptable at once for what is no schedule file or cannot be read on this machine.
    """
    require(actor, "lifecycle.schedule_import", project)
    content = _content(file)
    kind = sniff(content, name)
    if kind == "mpp" and missing_part():
        # Says what is missing; reading needs the part itself.
        read_mpp(content, name)
    if encoding and encoding not in ENCODINGS:
        raise refuse(
            "encoding_unknown", _("不认识的编码“%(name)s”。") % {"name": encoding}, _("请选择列出的编码。")
        )
    with transaction.atomic():
        run = ScheduleImport.objects.create(
            project=project,
            file_name=name.replace("\\", "/").rsplit("/", 1)[-1][:200],
            file_format=kind,
            encoding=encoding,
            unended=unended,
            started_by=actor,
            started_at=now,
        )
        run.evidence = keep_evidence(
            file=content,
            name=name,
            project_id=project.pk,
            uploaded_by=actor,
            supports_type="lifecycle.scheduleimport",
            supports_id=run.pk,
            now=now,
            vouched=FILE_TYPES[kind],
            limit_bytes=MAX_FILE_BYTES,
        )
        run.save(update_fields=["evidence"])
        defer_check(run)
    return run


def defer_check(run: ScheduleImport) -> None:
    """Have a worker read the file; call inside the transaction that wants it."""
    from lantu.lifecycle.schedule.exchange.jobs import (
        check_schedule_import_job,
    )  # the job imports the services

    check_schedule_import_job.defer(run_id=run.pk)


def _content(file: Any) -> bytes:
    if isinstance(file, bytes | bytearray | memoryview):
        return bytes(file)
    file.seek(0)
    content: bytes = file.read(MAX_FILE_BYTES + 1)
    return content
