"""Describe a group of cranes, or describe it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.calc.cranes import static_faults
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.cranes.geometry import geometry_of
from lantu.monitoring.cranes.models import CraneGroup, CraneMember
from lantu.monitoring.devices.models import Device
from lantu.monitoring.events import CraneGroupSet
from lantu.projects.models import Project

LENGTHS = ("x_m", "y_m", "jib_m", "counter_jib_m", "jib_height_m", "top_m", "slew_zero_deg")


@transaction.atomic
def set_group(
    *, project: Project, name: str, cranes: Sequence[Mapping[str, Any]], now: datetime, actor: User
) -> CraneGroup:
    """``cranes``: {"device": code, "x_m", "y_m", "jib_m", "counter_jib_m", "jib_height_m", "top_m"?, "slew_zero_deg"?}.

    At least two. What the erection itself violates (GB 5144 10.5) is kept in the event, not refused: it is a fact of the
    site. Raises Unacceptable for a device of another project or lengths that are none.
    """
    if len({crane.get("device") for crane in cranes}) < 2:
        raise Unacceptable(
            "monitoring.crane_group_small", _("群塔至少包括两台塔机。"), remedy=_("请补充另一台塔机。")
        )
    group, _made = CraneGroup.objects.get_or_create(
        project=project, name=name.strip()[:120], defaults={"created_at": now}
    )
    group.members.all().delete()
    members = [_member(group, project, crane) for crane in cranes]
    CraneMember.objects.bulk_create(members)
    faults = [
        f"{one.device.code}–{other.device.code}: {fault}"
        for one, other in combinations(members, 2)
        for fault in static_faults(geometry_of(one), geometry_of(other))
    ]
    emit(
        CraneGroupSet(
            project_id=project.pk,
            subject_id=group.pk,
            name=group.name,
            cranes=len(members),
            faults="; ".join(faults),
        ),
        actor=actor,
        at=now,
    )
    return group


def _member(group: CraneGroup, project: Project, crane: Mapping[str, Any]) -> CraneMember:
    device = Device.objects.filter(project=project, code=crane["device"]).first()
    if device is None or CraneMember.objects.filter(device=device).exclude(group=group).exists():
        raise Unacceptable(
            "monitoring.crane_unknown",
            _("%(code)s 不是本项目的塔机，或已属于另一组群塔。") % {"code": str(crane["device"])[:40]},
            remedy=_("请核对设备编码。"),
            field="device",
        )
    try:
        numbers = {key: float(crane[key]) for key in LENGTHS if key in crane}
        if min(numbers["jib_m"], numbers["jib_height_m"]) <= 0 or numbers["counter_jib_m"] < 0:
            raise ValueError("jib")
        return CraneMember(group=group, device=device, **numbers)
    except (KeyError, TypeError, ValueError) as error:
        raise Unacceptable(
            "monitoring.crane_geometry",
            _("塔机 %(code)s 的位置或臂长不完整：%(why)s") % {"code": device.code, "why": str(error)[:100]},
            remedy=_("坐标、臂长、臂架高度以米填写，臂长与高度大于零。"),
            field="cranes",
        ) from error
