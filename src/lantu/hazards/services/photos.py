"""Photos and documents that come with a step, kept as evidence of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.models import Hazard

MOST_FILES = 9


def keep_files(
    files: Sequence[Any],
    *,
    hazard: Hazard,
    supports_type: str,
    supports_id: int,
    by: User,
    now: datetime,
) -> list[Evidence]:
    """Keep uploaded files (with ``.name``) or (name, bytes) pairs; their camera position is compared with the site.

    Raises Refused for too many files or for the first bad one: then nothing of the step happens.
    """
    if len(files) > MOST_FILES:
        raise Refused(
            "hazards.too_many_files",
            _("一次最多上传 %(n)d 个文件。") % {"n": MOST_FILES},
            remedy=_("请挑选最能说明问题的照片。"),
            field="photos",
            status=422,
        )
    kept = []
    for entry in files:
        name, content = entry if isinstance(entry, tuple) else (entry.name, entry)
        kept.append(
            keep_evidence(
                file=content,
                name=str(name),
                project_id=hazard.project_id,
                uploaded_by=by,
                supports_type=supports_type,
                supports_id=supports_id,
                now=now,
                site_lon=hazard.lon,
                site_lat=hazard.lat,
            )
        )
    return kept
