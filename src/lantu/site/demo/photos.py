"""Drawn pictures of a site for the demonstration: plainly pictures, never taken for photographs of a real place.

Each carries the EXIF time and place of its story, so that the checks of evidence have something to check.
"""

from __future__ import annotations

import io
import random
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 720)
DEZHOU = ZoneInfo("Asia/Shanghai")


def _exif(taken_at: datetime, lon: float | None, lat: float | None) -> Image.Exif:
    exif = Image.Exif()
    local = taken_at.astimezone(DEZHOU)
    stamp = local.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F] = "Lantu demo"
    exif[0x0132] = stamp
    details = exif.get_ifd(0x8769)
    details[0x9003] = stamp
    details[0x9011] = "+08:00"
    if lon is not None and lat is not None:
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", _sexagesimal(lat)
        place[3], place[4] = "E", _sexagesimal(lon)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return (float(whole), float(minutes), round((degrees - whole - minutes / 60) * 3600, 4))


def _building(draw: ImageDraw.ImageDraw, rng: random.Random, left: int, ground: int) -> int:
    width, storeys = rng.randint(120, 220), rng.randint(3, 7)
    top = ground - storeys * 52
    wall = rng.choice([(196, 190, 178), (178, 184, 190), (205, 198, 186)])
    draw.rectangle((left, top, left + width, ground), fill=wall, outline=(120, 120, 120), width=3)
    for storey in range(storeys):
        y = top + storey * 52 + 12
        for x in range(left + 14, left + width - 28, 40):
            draw.rectangle((x, y, x + 22, y + 28), fill=(96, 116, 136))
    return left + width + rng.randint(30, 90)


def _crane(draw: ImageDraw.ImageDraw, x: int, ground: int) -> None:
    draw.line((x, ground, x, 110), fill=(201, 138, 24), width=10)
    draw.line((x - 90, 130, x + 260, 130), fill=(201, 138, 24), width=7)
    draw.line((x, 90, x + 250, 130), fill=(201, 138, 24), width=3)
    draw.line((x + 190, 130, x + 190, 330), fill=(90, 90, 90), width=2)


def draw_site_photo(
    *, seed: int, after: bool, taken_at: datetime, lon: float | None, lat: float | None, caption: str
) -> bytes:
    """JPEG bytes of a drawn site: bare and dusty before, covered and washed after. Same seed, same angle."""
    rng = random.Random(seed)  # noqa: S311  a drawing, not a secret
    picture = Image.new("RGB", SIZE, (205, 222, 238) if after else (214, 204, 184))
    draw = ImageDraw.Draw(picture, "RGBA")
    ground = 560
    x = rng.randint(30, 80)
    while x < SIZE[0] - 200:
        x = _building(draw, rng, x, ground)
    _crane(draw, rng.randint(420, 620), ground)
    draw.rectangle((0, ground, *SIZE), fill=(140, 122, 92))
    for heap in range(4):
        left = 40 + heap * 230 + rng.randint(-30, 30)
        colour = (62, 132, 74) if after else (154, 128, 84)
        draw.polygon([(left, 660), (left + 100, 560 + rng.randint(0, 30)), (left + 210, 660)], fill=colour)
    if after:
        draw.arc((60, 380, 360, 700), 200, 300, fill=(240, 250, 255), width=8)
    else:
        for _ in range(26):
            cx, cy, r = rng.randint(0, SIZE[0]), rng.randint(300, 640), rng.randint(40, 120)
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=(206, 188, 150, 46))
    draw.rectangle((0, SIZE[1] - 44, *SIZE), fill=(10, 53, 116, 230))
    draw.text((16, SIZE[1] - 36), caption, fill=(255, 255, 255), font=ImageFont.load_default(24))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=_exif(taken_at, lon, lat))
    return out.getvalue()
