"""What is not judged, over HTTP."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lantu.accounts.permissions import require
from lantu.monitoring.devices.selectors import get_device
from lantu.monitoring.rules.abstentions import unjudged_of

router = Router(tags=["monitoring"])


class UnjudgedOut(Schema):
    """One rule that does not judge one channel. ``upper_bound_only``: it still alarms beyond the largest value."""

    channel: str
    rule: str
    version: int
    reason: str
    missing: list[str]
    upper_bound_only: bool
    text: str


@router.get("/devices/{code}/unjudged", response=list[UnjudgedOut], summary="不作判断的规则")
def unjudged(request: HttpRequest, code: str) -> list[UnjudgedOut]:
    """Rules that do not judge this device, with what is missing: not judged is not normal."""
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    device = get_device(request.auth, code)  # type: ignore[attr-defined]
    return [
        UnjudgedOut(
            channel=row.channel,
            rule=row.version.rule.code,
            version=row.version.version,
            reason=row.reason,
            missing=list(row.missing),
            upper_bound_only=row.upper_bound_only,
            text=row.text,
        )
        for row in unjudged_of([device], day=timezone.localdate())
    ]
