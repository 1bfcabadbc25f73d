"""More photos of how a hazard was found, from the person who reported it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import PhotosAdded
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import SUBJECT, lock
from lantu.hazards.services.photos import keep_files
from lantu.hazards.states import HazardState


@transaction.atomic
def add_photos(hazard: Hazard, *, by: User, now: datetime, files: Sequence[Any]) -> list[Evidence]:
    """Until the order is out. Raises Refused later, for another person, without files or for a bad file."""
    hazard = lock(hazard)
    require(by, "hazards.report", hazard.project)
    if hazard.state not in {HazardState.DETECTED, HazardState.CONFIRMED} or hazard.reporter_id != by.pk:
        raise Refused(
            "hazards.photos_too_late",
            _("整改前照片只能由登记人在下发整改通知单之前补充。"),
            remedy=_("之后的照片请随整改回复、确认或复查提交。"),
        )
    if not files:
        raise Refused(
            "hazards.photo_missing",
            _("没有收到照片。"),
            remedy=_("请选择照片后再提交。"),
            field="photos",
            status=422,
        )
    kept = keep_files(files, hazard=hazard, supports_type=SUBJECT, supports_id=hazard.pk, by=by, now=now)
    emit(
        PhotosAdded(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=hazard.state,
            after=hazard.state,
            evidence_ids=[evidence.pk for evidence in kept],
        ),
        actor=by,
        at=now,
    )
    return kept
