"""A channel's readings as CSV, row by row: nothing is held but the days in hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry.packing import decimals
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.selectors import check_span, raw_blocks

ROWS_AT_ONCE = 2_000
# A spreadsheet opens UTF-8 as such only with this mark.
MARK = "\ufeff"


def quality_words() -> dict[int, str]:
    """Each quality in the reader's language."""
    return {
        Quality.NORMAL: _("正常"), Quality.FAULT: _("故障"), Quality.MAINTENANCE: _("维护"),
        Quality.CALIBRATION: _("校准"), Quality.STOPPED: _("停运"), Quality.MANUAL: _("手工"),
        Quality.OVER_RANGE: _("超量程"), Quality.COMMUNICATION: _("通信异常"), Quality.EXCLUDED: _("剔除"),
    }  # fmt: skip


def csv_rows(channel: Channel, *, since: datetime, until: datetime) -> Iterator[str]:
    """Lines of the file, some thousand at a time. Raises Unacceptable at once for an impossible span."""
    check_span(since, until)
    head = [_("时间"), channel.label, _("单位"), _("质量标记")]
    return _lines(channel, since, until, head, quality_words())


def _lines(
    channel: Channel, since: datetime, until: datetime, head: list[str], words: dict[int, str]
) -> Iterator[str]:
    zone = timezone.get_default_timezone()
    yield MARK + _written([head])
    for block in raw_blocks(channel, since=since, until=until):
        for start in range(0, block.size, ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            yield _written(
                [
                    datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone).isoformat(timespec="milliseconds"),
                    value, channel.unit, words.get(mark, str(mark)),
                ]
                for ms, value, mark in zip(
                    block.ts_ms[part].tolist(), decimals(block.v[part]), block.q[part].tolist(), strict=True
                )
            )  # fmt: skip


def _written(rows: Any) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
