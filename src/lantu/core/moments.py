"""Moments that come from outside, in UTC: PostgreSQL knows neither every offset nor every year that ISO 8601 can write."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; without an offset it is the city's time. Raises Unacceptable beyond the calendar."""
    try:
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise Unacceptable("core.no_such_time", _("时间超出可用范围。"), remedy=_("请核对年份。")) from error
