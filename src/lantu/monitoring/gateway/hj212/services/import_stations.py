"""Settings of many stations from one table: all of them, or none and a list of what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.refusals import Refused, Unacceptable
from lantu.monitoring.devices.selectors import visible_devices
from lantu.monitoring.gateway.hj212.factor_lines import read_factor_lines
from lantu.monitoring.gateway.hj212.models import Backfill, Hj212Station
from lantu.monitoring.gateway.hj212.services.set_station import set_station
from lantu.projects.sheets.opening import opened_sheets

ROWS = 5_000
MISTAKES_SHOWN = 50
# Heading → setting; the first heading of each is the one of the template.
HEADINGS = {
    "设备编码": "device", "MN": "mn", "PW": "pw", "ST": "st", "校验方式": "crc_mode", "因子对照": "factors", "缺数补采": "backfill",
    "device": "device", "mn": "mn", "pw": "pw", "st": "st", "crc_mode": "crc_mode", "factors": "factors", "backfill": "backfill",
}  # fmt: skip
CHOICES = {
    "crc_mode": {str(label): value for value, label in Hj212Station.CRC_MODES} | {v: v for v, _ in Hj212Station.CRC_MODES},
    "backfill": {str(label): value for value, label in Backfill.choices} | {v: v for v, _ in Backfill.choices},
}  # fmt: skip


@transaction.atomic
def import_stations(file: IO[bytes], name: str, *, now: datetime, actor: User) -> int:
    """Set the stations of all rows; returns how many. Raises Unacceptable with the mistakes by row."""
    with opened_sheets(file, name) as sheets:
        rows = [(number, row) for sheet in sheets for number, row in _rows(sheet.rows)]
    mistakes: list[str] = []
    done = 0
    for number, row in rows[:ROWS]:
        try:
            _set(row, now=now, actor=actor)
            done += 1
        except (Refused, ValueError) as error:
            mistakes.append(_("第 %(row)s 行：%(why)s") % {"row": number, "why": error})
    if len(rows) > ROWS:
        mistakes.append(_("一次最多 %(most)s 行。") % {"most": ROWS})
    if mistakes or not rows:
        raise Unacceptable(
            "monitoring.hj212_sheet",
            " ".join(mistakes[:MISTAKES_SHOWN]) or _("表中没有“设备编码”“MN”两列，或没有任何一行。"),
            remedy=_("改正后重新上传；有错误时一行也不导入。"),
            field="file",
        )
    return done


def _rows(rows: Any) -> list[tuple[int, dict[str, str]]]:
    """Rows below the heading line, by setting."""
    places: dict[str, int] = {}
    found: list[tuple[int, dict[str, str]]] = []
    for number, values in enumerate(rows, start=1):
        texts = ["" if value is None else str(value).strip() for value in values]
        if not places:
            known = {HEADINGS[text]: at for at, text in enumerate(texts) if text in HEADINGS}
            places = known if {"device", "mn"} <= known.keys() else {}
        elif any(texts):
            found.append((number, {name: texts[at] for name, at in places.items() if at < len(texts)}))
    return found


def _set(row: dict[str, str], *, now: datetime, actor: User) -> None:
    device = visible_devices(actor).filter(code=row.get("device", "")).first()
    if device is None or not may(actor, "monitoring.register_device", device.project):
        raise ValueError(
            _("没有编码为 %(code)s 的设备，或您无权设置。") % {"code": row.get("device", "")[:40]}
        )
    settings: dict[str, Any] = {name: row[name] for name in ("mn", "pw", "st") if row.get(name)}
    for name, choices in CHOICES.items():
        if row.get(name):
            if row[name] not in choices:
                raise ValueError(
                    _("“%(text)s”不在可选值之中：%(choices)s")
                    % {"text": row[name][:40], "choices": "、".join(choices)}
                )
            settings[name] = choices[row[name]]
    if row.get("factors"):
        settings["factors"] = read_factor_lines(row["factors"])
    set_station(device, settings=settings, now=now, actor=actor)
