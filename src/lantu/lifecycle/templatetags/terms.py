"""Lengths of time as the packs write them, in words."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import ngettext

register = template.Library()
_TERM = re.compile(r"(\d+)(h|d|wd|m)")


@register.filter
def term(text: str) -> str:
    """``{{ "15wd"|term }}``: 15 个工作日. What is no term stays as it is."""
    found = _TERM.fullmatch(text or "")
    if found is None:
        return text
    n = int(found[1])
    match found[2]:
        case "h":
            return ngettext("%(n)d 小时", "%(n)d 小时", n) % {"n": n}
        case "d":
            return ngettext("%(n)d 天", "%(n)d 天", n) % {"n": n}
        case "wd":
            return ngettext("%(n)d 个工作日", "%(n)d 个工作日", n) % {"n": n}
        case _:
            return ngettext("%(n)d 个月", "%(n)d 个月", n) % {"n": n}
