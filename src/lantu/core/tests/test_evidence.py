"""Evidence: what is accepted, what is refused with a remedy, what is asked about it."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lantu.core import photos
from lantu.core.filetypes import JPEG, sniff
from lantu.core.findings import words
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.core.services.sweep_evidence import sweep_evidence

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("LANTU_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data")) / "images"


def jpeg(colour: str = "orange", size: tuple[int, int] = (640, 480), exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue()


def exif_of(
    taken: str = "", *, offset: str = "", lat: float = 0, lon: float = 0, orientation: int = 0
) -> Image.Exif:
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if taken:
        exif[0x8769] = {0x9003: taken, **({0x9011: offset} if offset else {})}
    if lat or lon:
        exif[0x8825] = {
            1: "N",
            2: (int(lat), (lat % 1) * 60, 0.0),
            3: "E",
            4: (int(lon), (lon % 1) * 60, 0.0),
        }
    return exif


@pytest.fixture
def keep(cast: Any, tmp_path: Path, settings: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path

    def _keep(content: Any, name: str = "现场.jpg", **more: Any) -> Evidence:
        values = {
            "project_id": 7,
            "uploaded_by": cast.contractor,
            "supports_type": "hazards.reply",
            "supports_id": 1,
        }
        return keep_evidence(file=content, name=name, now=NOW, **(values | more))

    return _keep


def codes(evidence: Evidence) -> list[str]:
    return [finding["code"] for finding in evidence.findings]


def test_a_photo_is_kept_shown_and_made_small(keep: Any) -> None:
    content = jpeg(size=(3000, 1500), exif=exif_of("2026:06:10 09:30:00"))
    evidence = keep(SimpleUploadedFile("IMG_1.jpg", content), name="C:\\照片\\IMG_1.jpeg")
    assert (evidence.kind, evidence.name, evidence.content_type) == ("photo", "IMG_1.jpg", "image/jpeg")
    assert evidence.original.read() == content
    assert (evidence.width, evidence.height) == (2560, 1280)
    assert Image.open(evidence.thumbnail).size == (480, 240)
    shown = Image.open(evidence.shown)
    assert not shown.getexif()
    assert evidence.taken_at == datetime(2026, 6, 10, 1, 30, tzinfo=UTC)
    assert evidence.findings == []


def test_a_turned_photo_is_shown_upright(keep: Any) -> None:
    evidence = keep(jpeg(size=(400, 200), exif=exif_of("2026:06:10 09:30:00", orientation=6)))
    assert (evidence.width, evidence.height) == (200, 400)


def test_an_old_photo_is_asked_about_and_kept(keep: Any) -> None:
    evidence = keep(jpeg(exif=exif_of("2020:02:23 10:00:00")))
    (found,) = evidence.findings
    assert found["code"] == "exif_time_differs"
    assert found["detail"] == "照片自带时间 2020-02-23，与上传时间相差 2,299 天"
    assert words(found) == found["detail"]


def test_the_offset_of_the_camera_is_believed(keep: Any) -> None:
    evidence = keep(jpeg(exif=exif_of("2026:06:10 01:55:00", offset="+00:00")))
    assert evidence.taken_at == NOW - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("taken", "claimed", "expected"),
    [
        ("2026:06:01 10:00:00", datetime(2026, 6, 1, 3, 0, tzinfo=UTC), []),
        ("2026:06:10 10:30:00", None, ["exif_time_in_future"]),
        ("0000:00:00 00:00:00", None, ["exif_time_missing"]),
        ("", None, ["exif_time_missing"]),
        ("昨天下午", None, ["exif_time_missing"]),
    ],
)
def test_time_findings(keep: Any, taken: str, claimed: datetime | None, expected: list[str]) -> None:
    assert codes(keep(jpeg(exif=exif_of(taken)), claimed_at=claimed)) == expected


def test_place_is_compared_with_claim_and_site(keep: Any) -> None:
    content = jpeg(exif=exif_of("2026:06:10 09:30:00", lat=37.45, lon=116.30))
    here = keep(content, claimed_lon=116.301, claimed_lat=37.45, site_lon=116.30, site_lat=37.46)
    assert here.findings == []
    assert (here.taken_lon, here.taken_lat) == (116.3, 37.45)
    content = jpeg("red", exif=exif_of("2026:06:10 09:30:00", lat=37.45, lon=116.30))
    there = keep(content, claimed_lon=116.40, claimed_lat=37.45, site_lon=117.0, site_lat=36.7)
    assert codes(there) == ["exif_place_differs", "exif_place_far_from_site"]
    assert "8.8 公里" in there.findings[0]["detail"]


def test_the_same_file_twice_is_noticed(keep: Any) -> None:
    content = jpeg(exif=exif_of("2026:06:10 09:30:00"))
    keep(content)
    again = keep(content, supports_id=2)
    assert [f["detail"] for f in again.findings] == ["同一文件此前已提交过 1 次，最早于 2026-06-10"]


def test_a_polyglot_loses_what_was_hidden_in_it(keep: Any) -> None:
    evil = jpeg() + b"<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04"
    shown = keep(evil).shown.read()
    assert b"script" not in shown
    assert b"php" not in shown


def test_png_with_transparency_and_webp_become_jpeg(keep: Any) -> None:
    for form in ("PNG", "WEBP"):
        out = io.BytesIO()
        Image.new("RGBA", (50, 40), (255, 0, 0, 0)).save(out, form)
        evidence = keep(out.getvalue(), name="图.gif")
        shown = Image.open(evidence.shown)
        assert shown.format == "JPEG"
        assert shown.getpixel((10, 10)) == (255, 255, 255)
        assert evidence.name == f"图.{form.lower()}"


def office(marker: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry in ("[Content_Types].xml", marker, *more):
            archive.writestr(entry, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "extension"),
    [(b"%PDF-1.7\n%EOF", "pdf"), (office("word/document.xml"), "docx"), (office("xl/workbook.xml"), "xlsx")],
)
def test_documents_are_accepted_by_signature(keep: Any, content: bytes, extension: str) -> None:
    evidence = keep(content, name="整改方案.exe")
    assert (evidence.kind, evidence.name) == ("document", f"整改方案.{extension}")
    assert not evidence.shown


def png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (head, data, b"IEND")
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "type_not_accepted"),
        (b"<!doctype html><script>1</script>", "type_not_accepted"),
        (b"#!/bin/sh\nrm -rf /", "type_not_accepted"),
        (b"MZ\x90\x00", "type_not_accepted"),
        (b"GIF89a", "type_not_accepted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_office"),
        (b"PK\x03\x04broken", "broken"),
        (office("word/document.xml", "word/vbaProject.bin"), "macro"),
        (office("evil.sh"), "archive"),
        (jpeg()[:200], "photo_broken"),
        (b"\xff\xd8\xff" + b"\0" * 50, "photo_broken"),
        (png_header(60_000, 60_000), "too_many_pixels"),
        (png_header(9_000, 9_000), "too_many_pixels"),
    ],
)
def test_bad_files_are_refused_with_a_remedy(keep: Any, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        keep(content)
    assert refused.value.code == f"evidence.{code}"
    assert refused.value.remedy
    assert refused.value.status == 422
    assert not Evidence.objects.exists()


def test_too_large_is_refused_before_it_is_looked_at(keep: Any, settings: Any) -> None:
    settings.MAX_EVIDENCE_BYTES = 1024 * 1024
    with pytest.raises(Refused) as refused:
        keep(b"\xff\xd8\xff" + b"0" * 1024 * 1024)
    assert (refused.value.code, refused.value.status) == ("evidence.too_large", 413)


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(0, 4000), noise=st.binary(max_size=60))
def test_damaged_photos_never_crash(cut: int, noise: bytes) -> None:
    content = bytearray(
        jpeg(size=(120, 90), exif=exif_of("2020:01:01 10:00:00", lat=37.4, lon=116.3, orientation=8))
    )
    content[cut : cut + len(noise)] = noise
    refusal = None
    try:
        photos.read_photo(bytes(content), JPEG, zone=UTC)
    except Refused as refused:
        refusal = refused
    assert refusal is None or refusal.code.startswith("evidence.")


# What the files of the shared data really hold (its README names their origin).
REAL = {
    "DSCN0010.jpg": ["exif_time_differs", "exif_place_far_from_site"],
    "DSCN0012.jpg": ["exif_time_differs", "exif_place_far_from_site"],
    "DSCN0021.jpg": ["exif_time_differs", "exif_place_far_from_site"],
    "DSCN0025.jpg": ["exif_time_differs", "exif_place_far_from_site"],
    "45-gps_ifd.jpg": ["exif_time_differs"],
    "landscape_6.jpg": ["exif_time_missing"],
    # Without the camera's own block, but an editor wrote its time into it.
    "no_exif.jpg": ["exif_time_differs"],
    "fixmystreet_photo_with_gps.jpeg": ["exif_time_missing", "exif_place_far_from_site"],
}


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no photos at {SHARED}: set LANTU_SHARED_DATA")
@pytest.mark.parametrize("name", sorted(REAL))
def test_real_photos(keep: Any, name: str) -> None:
    evidence = keep((SHARED / name).read_bytes(), name=name, site_lon=116.30, site_lat=37.45)
    assert codes(evidence) == REAL[name]
    if name.startswith("DSCN"):
        assert (round(evidence.taken_lon or 0, 1), round(evidence.taken_lat or 0, 1)) == (11.9, 43.5)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no photos at {SHARED}: set LANTU_SHARED_DATA")
def test_every_shared_photo_is_kept_or_refused_in_words(keep: Any) -> None:
    for path in sorted(SHARED.glob("*.jp*g")):
        refusal = None
        try:
            keep(path.read_bytes(), name=path.name)
        except Refused as refused:
            refusal = refused
        assert refusal is None or refusal.remedy


def test_sniff_tells_by_content_not_by_name() -> None:
    assert sniff(jpeg()).extension == "jpg"


def test_files_of_a_rolled_back_upload_are_swept(keep: Any, tmp_path: Path) -> None:
    kept = keep(jpeg("green"))
    with transaction.atomic():
        lost = keep(jpeg("navy"))
        transaction.set_rollback(True)
    paths = [tmp_path / name.name for name in (lost.original, lost.shown, lost.thumbnail)]
    assert all(path.exists() for path in paths)
    soon = datetime.now(UTC)
    assert sweep_evidence(now=soon) == 0
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (soon.timestamp() - 90_000,) * 2)
    assert sweep_evidence(now=soon) == 3
    assert not any(path.exists() for path in paths)
    assert all((tmp_path / name.name).exists() for name in (kept.original, kept.shown, kept.thumbnail))
    assert sweep_evidence(now=soon) == 0
