"""Put a report together from the sections that the rooms have registered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.lifecycle.reports.content import (
    Asking,
    ReportSection,
    Values,
    bulletin_sections,
    one_pager_sections,
)
from lantu.projects.areas import city
from lantu.projects.models import Project

NUMERALS = "一二三四五六七八九十"


def bureau() -> str:
    """The name of the city's bureau as its pack writes it."""
    return next((unit.name for unit in city().units.values() if unit.kind == "bureau"), city().name)


def bulletin_facts(*, month: date, foreword: str, reader: Any, now: datetime) -> Values:
    """The bulletin of ``month`` as it would read at ``now``, in the language in force."""
    asking = Asking(reader=reader, now=now, month=month)
    words = {"year": month.year, "month": month.month}
    return _frame(now) | {
        "kind": "bulletin",
        "title": _("%(year)d年%(month)d月重点工程建设情况通报") % words,
        "sender": bureau(),
        "month": f"{month:%Y-%m}",
        "foreword": foreword,
        "sections": _built(list(bulletin_sections), asking),
        "address": reverse("lifecycle:reports"),
    }


def one_pager_facts(*, project: Project, reader: Any, now: datetime) -> Values:
    """The one-pager of a project as it would read at ``now``."""
    asking = Asking(reader=reader, now=now, project=project)
    return _frame(now) | {
        "kind": "one_pager",
        "title": project.name,
        "sender": bureau(),
        "project": project.code,
        "foreword": "",
        "sections": _built(list(one_pager_sections), asking),
        "address": project.get_absolute_url(),
    }


def _built(registered: list[ReportSection], asking: Asking) -> list[Values]:
    found: list[Values] = []
    annexes: list[Values] = []
    for entry in registered:
        section = entry.build(asking)
        if section is None or not section.says_something:
            continue
        (annexes if section.annex else found).append(section.plain())
    english = (get_language() or "").startswith("en")
    for number, plain in enumerate(found):
        plain["number"] = f"{number + 1}." if english else f"{numeral(number + 1)}、"
    for number, plain in enumerate(annexes):
        plain["number"] = _("附表%(n)d") % {"n": number + 1}
    return [*found, *annexes]


def numeral(number: int) -> str:
    """一 to 十九 for headings."""
    if number <= len(NUMERALS):
        return NUMERALS[number - 1]
    return f"十{NUMERALS[number - 11]}"


def _frame(now: datetime) -> Values:
    local = timezone.localtime(now)
    return {
        "as_of": local.isoformat(timespec="minutes"),
        "as_of_text": f"{local:%Y-%m-%d %H:%M}",
        "labels": {
            "as_of": _("数据截至"),
            "open_rows": _("看明细"),
            "foreword": _("编者按"),
            "fingerprint": _("内容指纹（SHA-256）"),
            "version": _("版本"),
            "source": _("出处"),
            "figures_note": _("每个数字均注明截至时间，点击可打开其明细；明细以系统中当前权限为准。"),
            "draft": _("草稿，未签发"),
            "date": _("%(year)d年%(month)d月%(day)d日")
            % {"year": local.year, "month": local.month, "day": local.day},
        },
    }
