"""A three-year programme of urban renewal, last month's bulletin, and a template made of a finished project.

Written at the time they tell of: the programme and the bulletin stand on the agenda between the months that the sites
report, so that a check or a bulletin says what had been known on its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from lantu.accounts.models import User
from lantu.lifecycle.programmes import services as programmes
from lantu.lifecycle.programmes.cases import services as cases
from lantu.lifecycle.programmes.models import Programme, ProgrammeMilestone
from lantu.lifecycle.reports import services as reports
from lantu.lifecycle.reports.models import Bulletin
from lantu.packs.demo import DemoPlan, DemoProject
from lantu.projects.models import Project
from lantu.projects.progress import month_before, month_start
from lantu.site.demo.history import Agenda, World

MEMBERS = 14
RENEWAL = ("老旧小区", "历史街区", "城中村", "保障性", "老城区", "供水管网", "雨污")
FIRST_DAY_OF_DATA = 4
LANES = [
    {"key": "land", "label": "征迁", "label_en": "Land and relocation", "unit": "市自然资源局、各县市区"},
    {"key": "utilities", "label": "配套", "label_en": "Supporting utilities", "unit": "市住建局、管线单位"},
    {"key": "build", "label": "改造建设", "label_en": "Renewal works", "unit": "各建设单位"},
    {"key": "attract", "label": "运营招商", "label_en": "Operation and tenants", "unit": "市重点工程局"},
]
SUMMARY = (
    "三年内完成一批老旧小区、城中村和历史街区更新：征迁腾退、管网配套、改造建设、运营招商四条线并行推进，"
    "“无净地不开工”只挡住相关的一步，不挡其他线。"
)
# name, unit, target, how it is counted, lane, and the shares reached by the end of each quarter when told by hand.
GOALS: tuple[tuple[str, str, int, str, str, tuple[float, ...]], ...] = (
    ("开工项目", "个", 14, "begun", "build", ()),
    ("竣工项目", "个", 12, "finished", "build", ()),
    ("完成投资", "万元", 520_000, "invested", "build", ()),
    ("腾退签约", "户", 3_600, "manual", "land", (0.04, 0.12, 0.23, 0.35, 0.48, 0.6, 0.71, 0.78)),
    ("改造管网", "公里", 186, "manual", "utilities", (0.0, 0.03, 0.09, 0.17, 0.24, 0.36, 0.47, 0.55)),
    ("引入运营单位", "家", 20, "manual", "attract", (0.0, 0.0, 0.05, 0.1, 0.2, 0.25, 0.35, 0.4)),
)
# lane, name, done when, months after the start, who, and months after the deadline when it was done (None: ahead).
MILESTONES: tuple[tuple[str, str, str, int, str, float | None], ...] = (
    ("land", "首批征收补偿方案公布", "补偿方案经市政府批准并公告", 3, "clerk", -0.3),
    ("land", "首批净地移交", "移交单由双方签字，图斑核对一致", 8, "clerk", -0.1),
    ("utilities", "管线迁改总图批复", "九家管线单位会签，住建局批复", 6, "clerk_zjj", -0.2),
    ("build", "首批项目全部开工", "施工许可齐备，监理签发开工令", 14, "officer01", -0.4),
    ("utilities", "主干供水管网通水", "水质检测合格报告", 21, "clerk_zjj", -0.2),
    ("land", "征迁扫尾", "签约率 100%，无未结行政复议", 26, "clerk", None),
    ("attract", "运营单位招引大会", "签约运营单位不少于 12 家", 27, "officer01", None),
    ("build", "首批小区竣工交付", "五方验收合格并完成移交", 30, "officer01", None),
    ("attract", "街区开街运营", "开街率达到 60%", 35, "officer01", None),
)
# Degrees around the members' places that the drawn area reaches.
MARGIN = 0.04
FOREWORD = "本月重点：保供水管网年内通水，抓亮灯项目逐项销号；连续两月未报送进度的项目请说明原因。"


def put_programme(agenda: Agenda, plan: DemoPlan, world: World) -> None:
    """Put the programme and last month's bulletin on the agenda."""
    zone = plan.made_for.tzinfo
    starts_on = date(plan.made_for.year - 1, 1, 1)
    chosen = _members(plan)
    story = _Story(world, starts_on, chosen)
    begin = datetime(starts_on.year, 1, 12, 9, 30, tzinfo=zone)
    first = [one for one in chosen if one.created_on < begin.date()]
    agenda.add(begin, "programme", partial(story.draft, [one.key for one in first]))
    agenda.add(begin + timedelta(days=4), "programme", story.approve)
    for one in chosen:
        if one not in first:
            joins = datetime.combine(one.created_on + timedelta(days=9), time(10), zone)
            agenda.add(joins, "programme", partial(story.join, one.key))
    for number, (_lane, _name, _done, months, _who, late) in enumerate(MILESTONES):
        if late is not None:
            reached = datetime.combine(starts_on, time(15), zone) + timedelta(
                days=round((months + late) * 30.4)
            )
            agenda.add(reached, "programme", partial(story.report, number))
            agenda.add(reached + timedelta(hours=20), "programme", partial(story.confirm, number))
    for quarter in range(1, 9):
        told = datetime.combine(_first_of(starts_on, quarter * 3), time(16), zone)
        agenda.add(told, "programme", partial(story.tell, quarter - 1))
    for month in range(2, 36):
        day = _first_of(starts_on, month).replace(day=5)
        agenda.add(datetime.combine(day, time(10), zone), "programme", story.check)
    _put_bulletin(agenda, plan, world)


def _members(plan: DemoPlan) -> list[DemoProject]:
    found = [
        one
        for one in plan.projects
        if any(word in one.name for word in RENEWAL) and one.status == "active" and one.key != plan.flagship
    ]
    return sorted(found, key=lambda one: (one.created_on, one.key))[:MEMBERS]


def _around(chosen: Sequence[DemoProject]) -> dict[str, Any]:
    """The area that the members lie in."""
    from shapely import MultiPoint
    from shapely.geometry import mapping

    hull = MultiPoint([(one.lon, one.lat) for one in chosen]).convex_hull.buffer(MARGIN).simplify(MARGIN / 4)
    return {"type": "Polygon", "coordinates": [[list(point) for point in mapping(hull)["coordinates"][0]]]}


def _first_of(start: date, months: int) -> date:
    return date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1)


class _Story:
    """The people of the programme, and what they have made so far."""

    def __init__(self, world: World, starts_on: date, chosen: Sequence[DemoProject]) -> None:
        self.world, self.starts_on, self.chosen = world, starts_on, chosen
        self.programme: Programme | None = None
        self.milestones: list[ProgrammeMilestone] = []

    def who(self, username: str) -> User:
        return self.world.people[username]

    def row(self) -> Programme:
        assert self.programme is not None
        self.programme.refresh_from_db()
        return self.programme

    def draft(self, keys: Sequence[str], now: datetime) -> None:
        officer = self.who("officer")
        self.programme = programmes.draft_programme(
            name=f"城市更新三年行动计划（{self.starts_on.year}—{self.starts_on.year + 2}）",
            summary=SUMMARY,
            basis="演示数据，不对应真实文件",
            starts_on=self.starts_on,
            finishes_on=date(self.starts_on.year + 2, 12, 31),
            lead_unit=self.world.units["bureau"],
            steward=self.who("deputy01"),
            approver=self.who("director"),
            county_codes=sorted({one.area_code for one in self.chosen}),
            geometry=_around(self.chosen),
            lanes=LANES,
            by=officer,
            now=now,
            is_demo=True,
        )
        for name, unit, target, measure, lane, _shares in GOALS:
            programmes.set_goal(
                self.programme, name=name, unit=unit, target=Decimal(target), measure=measure, lane=lane,
                by=officer, now=now,
            )  # fmt: skip
        programmes.join_projects(
            self.programme,
            projects=[self.world.projects[key] for key in keys],
            lane="build",
            on=now.date(),
            reason="首批纳入：前期手续齐备",
            by=officer,
            now=now,
        )
        for lane, name, done_when, months, who, _late in MILESTONES:
            due_on = _first_of(self.starts_on, months) - timedelta(days=1)
            self.milestones.append(
                programmes.add_milestone(
                    self.programme, name=name, lane=lane, done_when=done_when, due_on=due_on, owner=self.who(who),
                    by=officer, now=now,
                )
            )  # fmt: skip

    def approve(self, now: datetime) -> None:
        programmes.submit_programme(self.row(), by=self.who("officer"), now=now)
        programmes.approve_programme(self.row(), by=self.who("director"), now=now + timedelta(hours=5))

    def join(self, key: str, now: datetime) -> None:
        project = self.world.projects[key]
        lane = "utilities" if "管网" in project.name or "雨污" in project.name else "build"
        programmes.join_projects(
            self.row(),
            projects=[project],
            lane=lane,
            on=now.date(),
            reason="滚动纳入：完成立项",
            by=self.who("officer"),
            now=now,
        )

    def report(self, number: int, now: datetime) -> None:
        row = self.milestones[number]
        programmes.report_milestone(
            row, done_on=now.date(), text=f"已完成：{row.done_when}。", by=row.owner, now=now
        )

    def confirm(self, number: int, now: datetime) -> None:
        programmes.confirm_milestone(self.milestones[number], by=self.who("deputy01"), now=now)

    def tell(self, quarter: int, now: datetime) -> None:
        goals = {goal.name: goal for goal in self.row().goals.all()}
        for name, _unit, target, measure, _lane, shares in GOALS:
            if measure == "manual":
                programmes.value_goal(
                    self.row(), goal=goals[name], on=now.date() - timedelta(days=1),
                    value=Decimal(round(target * shares[quarter])), note="季度台账", by=self.who("officer"), now=now,
                )  # fmt: skip

    def check(self, now: datetime) -> None:
        programmes.check_month(
            self.row(), month=month_before(month_start(now.date())), by=self.who("deputy01"), now=now
        )


def _put_bulletin(agenda: Agenda, plan: DemoPlan, world: World) -> None:
    """Prepared on the first of the month, signed on the third."""
    today = plan.made_for
    first = month_start(today.date())
    if today.day < FIRST_DAY_OF_DATA:
        first = month_before(first)
    begin = datetime.combine(first, time(9), today.tzinfo)
    held: dict[str, Bulletin] = {}
    agenda.add(begin, "bulletin", partial(_prepare, world, month_before(first), held))
    agenda.add(begin + timedelta(days=1, hours=2), "bulletin", partial(_submit, world, held))
    agenda.add(begin + timedelta(days=2, hours=1), "bulletin", partial(_issue, world, held))


def _prepare(world: World, month: date, held: dict[str, Bulletin], now: datetime) -> None:
    officer = world.people["officer"]
    made = reports.prepare_bulletin(
        month=month, prepared_by=officer, signer=world.people["director"], by=officer, now=now, is_demo=True
    )
    held["row"] = reports.edit_foreword(made, text=FOREWORD, edited_no=made.edited_no, by=officer, now=now)


def _submit(world: World, held: dict[str, Bulletin], now: datetime) -> None:
    held["row"] = reports.submit_bulletin(held["row"], by=world.people["officer"], now=now)


def _issue(world: World, held: dict[str, Bulletin], now: datetime) -> None:
    row = held["row"]
    assert row.copy is not None
    reports.issue_bulletin(row, by=world.people["director"], now=now, sha256=row.copy.sha256)


def put_case(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """One template of a finished project, approved by a second person. Returns how many parts it has."""
    project = _source(plan, world)
    officer, director = world.people["officer"], world.people["director"]
    made: Any = cases.take_template(
        project,
        name="老旧管网改造（开槽与非开挖结合）",
        summary="适用于建成区老旧供水、雨污管网改造；工期为工作日，日期按工作日历推算。",
        approver=director,
        by=officer,
        now=now - timedelta(days=6),
        is_demo=True,
    )
    made = cases.submit_template(made, by=officer, now=now - timedelta(days=5))
    made = cases.approve_template(made, by=director, now=now - timedelta(days=4))
    return len(made.parts)


def _source(plan: DemoPlan, world: World) -> Project:
    """A finished pipe renewal, preferably one whose gates are in the system."""
    done = [one for one in plan.projects if one.status == "finished" and one.actual_finish_on is not None]
    done.sort(key=lambda one: ("管网" not in one.name, one.key))
    projects = [world.projects[one.key] for one in done]
    return next((one for one in projects if hasattr(one, "gate_plan")), projects[0])
