"""Keep a file as evidence: fingerprint the bytes, make a harmless picture of them, and ask what does not fit.

Findings ask, they never punish: a wrong camera clock or a photo forwarded through a chat loses its time and place,
so a finding is shown beside the picture to whoever has to judge it, and refuses nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.calc.geodesy import haversine_m
from lantu.core.filetypes import FileType, refuse_file, sniff
from lantu.core.findings import Finding, finding
from lantu.core.models import Evidence
from lantu.core.photos import CameraNote, Photo, read_photo

TIME_TOLERANCE = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(minutes=10)
CLAIM_TOLERANCE_M = 1_000.0
# A project is a point here and a road or a pipe out there.
SITE_TOLERANCE_M = 5_000.0
NAME_LENGTH = 200


@transaction.atomic
def keep_evidence(
    *,
    file: Any,
    name: str,
    project_id: int | None,
    uploaded_by: Any,
    supports_type: str,
    supports_id: int,
    now: datetime,
    claimed_at: datetime | None = None,
    claimed_lon: float | None = None,
    claimed_lat: float | None = None,
    site_lon: float | None = None,
    site_lat: float | None = None,
    vouched: FileType | None = None,
    limit_bytes: int | None = None,
) -> Evidence:
    """Check and keep one file. ``file``: an uploaded file, an open binary file, or bytes.

    ``claimed_at`` and ``claimed_lon/lat``: when and where the person says it was taken (degrees, CGCS2000; default:
    now); ``site_lon/lat``: where the project lies. ``vouched``: the type that a reader of its own has told (e.g. of a
    schedule file), instead of photo or document; ``limit_bytes``: its own limit. Raises Refused (status 413 or 422) for a file that is too large,
    damaged, or neither photo nor document.
    """
    content = _read(file, limit_bytes or settings.MAX_EVIDENCE_BYTES)
    kind = vouched or sniff(content)
    sha256 = hashlib.sha256(content).hexdigest()
    photo = read_photo(content, kind, zone=timezone.get_current_timezone()) if kind.is_photo else None
    note = photo.note if photo else CameraNote()
    evidence = Evidence(
        kind=Evidence.Kind.PHOTO if photo else Evidence.Kind.DOCUMENT,
        name=_clean_name(name, kind),
        content_type=kind.content_type,
        size_bytes=len(content),
        sha256=sha256,
        width=photo.width if photo else None,
        height=photo.height if photo else None,
        project_id=project_id,
        supports_type=supports_type,
        supports_id=supports_id,
        uploaded_by=uploaded_by,
        uploaded_at=now,
        taken_at=note.taken_at,
        taken_lon=note.lon,
        taken_lat=note.lat,
        claimed_at=claimed_at,
        claimed_lon=claimed_lon,
        claimed_lat=claimed_lat,
        findings=[],
    )
    if photo:
        evidence.findings += _time_findings(note, claimed_at, now)
        evidence.findings += _place_findings(note, (claimed_lon, claimed_lat), (site_lon, site_lat))
    evidence.findings += _seen_before(sha256)
    _store(evidence, content, kind, photo)
    evidence.save(force_insert=True)
    return evidence


def _read(file: Any, limit: int) -> bytes:
    if isinstance(file, bytes | bytearray | memoryview):
        content = bytes(file)
    else:
        file.seek(0)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise refuse_file(
            "too_large",
            _("文件超过 %(megabytes)d MB。") % {"megabytes": limit // 1024 // 1024},
            _("照片请用普通画质；文件请压缩或拆分后再上传。"),
            status=413,
        )
    return content


def _clean_name(name: str, kind: FileType) -> str:
    """The name people gave, without path or control characters, ending as the content says."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(char for char in base if char.isprintable()).strip(" .")
    stem = base.rsplit(".", 1)[0] if "." in base else base
    return f"{(stem or _('证据'))[: NAME_LENGTH - 8]}.{kind.extension}"


def _time_findings(note: CameraNote, claimed_at: datetime | None, now: datetime) -> list[Finding]:
    if not note.readable:
        return [finding("exif_unreadable")]
    if note.taken_at is None and claimed_at is not None:
        claimed = timezone.localtime(claimed_at)
        return [finding("time_claimed_only", claimed=f"{claimed:%Y-%m-%d %H:%M}")]
    if note.taken_at is None:
        return [finding("exif_time_missing")]
    taken = timezone.localtime(note.taken_at)
    if note.taken_at > now + CLOCK_TOLERANCE:
        return [finding("exif_time_in_future", taken=f"{taken:%Y-%m-%d %H:%M}")]
    gap = abs((claimed_at or now) - note.taken_at)
    if gap <= TIME_TOLERANCE:
        return []
    code = "exif_time_differs_from_claim" if claimed_at else "exif_time_differs"
    return [finding(code, taken=f"{taken:%Y-%m-%d}", days=f"{gap.days:,}")]


def _place_findings(
    note: CameraNote, claimed: tuple[float | None, float | None], site: tuple[float | None, float | None]
) -> list[Finding]:
    if note.lon is None or note.lat is None:
        return _claimed_place_findings(claimed, site)
    found: list[Finding] = []
    for code, (lon, lat), tolerance in (
        ("exif_place_differs", claimed, CLAIM_TOLERANCE_M),
        ("exif_place_far_from_site", site, SITE_TOLERANCE_M),
    ):
        if lon is None or lat is None:
            continue
        metres = haversine_m((note.lon, note.lat), (lon, lat))
        if metres > tolerance:
            found.append(finding(code, km=f"{metres / 1000:,.1f}"))
    return found


def _claimed_place_findings(
    claimed: tuple[float | None, float | None], site: tuple[float | None, float | None]
) -> list[Finding]:
    """The picture itself names no place; what the phone said beside it is compared with the site."""
    if claimed[0] is None or claimed[1] is None or site[0] is None or site[1] is None:
        return []
    metres = haversine_m((claimed[0], claimed[1]), (site[0], site[1]))
    if metres <= SITE_TOLERANCE_M:
        return []
    return [finding("claimed_place_far_from_site", km=f"{metres / 1000:,.1f}")]


def _seen_before(sha256: str) -> list[Finding]:
    earlier = Evidence.objects.filter(sha256=sha256).order_by("uploaded_at", "pk")
    first = earlier.first()
    if first is None:
        return []
    uploaded = timezone.localtime(first.uploaded_at)
    return [finding("seen_before", times=str(earlier.count()), first=f"{uploaded:%Y-%m-%d}")]


def _store(evidence: Evidence, content: bytes, kind: FileType, photo: Photo | None) -> None:
    stem = evidence.sha256[:32]
    # Original bytes of a photo may hide anything: they are kept under a name that no server takes for a page.
    evidence.original.save(f"{stem}.{kind.extension}.bin", ContentFile(content), save=False)
    if photo:
        evidence.shown.save(f"{stem}.jpg", ContentFile(photo.shown), save=False)
        evidence.thumbnail.save(f"{stem}.jpg", ContentFile(photo.thumbnail), save=False)
