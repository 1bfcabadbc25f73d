"""Crane groups over HTTP."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lantu.accounts.permissions import require
from lantu.monitoring.cranes.models import CraneGroup
from lantu.monitoring.cranes.selectors import pairs_of, visible_groups
from lantu.monitoring.cranes.services.set_group import set_group
from lantu.projects.selectors import get_visible

router = Router(tags=["monitoring"])


class CraneIn(Schema):
    """One crane: metres in the site's own grid, x east, y north; what its encoder shows at north."""

    device: str
    x_m: float
    y_m: float
    jib_m: float
    counter_jib_m: float
    jib_height_m: float
    top_m: float = 0
    slew_zero_deg: float = 0


class CraneGroupIn(Schema):
    name: str
    cranes: list[CraneIn]


class CraneGroupOut(Schema):
    name: str
    cranes: list[CraneIn]
    faults: list[str]


def _row(group: CraneGroup) -> CraneGroupOut:
    cranes = [
        CraneIn(
            device=member.device.code,
            x_m=member.x_m,
            y_m=member.y_m,
            jib_m=member.jib_m,
            counter_jib_m=member.counter_jib_m,
            jib_height_m=member.jib_height_m,
            top_m=member.top_m,
            slew_zero_deg=member.slew_zero_deg,
        )
        for member in group.members.all()
    ]
    faults = [
        f"{pair.one.device.code} – {pair.other.device.code}：{fault}"
        for pair in pairs_of(group)
        for fault in pair.faults
    ]
    return CraneGroupOut(name=group.name, cranes=cranes, faults=faults)


@router.get("/projects/{code}/crane-groups", response=list[CraneGroupOut], summary="群塔")
def crane_groups(request: HttpRequest, code: str) -> list[CraneGroupOut]:
    """The groups of a project, with what their erection violates."""
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    project = get_visible(request.auth, code)  # type: ignore[attr-defined]
    groups = visible_groups(request.auth).filter(project=project)  # type: ignore[attr-defined]
    return [_row(group) for group in groups]


@router.put("/projects/{code}/crane-groups", response=CraneGroupOut, summary="登记群塔")
def put_crane_group(request: HttpRequest, code: str, body: CraneGroupIn) -> CraneGroupOut:
    """Describe a group by its name, or describe it anew: the cranes given are its cranes then."""
    project = get_visible(request.auth, code)  # type: ignore[attr-defined]
    require(request.auth, "monitoring.set_crane_group", project)  # type: ignore[attr-defined]
    group = set_group(
        project=project,
        name=body.name,
        cranes=[crane.model_dump() for crane in body.cranes],
        now=timezone.now(),
        actor=request.auth,  # type: ignore[attr-defined]
    )
    return _row(visible_groups(request.auth).get(pk=group.pk))  # type: ignore[attr-defined]
