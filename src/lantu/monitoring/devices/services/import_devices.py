"""Take a spreadsheet of devices in: checked at once, registered whole or not at all, tokens handed out once."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.monitoring.devices.imports.models import DeviceImport
from lantu.monitoring.devices.imports.sheet import read_sheet, token_sheet
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.register import NewDevice, register_devices
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.gateway.hj212.services.set_station import set_station
from lantu.projects.models import Project

SHOWN_ERRORS = 500


def check_sheet(*, file: IO[bytes], name: str, actor: User, now: datetime) -> DeviceImport:
    """Read it and keep what was found; nothing is registered. Raises Unacceptable for no spreadsheet at all."""
    require(actor, "monitoring.register_device")
    found = read_sheet(file, name, actor=actor)
    return DeviceImport.objects.create(
        file_name=name[:200],
        state=DeviceImport.State.REJECTED if found.errors else DeviceImport.State.READY,
        rows=found.rows,
        errors=found.errors[:SHOWN_ERRORS],
        started_by=actor,
        started_at=now,
    )


@transaction.atomic
def apply_import(run: DeviceImport, *, actor: User, now: datetime) -> DeviceImport:
    """Register every row, or none. Rights and codes are looked at again: the preview may be of yesterday."""
    run = DeviceImport.objects.select_for_update().get(pk=run.pk)
    if run.state != DeviceImport.State.READY:
        raise Refused(
            "monitoring.import_not_ready",
            _("这张表当前为“%(state)s”，不能登记。") % {"state": run.get_state_display()},
            remedy=_("设备已经登记，请在本页下载口令表或打印标签。")
            if run.state == DeviceImport.State.APPLIED
            else _("请更正后重新上传。"),
        )
    projects = {
        project.code: project for project in Project.objects.filter(code__in={r["project"] for r in run.rows})
    }
    units = Organisation.objects.in_bulk({row["owner"] for row in run.rows if row.get("owner")})
    for project in projects.values():
        require(actor, "monitoring.register_device", project)
    entries = [_entry(row, projects[row["project"]], units) for row in run.rows]
    devices = register_devices(entries, now=now, actor=actor)
    for row, device in zip(run.rows, devices, strict=True):
        if row.get("mn"):
            given = {"mn": row["mn"]} | ({"pw": row["pw"]} if row.get("pw") else {})
            set_station(device, settings=given, now=now, actor=actor)
    # The password has gone where it is needed; the record of the import is read by others.
    run.rows = [{name: value for name, value in row.items() if name != "pw"} for row in run.rows]
    run.state, run.applied_at = DeviceImport.State.APPLIED, now
    run.save(update_fields=["state", "applied_at", "rows"])
    return run


def _entry(row: dict[str, Any], project: Project, units: dict[int, Organisation]) -> NewDevice:
    return NewDevice(
        code=row["code"],
        project=project,
        type_code=row["type"],
        name=row["name"],
        owner_org=units.get(row.get("owner", 0)),
        place=row.get("place", ""),
        lon=row.get("lon"),
        lat=row.get("lat"),
        installed_on=_day(row.get("installed_on")),
        calibrated_until=_day(row.get("calibrated_until")),
        facts=row.get("facts") or {},
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@transaction.atomic
def hand_out_tokens(run: DeviceImport, *, actor: User, now: datetime) -> BytesIO:
    """A token for each device of the sheet, as a sheet. Once: what is lost is issued anew, device by device.

    Devices that have got a token meanwhile keep it: another one would cut their connection.
    """
    run = DeviceImport.objects.select_for_update().get(pk=run.pk)
    if run.state != DeviceImport.State.APPLIED:
        raise Refused("monitoring.import_not_ready", _("设备还没有登记。"), remedy=_("请先登记。"))
    if run.tokens_at is not None:
        raise Refused(
            "monitoring.tokens_handed_out",
            _("口令表已下载过一次，平台不保存口令。"),
            remedy=_("遗失的口令请在设备页面逐台重新签发。"),
        )
    codes = [row["code"] for row in run.rows]
    rows = []
    for device in (
        Device.objects.select_related("project").filter(code__in=codes, token_hash="").order_by("code")
    ):
        require(actor, "monitoring.issue_token", device.project)
        token = issue_token(device, now=now, actor=actor)
        topic = f"lantu/{device.project.code}/{device.code}/telemetry"
        rows.append([device.code, device.name, device.code, token, topic])
    run.tokens_at = now
    run.save(update_fields=["tokens_at"])
    return token_sheet(rows)
