"""Numbers, money and units as people read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

Number = int | float | Decimal


def number(value: Number | None, digits: int = 2) -> str:
    """``1234.5`` → ``1,234.5``: thousands separated, at most ``digits`` decimals, no trailing zeros; None → ``—``."""
    if value is None:
        return "—"
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def money(yuan: Number | None) -> str:
    """An amount in yuan with the unit people use: 亿元 / 万元 / 元 (English: bn / m / CNY). None → ``—``."""
    if yuan is None:
        return "—"
    size = abs(float(yuan))
    if (get_language() or "").startswith("en"):
        if size >= 10**9:
            return f"CNY {number(float(yuan) / 10**9)} bn"
        if size >= 10**6:
            return f"CNY {number(float(yuan) / 10**6)} m"
        return f"CNY {number(yuan)}"
    if size >= 10**8:
        return _("%(amount)s 亿元") % {"amount": number(float(yuan) / 10**8)}
    if size >= 10**4:
        return _("%(amount)s 万元") % {"amount": number(float(yuan) / 10**4)}
    return _("%(amount)s 元") % {"amount": number(yuan)}
