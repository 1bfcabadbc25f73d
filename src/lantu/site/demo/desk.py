"""What lies on the desks today: a rule change that waits for its second pair of eyes, cameras, a check-up report.

Made after the history, by the services that people use; nothing here becomes a hazard by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from lantu.accounts.models import User
from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.change_device import change_device
from lantu.monitoring.devices.services.make_checkup import make_checkup
from lantu.monitoring.devices.services.register import register_device
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.observations.services.receive import Sighting, receive
from lantu.monitoring.observations.services.review import confirm, dismiss
from lantu.monitoring.rules.desk.models import RulePreview
from lantu.monitoring.rules.desk.services.decide import submit
from lantu.monitoring.rules.desk.services.preview import run_preview
from lantu.monitoring.rules.desk.services.propose import newest_version, propose
from lantu.monitoring.rules.models import Rule
from lantu.monitoring.rules.services.load_rules import fingerprint_of
from lantu.projects.models import Project
from lantu.site.demo.history import World
from lantu.site.demo.photos import draw_site_photo

# (type, confidence, minutes ago, place, what became of it). Confirmed ones are blue: no hazard comes of them here.
SEEN = (
    ("no_vest", 0.81, 2900, "钢筋加工区", "confirm"),
    ("uncovered_soil", 0.97, 1500, "北侧堆土区", ""),
    ("crowd", 0.42, 1380, "生活区门口", ""),
    ("smoking", 0.71, 1320, "木工棚", "dismiss"),
    ("no_helmet", 0.83, 55, "3 号楼西侧通道", ""),
    ("intrusion", 0.66, 40, "塔机回转半径内", ""),
    ("truck_unwashed", 0.48, 25, "主出入口", ""),
)  # fmt: skip
SITES_WITH_CAMERA = 3
WINDOW = timedelta(hours=12)
PREVIEW_DAYS = 30
REASON = (
    "近一个月多次一超限就到黄色以上，现场来不及处置。拟在最低一级限值的 95 % 处增设蓝色提醒，原有各级不变。"
)


def put_desk(flagship: str, world: World, *, now: datetime) -> int:
    """Put it there; returns how many observations were made."""
    sites = [world.projects[flagship]]
    others = (
        Project.objects.filter(is_demo=True, devices__isnull=False)
        .exclude(pk=sites[0].pk)
        .order_by("pk")
        .distinct()
    )
    sites += list(others[: SITES_WITH_CAMERA - 1])
    with transaction.atomic(), inline_delivery():
        _change_a_rule(world.people["officer"], now=now)
        for number, site in enumerate(sites, start=1):
            camera = _camera(site, number, world.people["officer"], now=now)
            _watch(camera, SEEN if number == 1 else SEEN[4 + number - 2 : 5 + number - 2], now=now)
        for site in sites[:2]:
            make_checkup(site, since=now - WINDOW, until=now, now=now, actor=world.people["inspector"])
    return len(SEEN) + len(sites) - 1


def _change_a_rule(officer: User, *, now: datetime) -> None:
    """The rule that spoke most often last month is to speak earlier; the head of the bureau has the duty to decide."""
    asked = now - timedelta(minutes=40)
    since = asked - timedelta(days=PREVIEW_DAYS)
    spoken = (
        Alert.objects.filter(kind=AlertKind.RISK, opened_at__range=(since, asked), channel__isnull=False)
        .values_list("rule__code")
        .annotate(times=Count("id"))
        .order_by("-times", "rule__code")
    )
    code = spoken[0][0] if spoken else "dust.pm10.peak"
    rule = Rule.objects.get(code=code)
    base = newest_version(rule)
    proposal = propose(
        rule,
        changes=_earlier(base.levels),
        effective_from=timezone.localdate(now) + timedelta(days=7),
        why=REASON,
        now=asked,
        actor=officer,
    )
    preview = RulePreview.objects.create(
        proposal=proposal, fingerprint=fingerprint_of(proposal.wording), since=since, until=asked, asked_by=officer,
        asked_at=asked,
    )  # fmt: skip
    run_preview(preview_id=preview.pk, now=asked)
    submit(proposal, now=asked + timedelta(minutes=20), actor=officer)


def _earlier(levels: list[dict[str, Any]]) -> dict[str, Any]:
    """A blue level just below the lowest one; where there is a blue one already, firing waits for three minutes."""
    lowest = levels[0]
    if lowest["severity"] == 1:
        return {"duration_s": 180}
    return {"levels": [{"severity": 1, "limit": round(0.95 * lowest["limit"], 2), "label": "提醒"}, *levels]}


def _camera(site: Project, number: int, officer: User, *, now: datetime) -> Device:
    at = now - timedelta(days=12)
    camera = register_device(
        code=f"DEMO-CAM-{number:02d}",
        project=site,
        type_code="ai_camera",
        name="主出入口 AI 摄像机（演示）",
        now=at,
        actor=officer,
        owner_org=site.owner_org,
        place="主出入口",
        lon=site.lon,
        lat=site.lat,
        installed_on=timezone.localdate(at),
    )
    issue_token(camera, now=at, actor=officer)
    return change_device(
        camera,
        values={"exempt_reason": "按事件上报，没有固定周期"},
        reason="AI 摄像机",
        now=at,
        actor=officer,
    )


def _watch(camera: Device, seen: tuple[tuple[str, float, int, str, str], ...], *, now: datetime) -> None:
    for number, (kind, confidence, minutes, place, became) in enumerate(seen, start=1):
        at = now - timedelta(minutes=minutes)
        picture: Any = draw_site_photo(
            seed=camera.pk * 10 + number, after=False, taken_at=at, lon=camera.lon, lat=camera.lat,
            caption=f"DEMO  {camera.code}  {at:%Y-%m-%d}",
        )  # fmt: skip
        made = receive(
            camera,
            Sighting(
                type=kind,
                confidence=confidence,
                observed_at=at,
                place=place,
                ref=f"demo-{number}",
                picture=picture,
            ),
            now=at,
        )
        if became and made.duty is not None:
            act = confirm if became == "confirm" else dismiss
            note = "现场核实，已提醒穿好反光背心" if became == "confirm" else "回看录像：手持对讲机，不是吸烟"
            act(made, note=note, now=at + timedelta(minutes=30), actor=made.duty.holder)
