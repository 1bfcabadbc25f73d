"""Major hazards at every point of their life, made through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lantu.hazards import services as s
from lantu.hazards.models import InPlace
from lantu.hazards.tests.site import HOUR, MINUTE, NOW, photo, reply

DAY = timedelta(days=1)
SIX = {
    "goals": "消除基坑坍塌风险",
    "methods": "回填反压，增设两道内支撑",
    "resources": "专项资金 80 万元，钢支撑 40 t",
    "people": "项目经理牵头，专职安全员 3 名",
    "schedule": "7 日内完成加固并复测",
    "emergency": "人员撤离路线、24 小时监测和应急物资",
}


def major_at(step: str, cast: Any, project: Any, *, now: Any = NOW) -> Any:
    """A major hazard brought to ``step``: confirmed, ordered, accepted, planned, rectifying, submitted, sv_confirmed,
    asked, resumed."""
    hazard = s.record_hazard(
        project=project, title="基坑东侧支护变形超过设计控制值", grade=4, by=cast.inspector, now=now
    )
    steps = [
        ("confirmed", lambda h, t: s.confirm(h, by=cast.officer, now=t, grade=4, major_clause="pit-4")),
        (
            "ordered",
            lambda h, t: s.issue_order(
                h, by=cast.officer, now=t, measures="立即停工加固。", stop_scope="part", stop_area="基坑东侧"
            ),
        ),
        ("accepted", lambda h, t: s.accept_order(h, by=cast.contractor, now=t)),
        ("planned", lambda h, t: s.submit_plan(h, by=cast.contractor, now=t, items=SIX)),
        ("rectifying", lambda h, t: s.approve_plan(h, by=cast.inspector, now=t, in_place=InPlace.values)),
        ("submitted", lambda h, t: reply(h, cast, now=t, text="已回填反压并增设内支撑。")),
        ("sv_confirmed", lambda h, t: s.supervisor_confirm(h, by=cast.supervisor, now=t)),
        (
            "asked",
            lambda h, t: s.ask_resume(
                h, by=cast.contractor, now=t, text="变形已稳定三日", files=[("a.jpg", photo())]
            ),
        ),
        ("resumed", lambda h, t: s.order_resume(h, by=cast.inspector, now=t, note="同意复工")),
    ]
    for minutes, (reached, take) in enumerate(steps, 1):
        take(hazard, now + minutes * MINUTE)
        hazard.refresh_from_db()
        if reached == step:
            return hazard
    raise LookupError(step)


def listed(hazard: Any, cast: Any, *, now: Any = NOW + HOUR) -> Any:
    s.list_hazard(
        hazard,
        by=cast.director,
        now=now,
        authority="德州市安全生产委员会",
        document_no="德安督〔2026〕3号",
        requirement="限期消除，每日报送监测数据",
    )
    hazard.refresh_from_db()
    return hazard
