"""What does not fit about a piece of evidence: stored as code and values, worded for whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext, gettext_noop

TEXTS = {
    "exif_unreadable": gettext_noop("照片自带的拍摄信息已损坏，无法核对时间和地点"),
    "exif_time_missing": gettext_noop("照片没有自带拍摄时间（可能经聊天软件转发或截图）"),
    "time_claimed_only": gettext_noop("照片本身没有拍摄时间，手机上报为 %(claimed)s"),
    "claimed_place_far_from_site": gettext_noop("手机上报的拍摄位置距项目现场 %(km)s 公里"),
    "exif_time_in_future": gettext_noop("照片自带时间 %(taken)s，晚于上传时间"),
    "exif_time_differs": gettext_noop("照片自带时间 %(taken)s，与上传时间相差 %(days)s 天"),
    "exif_time_differs_from_claim": gettext_noop("照片自带时间 %(taken)s，与填报时间相差 %(days)s 天"),
    "exif_place_differs": gettext_noop("照片自带位置与填报位置相距 %(km)s 公里"),
    "exif_place_far_from_site": gettext_noop("照片自带位置距项目现场 %(km)s 公里"),
    "seen_before": gettext_noop("同一文件此前已提交过 %(times)s 次，最早于 %(first)s"),
}


class Finding(TypedDict):
    """``code`` for programs; ``detail`` in Chinese as recorded; ``values`` to word it in another language."""

    code: str
    detail: str
    values: dict[str, str]


def finding(code: str, **values: str) -> Finding:
    """A finding as it is stored with the evidence."""
    return {"code": code, "detail": TEXTS[code] % values, "values": values}


def words(found: Mapping[str, Any]) -> str:
    """The finding in the reader's language; one whose code is no longer known keeps its recorded words."""
    text = TEXTS.get(found["code"])
    return str(found["detail"]) if text is None else gettext(text) % found["values"]
