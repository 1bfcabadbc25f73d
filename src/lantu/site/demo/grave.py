"""One drill with a major hazard, and the look-backs of the year.

The drill goes the whole way of a major hazard (clause, order with a stop, plan, listing, resumption, delisting) and is
voided at its end: it is an exercise, said so in its title, and stands in none of the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lantu.hazards import services as s
from lantu.hazards.models import Hazard, InPlace, LookBack
from lantu.hazards.parties import contacts
from lantu.packs.demo import DemoPlan
from lantu.projects.models import Project
from lantu.site.demo.acting import photo_of
from lantu.site.demo.history import Agenda, World

TITLE = "【演练】基坑东侧支护变形超过设计控制值"
BEGAN_BEFORE = timedelta(days=75)
LOOK_BACK_WEEKS = 26
PLAN = {
    "goals": "消除基坑东侧坍塌风险，恢复支护体系安全储备。",
    "methods": "坡脚回填反压，东侧增设两道钢支撑，坡顶 20 米范围卸载。",
    "resources": "专项资金 80 万元，钢支撑 40 t，反压土 1200 m³。",
    "people": "项目经理牵头，总监旁站，专职安全员 3 名轮班。",
    "schedule": "三日内完成反压，七日内完成加撑，稳定三日后申请复工。",
    "emergency": "设警戒线和撤离路线，24 小时监测，应急物资现场备齐。",
}
Step = Callable[[Hazard, dict[str, Any], datetime], Any]


def put_grave(agenda: Agenda, plan: DemoPlan, world: World) -> None:
    """Put the drill's steps and the weekly look-backs on the agenda, each at its own time."""
    began = plan.made_for - BEGAN_BEFORE
    agenda.add(began, "story", partial(_begin, plan, world))
    for hours, step in STEPS:
        agenda.add(began + timedelta(hours=hours), "story", partial(_take, step, plan, world))
    for week in range(LOOK_BACK_WEEKS, 0, -1):
        monday = plan.made_for - timedelta(weeks=week)
        agenda.add(monday, "story", _open_look_backs)
        agenda.add(monday + timedelta(days=2, hours=1), "story", _make_look_backs)


def _site(plan: DemoPlan, world: World) -> Project:
    return world.projects[plan.flagship]


def _begin(plan: DemoPlan, world: World, now: datetime) -> None:
    site = _site(plan, world)
    s.record_hazard(
        project=site,
        title=TITLE,
        grade=4,
        by=contacts(site)["inspector"],
        now=now,
        description="应急演练：监测报告显示东侧桩顶水平位移累计值超过设计控制值，侧壁有渗水。",
        found_at_place="基坑东侧 K0+040 至 K0+085",
        sub_type="基坑变形",
        pin={"drawing": "结施-基-03", "x": 0.78, "y": 0.42},
        checked_by="质安监督三组",
        measures="立即停止东侧开挖和坡顶堆载，按批准的整改方案加固，专家验收后复工。",
    )


def _take(step: Step, plan: DemoPlan, world: World, now: datetime) -> None:
    site = _site(plan, world)
    hazard = Hazard.objects.select_related("project", "duty").get(project=site, title=TITLE)
    people: dict[str, Any] = {**contacts(site), "director": world.people["director"]}
    step(hazard, people, now)


def _photo(hazard: Hazard, now: datetime, *, minutes: int = 20) -> list[Any]:
    return [photo_of(hazard, after=True, taken_at=now - timedelta(minutes=minutes))]


def _papers(hazard: Hazard, people: dict[str, Any], now: datetime) -> None:
    for kind in ("order", "stop", "resume", "listing"):
        s.make_document(hazard, kind=kind, by=people["officer"], now=now, base_url="http://127.0.0.1:8000/")


# Hours after the beginning, and what then happens.
STEPS: tuple[tuple[float, Step], ...] = (
    (0.2, lambda h, p, now: s.confirm(h, by=p["officer"], now=now, grade=4, major_clause="pit-4", clause="GB 50497-2019 8.0.9")),
    (0.4, lambda h, p, now: s.issue_order(h, by=p["officer"], now=now, stop_scope="part", stop_area="基坑东侧及坡顶 20 米")),
    (0.6, lambda h, p, now: s.accept_order(h, by=p["contractor"], now=now)),
    (6, lambda h, p, now: s.submit_plan(h, by=p["contractor"], now=now, items=PLAN)),
    (9, lambda h, p, now: s.approve_plan(h, by=p["inspector"], now=now, in_place=InPlace.values, note="方案可行，按方案实施。")),
    (24, lambda h, p, now: s.list_hazard(
        h, by=p["director"], now=now, authority="德州市安全生产委员会（演练）", document_no="德安演〔2026〕1号",
        requirement="限期消除，每日报送监测数据，验收合格后摘牌。",
    )),
    (220, lambda h, p, now: s.submit_reply(
        h, by=p["contractor"], now=now, text="已回填反压、加设两道钢支撑，连续三日变形速率小于 0.5 mm/d。", files=_photo(h, now)
    )),
    (223, lambda h, p, now: s.supervisor_confirm(h, by=p["supervisor"], now=now, note="现场核对，与方案一致。")),
    (226, lambda h, p, now: s.ask_resume(
        h, by=p["contractor"], now=now, text="复工条件已具备，附监测日报。", files=_photo(h, now, minutes=50)
    )),
    (245, lambda h, p, now: s.order_resume(h, by=p["inspector"], now=now, note="同意复工，继续加密监测。")),
    (250, lambda h, p, now: s.delist(h, by=p["officer"], now=now, document_no="德安演验〔2026〕1号", note="专家组验收合格。")),
    (251, _papers),
    (252, lambda h, p, now: s.void(h, by=p["director"], now=now, reason="应急演练结束，不计入统计。")),
)  # fmt: skip


def _open_look_backs(now: datetime) -> None:
    s.open_look_backs(now)


def _make_look_backs(now: datetime) -> None:
    rows = LookBack.objects.filter(done_at=None).select_related("hazard__project", "duty__holder")
    for row in rows:
        if row.duty is not None:
            s.do_look_back(
                row, by=row.duty.holder, now=now, passed=True, note="现场查看，措施仍在，没有复发。"
            )
