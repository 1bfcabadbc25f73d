"""A photo or document beside a line: kept as evidence, a photo with its perceptual hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.lifecycle.checklists.appraisal.guards import hash_photo
from lantu.lifecycle.checklists.appraisal.models import ChecklistFact
from lantu.lifecycle.checklists.appraisal.services import sheets
from lantu.lifecycle.checklists.appraisal.states import OWED

FACT = "lifecycle.checklistfact"


@transaction.atomic
def add_photo(fact: ChecklistFact, *, file: Any, name: str, by: User, now: datetime) -> Evidence:
    """Keep one file of a line that is still owed. Findings about time and place become questions at the review."""
    row = ChecklistFact.objects.select_related("checklist__project", "sheet__duty").get(pk=fact.pk)
    project = row.checklist.project
    require(by, "lifecycle.checklists_report", project)
    if row.state not in OWED or row.sheet is None:
        raise Refused("appraisal.not_owed", _("%(code)s 已经核对过，不能再加佐证。") % {"code": row.code})
    sheets.must_hold(row.sheet, by)
    evidence = keep_evidence(
        file=file, name=name, project_id=project.pk, uploaded_by=by, supports_type=FACT, supports_id=row.pk, now=now,
        site_lon=project.lon, site_lat=project.lat,
    )  # fmt: skip
    if evidence.kind == Evidence.Kind.PHOTO:
        hash_photo(row, evidence)
    return evidence
