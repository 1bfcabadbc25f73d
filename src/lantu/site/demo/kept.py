"""One submission that came too late from a phone without network: both versions are kept, and somebody merges them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lantu.core.subscriptions import inline_delivery
from lantu.hazards.models import Hazard
from lantu.hazards.phone.services.keep import keep_submission
from lantu.hazards.states import HazardState, Source
from lantu.site.demo.photos import draw_site_photo

HOURS_AGO = 5


def put_kept_submission(*, now: datetime) -> int:
    """The rectifier of the hazard closed last filled in a reply in a basement; it arrived after the close-out."""
    hazard = (
        Hazard.objects.filter(
            project__is_demo=True, source=Source.WARNING, state=HazardState.CLOSED, rectifier__isnull=False
        )
        .select_related("project", "rectifier")
        .order_by("-closed_at", "-pk")
        .first()
    )
    if hazard is None or hazard.rectifier is None:
        return 0
    at = now - timedelta(hours=HOURS_AGO)
    picture = draw_site_photo(
        seed=hazard.pk, after=True, taken_at=at, lon=hazard.lon, lat=hazard.lat, caption="DEMO  OFFLINE"
    )
    with transaction.atomic(), inline_delivery():
        keep_submission(
            hazard,
            verb="submit_reply",
            values={"text": "地下室无网络时补拍：雾炮已开启，裸土已苫盖，喷淋记录见照片。"},
            files=[("离线补拍.jpg", picture)],
            by=hazard.rectifier,
            key=f"demo-kept-{hazard.pk}",
            seen=f"{HazardState.RECTIFYING}.1",
            why=f"填写之后隐患已变为“{hazard.get_state_display()}”。",
            agreed=False,
            captured_at=at,
            now=now - timedelta(hours=1),
        )
    return 1
