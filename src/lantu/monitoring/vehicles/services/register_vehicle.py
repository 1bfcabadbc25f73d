"""Enter a truck into the register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.codes import hash_code
from lantu.monitoring.vehicles.events import VehicleRegistered
from lantu.monitoring.vehicles.models import Vehicle, VehicleState
from lantu.projects.models import Project

PLATE = re.compile(r"[\u4e00-\u9fa5][A-Z][A-Z0-9]{5,6}")
PHONE = re.compile(r"[1-9][0-9]{0,19}")
# What only those who license trucks may enter.
LICENSED = (
    "permit_no", "permit_first_on", "permit_last_on", "night_permit_no", "night_first_on", "night_last_on",
)  # fmt: skip
FACTS = (
    "plate",
    "plate_colour",
    "terminal_phone",
    "maker_id",
    "terminal_id",
    "company",
    "has_load_sensor",
    "lift_bit",
)


@transaction.atomic
def register_vehicle(
    *, values: Mapping[str, Any], projects: list[Project], now: datetime, actor: User
) -> Vehicle:
    """Register a truck from ``values`` (FACTS, LICENSED, ``routes``, ``preset_code``) for the projects that it serves.

    Raises Unacceptable naming the field, Denied outside the actor's reach or for permits without the right, and
    Refused when plate or phone is taken.
    """
    check_projects(projects, actor)
    clean = check_values(values, actor)
    refuse_taken(clean)
    vehicle = Vehicle.objects.create(
        **{name: clean[name] for name in (*FACTS, *LICENSED) if name in clean},
        preset_code_hash=hash_code(clean.get("preset_code", "")),
        registered_at=now,
    )
    vehicle.projects.set(projects)
    vehicle.routes.set(clean.get("routes", []))
    VehicleState.objects.create(vehicle=vehicle)
    emit(
        VehicleRegistered(
            project_id=projects[0].pk,
            subject_id=vehicle.pk,
            plate=vehicle.plate,
            company=vehicle.company.name,
        ),
        actor=actor,
        at=now,
    )
    return vehicle


def check_projects(projects: list[Project], actor: User) -> None:
    """Raise Unacceptable without a project, Denied when the actor may not register trucks for one of them."""
    if not projects:
        raise Unacceptable(
            "monitoring.vehicle_without_project",
            _("没有指定服务项目。"),
            remedy=_("每辆车至少服务一个项目，发现的问题才有人负责。"),
            field="projects",
        )
    for project in projects:
        require(actor, "monitoring.register_vehicle", project)


def check_values(values: Mapping[str, Any], actor: User) -> dict[str, Any]:
    """Tidied values. Raises Unacceptable naming the field, Denied for licences without the right."""
    clean = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if "plate" in clean:
        clean["plate"] = str(clean["plate"]).upper().replace("·", "").replace(" ", "")
        _require_match(PLATE, clean["plate"], "plate", _("车牌号"), _("例如 鲁N12345。"))
    if "terminal_phone" in clean:
        clean["terminal_phone"] = str(clean["terminal_phone"]).lstrip("0")
        _require_match(
            PHONE, clean["terminal_phone"], "terminal_phone", _("终端手机号"), _("只填数字，最多 20 位。")
        )
    for first, last, label in (
        ("permit_first_on", "permit_last_on", _("准运证")),
        ("night_first_on", "night_last_on", _("夜间运输许可")),
    ):
        start, end = clean.get(first), clean.get(last)
        if (start is None) != (end is None) or (start and end and start > end):
            raise Unacceptable(
                "monitoring.vehicle_dates",
                _("%(what)s的起止日期不成立。") % {"what": label},
                remedy=_("起止日期须同时填写，且起不晚于止。"),
                field=last,
            )
    licensed = any(clean.get(name) for name in LICENSED) or clean.get("routes")
    if licensed and not may(actor, "monitoring.license_vehicle"):
        raise Denied(
            "monitoring.not_licensing",
            _("准运证、夜间许可和核准路线只能由主管部门登记。"),
            remedy=_("请留空这些栏，由主管部门核准后填写。"),
        )
    return clean


def _require_match(pattern: re.Pattern[str], text: str, field: str, label: str, remedy: str) -> None:
    if not pattern.fullmatch(text):
        raise Unacceptable(
            f"monitoring.vehicle_{field}",
            _("%(what)s“%(text)s”不可用。") % {"what": label, "text": text[:30]},
            remedy=remedy,
            field=field,
        )


def refuse_taken(clean: Mapping[str, Any], *, besides: int = 0) -> None:
    """Raise Refused when another truck has the plate or the phone."""
    for field, label in (("plate", _("车牌号")), ("terminal_phone", _("终端手机号"))):
        value = clean.get(field)
        if value and Vehicle.objects.filter(**{field: value}).exclude(pk=besides).exists():
            raise Refused(
                "monitoring.vehicle_exists",
                _("%(what)s %(text)s 已登记。") % {"what": label, "text": value},
                remedy=_("请在已登记的车辆上变更，不要重复登记。"),
                field=field,
            )
