"""Photos: decoded within limits, re-encoded without metadata; what the camera wrote is read first.

Re-encoding is what makes an upload harmless: whatever else was hidden in the file (a script behind the picture,
a second format, a comment) does not survive being turned into pixels and back.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from lantu.core.filetypes import FileType, refuse_file

# Checked on the header, before any pixel is decoded. JPEG can be decoded at reduced size; the others cannot.
MAX_JPEG_PIXELS = 220_000_000
MAX_PIXELS = 50_000_000
SHOWN_EDGE_PX = 2560
THUMBNAIL_EDGE_PX = 480
# Above this Pillow warns, above twice this it refuses by itself: our own check comes first.
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS

# What Pillow's decoders and EXIF reader raise on damaged files.
BROKEN = (
    OSError, ValueError, TypeError, KeyError, IndexError, SyntaxError, struct.error,
    OverflowError, ZeroDivisionError, AttributeError, EOFError, MemoryError,
)  # fmt: skip

_EXIF_IFD, _GPS_IFD, _ORIENTATION = 0x8769, 0x8825, 0x0112
_DATETIME, _ORIGINAL, _DIGITIZED = 0x0132, 0x9003, 0x9004
_OFFSET, _OFFSET_ORIGINAL, _OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012

# EXIF orientation → what turns the picture upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, kw_only=True)
class CameraNote:
    """What the camera wrote into the file. ``readable`` is False when it wrote something that cannot be read."""

    orientation: int = 1
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    readable: bool = True


@dataclass(frozen=True, kw_only=True)
class Photo:
    """JPEG bytes to show (upright, at most 2560 px, no metadata) and a thumbnail (480 px); size in pixels as shown."""

    shown: bytes
    thumbnail: bytes
    width: int
    height: int
    note: CameraNote


def read_photo(content: bytes, kind: FileType, *, zone: tzinfo) -> Photo:
    """Decode, read the camera's note, re-encode. ``zone`` is assumed where the camera gave no offset.

    Raises Refused for a picture that is too large or cannot be decoded.
    """
    try:
        with Image.open(
            io.BytesIO(content), formats=["JPEG" if kind.extension == "jpg" else kind.extension.upper()]
        ) as image:
            _refuse_bomb(image, kind)
            note = read_camera_note(image, zone=zone)
            if kind.extension == "jpg":
                image.draft("RGB", (SHOWN_EDGE_PX, SHOWN_EDGE_PX))
            flat = _flat(image)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise refuse_file(
            "photo_broken", _("照片已损坏，无法打开。"), _("请重新拍摄或重新导出后再上传。")
        ) from error
    flat.thumbnail((SHOWN_EDGE_PX, SHOWN_EDGE_PX), Image.Resampling.LANCZOS)
    upright = flat.transpose(_UPRIGHT[note.orientation]) if note.orientation in _UPRIGHT else flat
    small = upright.copy()
    small.thumbnail((THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX), Image.Resampling.LANCZOS)
    return Photo(
        shown=_jpeg(upright, 86),
        thumbnail=_jpeg(small, 80),
        width=upright.width,
        height=upright.height,
        note=note,
    )


def _refuse_bomb(image: Image.Image, kind: FileType) -> None:
    limit = MAX_JPEG_PIXELS if kind.extension == "jpg" else MAX_PIXELS
    if image.width * image.height > limit:
        raise _too_many_pixels()


def _too_many_pixels() -> Exception:
    return refuse_file(
        "too_many_pixels",
        _("照片像素过大，拒绝解码。"),
        _("请用手机的普通照片模式拍摄（不超过 5000 万像素）。"),
    )


def _flat(image: Image.Image) -> Image.Image:
    """First frame, RGB, transparent parts on white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # A fresh image carries pixels only: no EXIF, no profile, no comment.
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def read_camera_note(image: Image.Image, *, zone: tzinfo) -> CameraNote:
    """EXIF orientation, time of taking and GPS position. Damaged EXIF gives ``readable=False``, never an error."""
    orientation = 1
    try:
        exif = image.getexif()
        turned = exif.get(_ORIENTATION)
        orientation = turned if isinstance(turned, int) else 1
        detail = exif.get_ifd(_EXIF_IFD)
        lon, lat = _position(exif.get_ifd(_GPS_IFD))
        return CameraNote(orientation=orientation, taken_at=_taken_at(exif, detail, zone), lon=lon, lat=lat)
    except BROKEN:
        return CameraNote(orientation=orientation, readable=False)


def _taken_at(exif: Mapping[int, Any], detail: Mapping[int, Any], zone: tzinfo) -> datetime | None:
    for text, offset in (
        (detail.get(_ORIGINAL), detail.get(_OFFSET_ORIGINAL)),
        (detail.get(_DIGITIZED), detail.get(_OFFSET_DIGITIZED)),
        (exif.get(_DATETIME), detail.get(_OFFSET)),
    ):
        found = _parse_time(text, offset, zone)
        if found is not None:
            return found
    return None


def _parse_time(text: Any, offset: Any, zone: tzinfo) -> datetime | None:
    """``2020:01:31 08:00:00`` with an optional ``+08:00``; cameras without a clock write zeros or blanks."""
    stamp = str(text or "").strip("\x00 ")[:19]
    try:
        local = datetime.strptime(stamp, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  the zone follows below
    except ValueError:
        return None
    if local.year < 1990:
        return None
    try:
        return datetime.strptime(f"{stamp}{str(offset).strip(chr(0) + ' ')}", "%Y:%m:%d %H:%M:%S%z")
    except ValueError:
        return local.replace(tzinfo=zone)


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees, or two Nones when the camera knew no position."""
    lat, lon = _degrees(gps.get(2)), _degrees(gps.get(4))
    if lat is None or lon is None:
        return None, None
    lat = -lat if str(gps.get(1, "N")).strip("\x00 ").upper() == "S" else lat
    lon = -lon if str(gps.get(3, "E")).strip("\x00 ").upper() == "W" else lon
    if (lat == 0 and lon == 0) or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None, None
    return round(lon, 6), round(lat, 6)


def _degrees(parts: Any) -> float | None:
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return value if math.isfinite(value) else None
