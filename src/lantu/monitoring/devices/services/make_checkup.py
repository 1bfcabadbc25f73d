"""Make a check-up report of a project: what was found on that day stays as it was found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.sentences import SOURCE_LANGUAGE
from lantu.core.services.emit import emit
from lantu.monitoring.devices.checkups.items import ORDER, Checkup
from lantu.monitoring.devices.checkups.models import CheckupReport
from lantu.monitoring.devices.checkups.reading import check_devices
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.events_desk import CheckupMade
from lantu.projects.models import Project

LONGEST = timedelta(days=31)


def check_window(since: datetime, until: datetime) -> None:
    """Raises Unacceptable for a window that is empty or longer than 31 days."""
    if not since < until or until - since > LONGEST:
        raise Unacceptable(
            "monitoring.checkup_window",
            _("体检时间窗须起早于止，且不超过 31 天。"),
            remedy=_("请重新选择。"),
            field="since",
        )


def devices_of(project: Project) -> list[Device]:
    """What is checked: every device that is not retired."""
    return list(
        Device.objects.filter(project=project)
        .exclude(status=DeviceStatus.RETIRED)
        .select_related("project", "type", "owner_org")
        .order_by("code")
    )


def make_checkup(
    project: Project, *, since: datetime, until: datetime, now: datetime, actor: User
) -> CheckupReport:
    """Check every device of the project and keep the report. Raises Refused when it has none."""
    check_window(since, until)
    devices = devices_of(project)
    if not devices:
        raise Refused(
            "monitoring.no_devices",
            _("项目“%(project)s”还没有登记设备。") % {"project": project.name},
            remedy=_("请先登记设备。"),
        )
    # One report has many readers: it is kept in Chinese, whoever made it, and retold on screen.
    with override(SOURCE_LANGUAGE):
        found = check_devices(devices, since=since, until=until)
        results = [as_result(device, checkup) for device, checkup in zip(devices, found, strict=True)]
    worst = max(ORDER[checkup.verdict] for checkup in found)
    with transaction.atomic():
        report = CheckupReport.objects.create(
            project=project,
            since=since,
            until=until,
            verdict=("pass", "warn", "fail")[worst],
            devices=len(found),
            passed=sum(1 for checkup in found if checkup.verdict == "pass"),
            results=results,
            made_by=actor,
            made_at=now,
        )
        emit(
            CheckupMade(
                project_id=project.pk, subject_id=report.pk, verdict=report.verdict, devices=report.devices,
                passed=report.passed,
            ),
            actor=actor,
            at=now,
        )  # fmt: skip
    return report


def as_result(device: Device, checkup: Checkup) -> dict[str, Any]:
    """A device's report as it is kept and as the API gives it."""
    return {
        "code": device.code,
        "name": device.name,
        "type": device.type.label,
        "verdict": checkup.verdict,
        "items": [
            {
                "key": item.key, "label": str(item.label), "verdict": item.verdict, "found": item.found,
                "remedy": item.remedy, "rows": rows_url(device, item.rows),
            }
            for item in checkup.items
        ],
    }  # fmt: skip


def rows_url(device: Device, rows: str) -> str:
    """The address of the list behind an item; empty where nothing is behind it."""
    name, _colon, rest = rows.partition(":")
    if name == "quarantine":
        asked = {"device": device.code} | ({"reason": rest} if rest else {})
        return f"{reverse('monitoring:quarantine')}?{urlencode(asked)}"
    if name == "device" and rest:
        return reverse("monitoring:device", args=[rest])
    return reverse("monitoring:device", args=[device.code]) if name else ""
