"""The demonstration's people do their part through the same services as everybody else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from lantu.accounts.models import User
from lantu.duties.models import Duty
from lantu.hazards.models import Hazard
from lantu.hazards.services.accept_order import accept_order
from lantu.hazards.services.recheck_close import recheck_close
from lantu.hazards.services.recheck_return import recheck_return
from lantu.hazards.services.submit_reply import submit_reply
from lantu.hazards.services.supervisor_confirm import supervisor_confirm
from lantu.hazards.services.supervisor_return import supervisor_return
from lantu.hazards.states import HazardState
from lantu.site.demo.photos import draw_site_photo

# How long people take for each step, in hours: from and to (a share of the span by the hazard's number).
PLAUSIBLE_HOURS: dict[str, tuple[float, float]] = {
    HazardState.ORDERED: (0.15, 0.9),
    HazardState.ACCEPTED: (1.5, 9.0),
    HazardState.RECTIFYING: (1.5, 9.0),
    HazardState.RETURNED: (1.5, 6.0),
    HazardState.SUBMITTED: (0.5, 3.0),
    HazardState.SV_CONFIRMED: (1.0, 6.0),
}
MEASURES = {
    "pm": "已增开雾炮两台，裸土全部苫盖，出入口洗车平台恢复使用，复测浓度回落。",
    "noise": "已停止夜间切割作业，木工棚加装隔声屏，重排工序至日间。",
    "wind": "已停止吊装作业，吊钩收至安全高度，起重臂自由回转，风速回落后复工。",
    "displacement": "已停止坑边堆载，增加内支撑并加密监测，变形趋于稳定。",
    "settlement": "已回灌地下水并复核沉降点，速率恢复正常。",
    "concrete": "已加盖两层保温被、调整冷却水流量，里表温差回落至限值以内。",
    "default": "已按整改通知单逐项落实，现场自查合格。",
}


@dataclass(frozen=True)
class Answer:
    """What the reply says and whether the next person sends it back."""

    text: str
    returned: bool = False


def share_of(*numbers: int) -> float:
    """A number in [0, 1) that is always the same for the same inputs: plausible, and repeatable."""
    digest = hashlib.sha256(":".join(map(str, numbers)).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def measures_for(hazard: Hazard) -> str:
    param = hazard.alert.rule.param if hazard.alert is not None else ""
    return next((text for key, text in MEASURES.items() if param.startswith(key)), MEASURES["default"])


def photo_of(hazard: Hazard, *, after: bool, taken_at: datetime) -> SimpleUploadedFile:
    """A drawn picture at the project's place."""
    number = hazard.order_no or str(hazard.pk)
    picture = draw_site_photo(
        seed=hazard.pk,
        after=after,
        taken_at=taken_at,
        lon=hazard.project.lon,
        lat=hazard.project.lat,
        caption=f"DEMO  {number}  {taken_at:%Y-%m-%d}",
    )
    return SimpleUploadedFile(f"{'after' if after else 'before'}-{hazard.pk}.jpg", picture, "image/jpeg")


def act(hazard: Hazard, duty: Duty, *, now: datetime, send_back: bool = False) -> str:
    """Let the holder of the duty take the next step. Returns the state afterwards."""
    person: User = duty.holder
    match hazard.state:
        case HazardState.ORDERED:
            accept_order(hazard, by=person, now=now)
        case HazardState.ACCEPTED | HazardState.RECTIFYING | HazardState.RETURNED:
            photo = photo_of(hazard, after=True, taken_at=now - timedelta(minutes=20))
            submit_reply(hazard, by=person, now=now, text=measures_for(hazard), files=[photo])
        case HazardState.SUBMITTED if send_back:
            supervisor_return(hazard, by=person, now=now, reason="照片未反映整改部位全貌，请补充后重报。")
        case HazardState.SUBMITTED:
            supervisor_confirm(hazard, by=person, now=now, note="现场核对，整改到位。")
        case HazardState.SV_CONFIRMED if send_back:
            recheck_return(hazard, by=person, now=now, reason="现场复测仍有超限，请继续整改。")
        case HazardState.SV_CONFIRMED:
            recheck_close(hazard, by=person, now=now, note="复查合格，同意销号。")
        case _:
            return str(hazard.state)
    hazard.refresh_from_db()
    return str(hazard.state)


def acts_at(hazard: Hazard, duty: Duty) -> datetime | None:
    """When the holder gets round to it; None where the demonstration leaves the step to people."""
    span = PLAUSIBLE_HOURS.get(hazard.state)
    if span is None:
        return None
    low, high = span
    return duty.opened_at + timedelta(hours=low + (high - low) * share_of(hazard.pk, duty.pk))
