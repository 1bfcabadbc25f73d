"""Photos and documents that come with a step, kept as evidence of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from PIL import Image

from lantu.accounts.models import User
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.models import Hazard, Review

MOST_FILES = 9
# Of the shorter side. A camera never makes such a picture; whoever sends one has nothing to show.
SMALLEST_SIDE_PX = 40


def keep_files(
    files: Sequence[Any],
    *,
    hazard: Hazard,
    supports_type: str,
    supports_id: int,
    by: User | None,
    now: datetime,
) -> list[Evidence]:
    """Keep uploaded files (with ``.name``) or (name, bytes) pairs; their camera position is compared with the site.

    Raises Refused for too many files, for a picture too small to show anything, for one that this hazard already
    has, or for the first bad one: then nothing of the step happens.
    """
    if len(files) > MOST_FILES:
        raise Refused(
            "hazards.too_many_files",
            _("一次最多上传 %(n)d 个文件。") % {"n": MOST_FILES},
            remedy=_("请挑选最能说明问题的照片。"),
            field="photos",
            status=422,
        )
    kept: list[Evidence] = []
    seen = _fingerprints_of(hazard) if files else set()
    for entry in files:
        name, content = entry if isinstance(entry, tuple) else (entry.name, entry)
        _refuse_useless(str(name), content, seen)
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
                # What the phone says about a photo taken in the page (core.submissions.claim_files).
                claimed_at=getattr(content, "claimed_at", None),
                claimed_lon=getattr(content, "claimed_lon", None),
                claimed_lat=getattr(content, "claimed_lat", None),
            )
        )
    return kept


def _fingerprints_of(hazard: Hazard) -> set[str]:
    """The content hashes of every file that this hazard has: found, replied and reviewed."""
    replies = list(hazard.replies.values_list("pk", flat=True))
    reviews = list(Review.objects.filter(reply__in=replies).values_list("pk", flat=True))
    mine = (
        Q(supports_type="hazards.hazard", supports_id=hazard.pk)
        | Q(supports_type="hazards.reply", supports_id__in=replies)
        | Q(supports_type="hazards.review", supports_id__in=reviews)
    )
    return set(Evidence.objects.filter(mine, voided_at=None).values_list("sha256", flat=True))


def _refuse_useless(name: str, content: Any, seen: set[str]) -> None:
    """A picture of a few pixels proves nothing, nor does the same file twice. What it is else, evidence checks."""
    data = _bytes_of(content)
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 in seen:
        raise Refused(
            "hazards.photo_twice",
            _("“%(name)s”这条隐患已经交过，同一张照片不能再次作为证据。") % {"name": name},
            remedy=_("请到现场重新拍摄。"),
            field="photos",
            status=422,
        )
    seen.add(sha256)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return  # Not a picture that can be measured: keep_evidence says what is wrong with it.
    if min(width, height) < SMALLEST_SIDE_PX:
        raise Refused(
            "hazards.photo_too_small",
            _("照片“%(name)s”只有 %(width)d×%(height)d 像素，看不出现场情况。")
            % {"name": name, "width": width, "height": height},
            remedy=_("请用手机相机拍摄现场，短边至少 %(n)d 像素。") % {"n": SMALLEST_SIDE_PX},
            field="photos",
            status=422,
        )


def _bytes_of(content: Any) -> bytes:
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    content.seek(0)
    data = bytes(content.read(settings.MAX_EVIDENCE_BYTES + 1))
    content.seek(0)
    return data
