"""Risk points, patrols and inspections of the demonstration: written, reviewed and walked by the people of each site.

Deductions are put right on the spot or only cost points: the demonstration's hazards come from its warnings alone, so
that the rates of the founding text stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from lantu.hazards.inspections import services as inspecting
from lantu.hazards.inspections.models import Inspection
from lantu.hazards.risk_points import services as points
from lantu.hazards.risk_points.judging import works
from lantu.hazards.risk_points.models import RiskPoint
from lantu.packs.demo import DemoPlan, DemoProject
from lantu.site.demo.acting import share_of
from lantu.site.demo.history import Agenda, World

SITES = 40
# The named sites show all their works; the first of them are under control and patrolled, the rest wait for review.
NAMED_SITES, NAMED_POINTS, POINTS = 7, 6, 4
FULL_SITES = 3
INSPECTIONS = 12
PATROL_DAYS = 9
# name, place, kind of work, parameters, and L, E, C where they differ from what the pack proposes.
Work = tuple[str, str, str, dict[str, Any], tuple[float, float, float] | None]
BUILDING: tuple[Work, ...] = (
    ("基坑开挖与支护", "地下室基坑", "pit.excavation", {"depth_m": 6.8}, (3, 6, 15)),
    ("大厅高支模浇筑", "1 层门厅", "formwork.concrete", {"height_m": 8.6}, (3, 6, 15)),
    (
        "塔吊顶升加节",
        "1 号塔吊",
        "lifting.crane_erection",
        {"rated_lift_kn": 80, "crane_total_height_m": 90, "crane_base_level_m": 0},
        None,
    ),
    ("落地脚手架搭设", "东立面", "scaffold.ground", {"height_m": 28}, None),
    ("临时用电", "生活区与加工棚", "plain.electric", {}, None),
    ("渣土外运与车辆冲洗", "西门", "plain.dust", {}, None),
)
PLANT: tuple[Work, ...] = (
    ("厂房钢结构吊装", "主厂房 A 跨", "other.steel", {"steel_span_m": 24}, None),
    ("屋面网架安装", "主厂房屋面", "other.grid", {"grid_span_m": 63}, (3, 6, 15)),
    ("设备基础开挖", "设备区", "pit.excavation", {"depth_m": 3.6}, (3, 6, 7)),
    ("汽车吊吊装构件", "北侧堆场", "lifting.works", {"unusual_lifting": False}, None),
    ("动火作业", "管廊", "plain.fire", {}, None),
    ("临边洞口防护", "2 层平台", "plain.height", {}, (1, 6, 7)),
)
LINE: tuple[Work, ...] = (
    ("沟槽开挖", "K0+200—K0+480", "pit.excavation", {"depth_m": 3.4}, (3, 6, 7)),
    ("顶管施工", "过路段", "underground.tunnel", {}, None),
    ("检查井有限空间作业", "W12—W18", "plain.confined", {}, None),
    ("既有管线邻近开挖", "燃气交叉处", "plain.pipeline", {}, None),
    ("吊管下管", "K0+300", "lifting.works", {"unusual_lifting": False}, None),
    ("扬尘作业", "全线", "plain.dust", {}, None),
)
BRIDGE: tuple[Work, ...] = (
    ("桥墩承台基坑", "3 号墩", "pit.excavation", {"depth_m": 5.6}, (3, 6, 15)),
    ("现浇梁支架", "第 2 联", "formwork.concrete", {"height_m": 9.5}, (3, 6, 15)),
    (
        "预制梁架设",
        "第 5 跨",
        "lifting.works",
        {"unusual_lifting": True, "single_weight_kn": 680},
        (3, 6, 40),
    ),
    ("水上作业", "主河槽", "other.underwater", {}, None),
    ("临时用电", "水泵与照明", "plain.electric", {}, None),
    ("高处作业", "墩顶", "plain.height", {}, None),
)
OLD: tuple[Work, ...] = (
    ("外墙吊篮作业", "3 号楼南立面", "scaffold.basket", {}, None),
    ("旧附属房拆除", "院内西侧", "demolition.works", {"affects_public": True, "special_structure": False, "heritage_area": False}, None),
    ("雨污分流沟槽", "小区主路", "pit.excavation", {"depth_m": 2.4, "complex_site": True}, (3, 6, 7)),
    ("动火作业", "屋面防水", "plain.fire", {}, None),
    ("居民通道与车辆", "小区出入口", "plain.traffic", {}, None),
    ("临时用电", "施工配电箱", "plain.electric", {}, None),
)  # fmt: skip
BY_KIND: Mapping[str, tuple[Work, ...]] = {
    "building": BUILDING, "plant": PLANT, "energy": PLANT, "water": BRIDGE, "bridge": BRIDGE, "road": LINE,
    "pipe": LINE, "retrofit": OLD, "park": OLD,
}  # fmt: skip
EXPERTS = ("王建国", "李卫东", "张红梅", "赵立新", "孙丽华")
TABLES = ("B.1", "B.2", "B.13", "B.14")


def put_double_prevention(agenda: Agenda, plan: DemoPlan, world: World) -> None:
    """Put the past fortnight of about forty sites on the agenda."""
    building = [one for one in plan.projects if one.under_construction]
    fit = [one for one in building if {"contractor", "supervisor", "inspector"} <= set(one.parties)]
    fit.sort(key=lambda one: one.key != plan.flagship)
    for number, site in enumerate(fit[:SITES]):
        _put_site(agenda, plan, world, site, number)
    for number, site in enumerate(fit[:INSPECTIONS]):
        _put_inspection(agenda, plan, world, site, number)


def _put_site(agenda: Agenda, plan: DemoPlan, world: World, site: DemoProject, number: int) -> None:
    full = number < FULL_SITES
    made: list[RiskPoint] = []
    # What only waits for its review was written today: the demonstration shows work in hand, not a backlog.
    ago = timedelta(days=9) if full else timedelta(hours=6)
    born = datetime(*site.created_on.timetuple()[:3], 9, 0, tzinfo=plan.made_for.tzinfo)
    start = max(plan.made_for - ago, born) + timedelta(minutes=number)
    if full:
        start = start.replace(hour=9)
    count = NAMED_POINTS if number < NAMED_SITES else POINTS
    for order, work in enumerate(BY_KIND[site.kind][:count]):
        upto = "control" if full else "submit"
        write = partial(_write, world=world, site=site, work=work, seed=(number, order), made=made, upto=upto)
        agenda.add(start + timedelta(minutes=7 * order), "risk", write)
    if full:
        agenda.add(start + timedelta(hours=3), "risk", partial(_plan, world, site, made))
        for day in range(1, PATROL_DAYS):
            morning = start + timedelta(days=day)
            agenda.add(morning, "risk", _open_rounds)
            # One site misses a day and walks the next: late, and counted as such.
            if not (number == 1 and day == 3):
                at = morning + timedelta(hours=1 + 5 * share_of(number, day))
                agenda.add(at, "risk", partial(_walk, world, site, made))


def _open_rounds(now: datetime) -> None:
    points.open_due_rounds(now=now)


def _window(now: datetime, seed: tuple[int, int]) -> tuple[date, date]:
    """Work that began lately or begins soon, and lasts some weeks: so that every week's map looks different."""
    begins = now.date() + timedelta(days=int(-10 + 30 * share_of(*seed, 1)))
    return begins, begins + timedelta(days=int(8 + 40 * share_of(*seed, 2)))


def _write(
    now: datetime,
    *,
    world: World,
    site: DemoProject,
    work: Work,
    seed: tuple[int, int],
    made: list[RiskPoint],
    upto: str,
) -> None:
    name, place, kind, parameters, lec = work
    project = world.projects[site.key]
    builder = world.people[site.parties["contractor"].person]
    begins, ends = _window(now, seed)
    values: dict[str, Any] = {
        "name": name, "place": place, "kind": kind, "parameters": parameters, "work_from": begins, "work_to": ends,
        "lon": round(site.lon + 0.004 * (share_of(*seed, 3) - 0.5), 6),
        "lat": round(site.lat + 0.004 * (share_of(*seed, 4) - 0.5), 6),
    }  # fmt: skip
    if lec is not None:
        values |= dict(zip(("likelihood", "exposure", "consequence"), lec, strict=True))
    point = points.create_point(project=project, values=values, by=builder, now=now, submit=True)
    made.append(point)
    if upto == "submit" or point.level is None:
        return
    supervisor = world.people[site.parties["supervisor"].person]
    point = points.review_point(point, by=supervisor, now=now + timedelta(minutes=4))
    if point.at_least:
        points.record_scheme(
            point,
            by=builder,
            now=now + timedelta(minutes=5),
            sections=[section.code for section in works().sections],
            approved_on=now.date() - timedelta(days=12),
            approved_by="施工单位技术负责人、总监理工程师",
            experts=EXPERTS if point.at_least == 2 else (),
            expert_result="passed_after_changes" if point.at_least == 2 else "",
            expert_reviewed_on=now.date() - timedelta(days=10) if point.at_least == 2 else None,
        )
    points.control_point(point, by=builder, now=now + timedelta(minutes=6))


def _plan(world: World, site: DemoProject, made: list[RiskPoint], now: datetime) -> None:
    builder = world.people[site.parties["contractor"].person]
    points.plan_patrol(
        project=world.projects[site.key],
        name="危大工程日巡",
        period_days=1,
        patroller=builder,
        points=[point for point in made if point.level][:2] or made[:2],
        by=builder,
        now=now,
        first_on=(now + timedelta(days=1)).date(),
        due_hour=20,
    )


def _walk(world: World, site: DemoProject, made: list[RiskPoint], now: datetime) -> None:
    """The builder scans the sheets of the route, if a round is owed."""
    builder = world.people[site.parties["contractor"].person]
    project = world.projects[site.key]
    for plan in project.patrol_plans.filter(rounds__state="open").distinct():
        for stop in plan.stops.select_related("point"):
            points.check_point(stop.point, by=builder, now=now, scanned=True, note="")
            now += timedelta(minutes=4)


def _put_inspection(agenda: Agenda, plan: DemoPlan, world: World, site: DemoProject, number: int) -> None:
    start = plan.made_for - timedelta(days=2 + 2 * number, hours=10)
    kind = ("safety", "safety", "environment", "quality")[number % 4]
    held: dict[str, Inspection] = {}
    visit = partial(_inspect, world=world, site=site, kind=kind, number=number, held=held)
    agenda.add(start, "inspection", visit)
    agenda.add(start + timedelta(hours=5), "inspection", partial(_sign, held))


def _inspect(
    now: datetime,
    *,
    world: World,
    site: DemoProject,
    kind: str,
    number: int,
    held: dict[str, Inspection],
) -> None:
    if site.key not in world.projects:
        return
    inspector = world.people[site.parties["inspector"].person]
    tables = {"safety": TABLES, "environment": (), "quality": ("020102",)}[kind]
    inspection = inspecting.plan_inspection(
        project=world.projects[site.key],
        kind=kind,
        tables=tables,
        inspector=inspector,
        second=world.people["officer"],
        planned_on=now.date(),
        by=inspector,
        now=now,
    )
    inspection = inspecting.start_inspection(inspection, by=inspector, now=now + timedelta(minutes=20))
    entries = list(inspection.entries.all())
    for order, table in enumerate(inspection.tables):
        rows = {
            entry.item: _row(kind, number, index)
            for index, entry in enumerate(entries)
            if entry.table == table
        }
        at = now + timedelta(minutes=40 + 15 * order)
        inspecting.fill_table(inspection, table=table, rows=rows, by=inspector, now=at)
    held["done"] = inspecting.finish_inspection(inspection, by=inspector, now=now + timedelta(hours=4))


def _row(kind: str, number: int, index: int) -> dict[str, Any]:
    """Mostly in order; now and then points are deducted for something that is put right at once."""
    luck = share_of(number, index, 7)
    if kind == "safety":
        # One site of the dozen has a guarantee item at zero, as happens.
        if number == 5 and index == 3:
            return {"deducted": 10, "finding": "未见近一个月安全检查记录", "remedied": True}
        if luck < 0.3:
            return {"deducted": 1 + int(luck * 16), "finding": "局部不符合要求，已当场整改", "remedied": True}
        return {}
    if kind == "environment":
        return {"points": 1, "conforming": 1}
    return {
        "points": 10,
        "conforming": 10 if luck < 0.8 or index < 3 else 9,
        "finding": "个别点偏差，已修整",
        "remedied": True,
    }


def _sign(held: dict[str, Inspection], now: datetime) -> None:
    if "done" in held:
        inspection = held["done"]
        inspecting.sign_inspection(inspection, by=inspection.second, now=now, note="属实")
