"""Doors to stored readings: a channel as a file, and what the store weighs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.selectors import get_channel
from lantu.monitoring.telemetry.export import csv_rows
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.retention import policy
from lantu.monitoring.telemetry.sizes import read_sizes
from lantu.monitoring.telemetry.steps import span_of
from lantu.monitoring.views_data import chosen_hours

DAYS_SHOWN = 31


def _moment(request: HttpRequest, name: str) -> datetime | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        found = parse_datetime(text) or parse_datetime(f"{text}T00:00")
    except ValueError:
        found = None
    if found is None:
        raise Unacceptable(
            "monitoring.bad_span",
            _("时间看不懂。"),
            remedy=_("例如 2026-06-01 或 2026-06-01T08:00。"),
            field=name,
        )
    return found if found.tzinfo else timezone.make_aware(found)


@require_GET
def readings_csv(request: HttpRequest, code: str, key: str) -> HttpResponse | StreamingHttpResponse:
    """All readings of a channel between ``from`` and ``to`` (the last 24 hours unless said otherwise)."""
    require(request.user, "monitoring.read")
    channel = get_channel(request.user, f"{code}.{key}")
    now = timezone.now()
    start = _moment(request, "from")
    if start is None and "hours" in request.GET:
        start = now - timedelta(hours=chosen_hours(request))
    since, until = span_of(start, _moment(request, "to"), now=now)
    lines = csv_rows(channel, since=since, until=until)
    # Under ASGI a plain iterator would be read to its end before the first line is sent.
    answer = StreamingHttpResponse(
        _one_by_one(lines) if isinstance(request, ASGIRequest) else lines,
        content_type="text/csv; charset=utf-8",
    )
    name = f"{code}-{key}-{timezone.localtime(since):%Y%m%d}-{timezone.localtime(until):%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


async def _one_by_one(lines: Iterator[str]) -> AsyncIterator[str]:
    def following() -> str | None:
        return next(lines, None)

    while (part := await sync_to_async(following)()) is not None:
        yield part


@require_GET
def storage(request: HttpRequest) -> HttpResponse:
    """Bytes per reading hot and cold, days sealed, what is due and why it waits."""
    require(request.user, "monitoring.read_storage")
    sizes = read_sizes(now=timezone.now(), kept=policy())
    days = SealedDay.objects.all()[:DAYS_SHOWN]
    return render(request, "monitoring/storage.html", {"sizes": sizes, "days": days})
