"""The second writer sees the difference: nothing is silently overwritten, and nobody has to look for what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from lantu.core.refusals import Refused

MOST_WORDS = 80


def stale_edit(code: str, model: type[Model], known: Mapping[str, Any], wanted: Mapping[str, Any]) -> Refused:
    """409 that names every field whose value now (``known``) is not what was typed (``wanted``)."""
    listed = "；".join(
        f"{getattr(model._meta.get_field(name), 'verbose_name', name)}：{_short(known[name])} / {_short(value)}"
        for name, value in wanted.items()
        if known[name] != value
    )
    return Refused(
        code,
        _("您打开页面之后内容已被别人修改，您的修改没有保存。现值 / 您填的：%(listed)s。")
        % {"listed": listed or _("没有差别")},
        remedy=_("请核对差异后重新提交。"),
    )


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        words = "、".join(
            str(one.get("label", one)) if isinstance(one, Mapping) else str(one) for one in value
        )
    else:
        words = "" if value is None else str(value)
    return f"{words[:MOST_WORDS]}…" if len(words) > MOST_WORDS else words or "—"
