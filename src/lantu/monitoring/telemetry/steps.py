"""Time spans and steps as people write them in a URL."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DEFAULT_SPAN = timedelta(hours=24)


def parse_step(text: str) -> timedelta:
    """``30s``, ``10m``, ``1h``, ``1d`` or plain seconds. Raises Unacceptable for anything else."""
    found = re.fullmatch(r"(\d{1,8})([smhd]?)", text.strip())
    if found is None or int(found[1]) == 0 or int(found[1]) * _UNITS[found[2] or "s"] > 400 * 86_400:
        raise Unacceptable(
            "monitoring.bad_step",
            _("步长“%(text)s”看不懂。") % {"text": text[:20]},
            remedy=_("例如 30s、10m、1h、1d。"),
            field="step",
        )
    return timedelta(seconds=int(found[1]) * _UNITS[found[2] or "s"])


def span_of(start: datetime | None, end: datetime | None, *, now: datetime) -> tuple[datetime, datetime]:
    """[from, to): the last 24 hours unless said otherwise; a time without zone is UTC."""
    until = _aware(end) if end is not None else now
    try:
        since = _aware(start) if start is not None else until - DEFAULT_SPAN
    except OverflowError as error:
        raise Unacceptable("monitoring.bad_span", _("时间超出可表示的范围。"), field="to") from error
    if not (1970 <= since.year <= 9000 and 1970 <= until.year <= 9000):
        raise Unacceptable(
            "monitoring.bad_span",
            _("时间超出可表示的范围。"),
            remedy=_("请使用 1970 年以后的时间。"),
            field="from",
        )
    return since, until


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
