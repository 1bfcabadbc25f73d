"""Freeze a report: the same numbers with Chinese and English labels, and the hash over both."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.lifecycle.reports.building import bulletin_facts, one_pager_facts
from lantu.lifecycle.reports.content import fingerprint, in_both
from lantu.lifecycle.reports.events import OnePagerKept
from lantu.lifecycle.reports.models import Bulletin, ReportCopy
from lantu.projects.models import Project


def freeze_bulletin(bulletin: Bulletin, *, by: User, now: datetime) -> ReportCopy:
    """The next copy of the bulletin, as its preparer may read the city."""
    chinese, english = in_both(
        lambda: bulletin_facts(
            month=bulletin.month, foreword=bulletin.foreword, reader=bulletin.prepared_by, now=now
        )
    )
    return ReportCopy.objects.create(
        kind=ReportCopy.Kind.BULLETIN,
        bulletin=bulletin,
        version=bulletin.copies.count() + 1,
        facts=chinese,
        facts_en=english,
        sha256=fingerprint(chinese, english),
        as_of=now,
        made_by=by,
    )


@transaction.atomic
def keep_one_pager(project: Project, *, by: User, now: datetime) -> ReportCopy:
    """Keep the one-pager as it reads now; always a new copy, because its as-of time is part of what it says."""
    require(by, "lifecycle.reports_one_pager", project)
    Project.objects.select_for_update().only("pk").get(pk=project.pk)
    chinese, english = in_both(lambda: one_pager_facts(project=project, reader=by, now=now))
    copy = ReportCopy.objects.create(
        kind=ReportCopy.Kind.ONE_PAGER,
        project=project,
        version=project.report_copies.count() + 1,
        facts=chinese,
        facts_en=english,
        sha256=fingerprint(chinese, english),
        as_of=now,
        made_by=by,
    )
    emit(
        OnePagerKept(project_id=project.pk, subject_id=copy.pk, version=copy.version, sha256=copy.sha256),
        actor=by,
        at=now,
    )
    return copy
