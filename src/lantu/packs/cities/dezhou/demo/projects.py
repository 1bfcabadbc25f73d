"""All invented projects: how many of what where, and each one's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from lantu.calc.geodesy import Point
from lantu.calc.workdays import BEIJING
from lantu.packs.cities.dezhou.demo import money, parties, shapes
from lantu.packs.cities.dezhou.demo.calendar import shift
from lantu.packs.cities.dezhou.demo.sources import seeded, source
from lantu.packs.demo import DemoMonth, DemoParty, DemoProject
from lantu.packs.load import city

FLAGSHIP = "biopark"

BUILDING = {
    "371402": 16, "371403": 9, "371481": 10, "371482": 12, "371422": 8, "371423": 6, "371424": 10,
    "371425": 13, "371426": 8, "371427": 8, "371428": 8, "3714T1": 11, "3714T2": 4, "3714T3": 4,
}  # fmt: skip
"""Projects under construction by area: 127 in all, the seven named ones among them."""
OTHERS = {"reserve": 40, "completed": 60, "design": 8, "tender": 9, "acceptance": 6}
FAR_BEHIND = (9, 47, 88)
"""Numbers of the drawn projects that lie more than 30 points behind."""
WITHOUT_PERMIT = 61
SUSPENDED_DESIGNS = 2
# The zones have no division of their own: two stand in the statistics list, one uses its host's code.
CODE_AREA = {"3714T1": "371402", "3714T2": "371471", "3714T3": "371472"}
GOALS = {
    "construction": "按年度计划完成投资和形象进度，安全质量零事故",
    "acceptance": "完成联合验收并备案",
    "completed": "投用并移交",
    "tender": "完成施工招标，具备开工条件",
    "design": "完成初步设计及概算批复",
    "reserve": "完成可研论证，落实用地和资金",
}
STREETS = (
    "东方红路",
    "湖滨大道",
    "新湖大街",
    "迎宾大街",
    "天衢路",
    "康博大道",
    "三八路",
    "文化路",
    "创业路",
    "园区二路",
)


@dataclass(frozen=True)
class _Dates:
    planned_start: date | None
    planned_finish: date | None
    forecast: date | None
    actual_start: date | None
    actual_finish: date | None


@dataclass(frozen=True)
class _Draft:
    """What is known of a project before it is drawn."""

    number: int
    key: str
    group: str
    area: str
    pattern: Mapping[str, Any]


def make_projects(now: datetime) -> tuple[DemoProject, ...]:
    """All projects without their devices, in a fixed order: the named ones first."""
    today = now.astimezone(BEIJING).date()
    used: set[str] = set()
    return tuple(_project(draft, today, used) for draft in _drafts())


def _drafts() -> Iterator[_Draft]:
    number = 0
    left = dict(BUILDING)
    for pattern in source("named"):
        number += 1
        left[pattern["area"]] -= 1
        yield _Draft(number, pattern["key"], "construction", pattern["area"], pattern)
    pool = _Pool()
    for area, count in left.items():
        for _ in range(count):
            number += 1
            yield _Draft(number, f"p{number:03d}", "construction", area, pool.take(area))
    areas = sorted(BUILDING, key=lambda area: (-BUILDING[area], area))
    turn = 0
    for group, count in OTHERS.items():
        for _ in range(count):
            number, turn = number + 1, turn + 1
            area = areas[turn % len(areas)]
            yield _Draft(number, f"p{number:03d}", group, area, pool.take(area))


class _Pool:
    """Each pattern at most once an area, the rarely used ones first."""

    def __init__(self) -> None:
        self.draw = seeded("pool")
        self.uses: dict[str, int] = {}
        self.left = {area: list(source("catalogue")) for area in BUILDING}

    def take(self, area: str) -> Mapping[str, Any]:
        fitting = [
            pattern
            for pattern in self.left[area]
            if area in pattern.get("areas", [area]) and (area.isdigit() or pattern.get("zones", True))
        ]
        pattern: Mapping[str, Any] = min(
            fitting, key=lambda one: (self.uses.get(one["name"], 0), self.draw.random())
        )
        self.uses[pattern["name"]] = self.uses.get(pattern["name"], 0) + 1
        self.left[area].remove(pattern)
        return pattern


def _project(draft: _Draft, today: date, used: set[str]) -> DemoProject:
    draw = seeded(draft.key)
    pattern, group = draft.pattern, draft.group
    total = _total(draw, pattern)
    points = _points(draw, draft)
    dates = _dates(draw, draft, today, points)
    # A reserve project may begin years from now; its code was given in the past all the same.
    approved = min(
        shift(dates.planned_start or today, -draw.uniform(6, 12)), shift(today, -2 - draft.number % 9)
    )
    works, land, other = money.split(total, draw.uniform(0.04, 0.18))
    geometry, (lon, lat) = _site(draw, draft)
    area = city("dezhou").area(draft.area)
    name, content, scale = _words(draw, pattern, area.short)
    owner, involved = _people(draw, draft, total / money.YI)
    return DemoProject(
        key=draft.key,
        code=_code(draw, draft, approved, used),
        code_scheme="old" if _old_scheme(draft) else "new",
        local_no=f"DZZD-{draft.number:03d}",
        name=name,
        summary=content,
        public_summary=pattern.get("public") or f"{name}位于{area.name}，{content}。（演示数据）",
        content_scale=scale,
        category=pattern["funds"],
        plan_class=_plan_class(group, dates, today),
        sector=pattern["sector"],
        industry_code=pattern["code"],
        stage={"reserve": "initiation", "completed": "operation"}.get(group, group),
        status=_status(draft),
        area_code=draft.area,
        address=f"{area.name}{draw.choice(STREETS[:5])}与{draw.choice(STREETS[5:])}交叉口附近",
        geometry=geometry,
        lon=round(lon, 6),
        lat=round(lat, 6),
        kind=pattern["kind"],
        total_investment_yuan=total,
        works_yuan=works,
        land_yuan=land,
        other_yuan=other,
        funds=money.funds(pattern["funds"], total),
        annual_goal=pattern.get("goal") or GOALS[group],
        planned_start_on=dates.planned_start,
        planned_finish_on=dates.planned_finish,
        forecast_finish_on=dates.forecast,
        actual_start_on=dates.actual_start,
        actual_finish_on=dates.actual_finish,
        permit_on=_permit(draft, dates),
        created_on=approved,
        owner=owner,
        lead_unit=pattern.get("lead") or parties.LEAD[pattern["sector"]],
        sponsor=parties.SPONSORS[draft.number % len(parties.SPONSORS)],
        parties=involved,
        tags=tuple(pattern.get("tags", ())),
        months=_months(draw, group, dates, today, total=total, points=points),
        devices=(),
    )


def _total(draw: Random, pattern: Mapping[str, Any]) -> int:
    size = pattern["yi"] if "yi" in pattern else draw.uniform(*pattern["money"])
    return round(size * money.YI / 100_000) * 100_000


def _site(draw: Random, draft: _Draft) -> tuple[Mapping[str, Any], Point]:
    """Outline and the point to show it at: near the place given, else within the area's circles."""
    pattern = draft.pattern
    circles = [[*pattern["place"], 900]] if "place" in pattern else source("places")[draft.area]
    centre = shapes.place_in(draw, circles, shapes.room_for(pattern["kind"]))
    return shapes.outline(draw, pattern["kind"], centre)


def _people(draw: Random, draft: _Draft, size_yi: float) -> tuple[str, Mapping[str, DemoParty]]:
    """The owner and everybody's part."""
    pattern, named = draft.pattern, "key" in draft.pattern
    owner = pattern.get("owner") or parties.owner_for(
        draft.area, pattern["sector"], pattern["code"], pattern["funds"], size_yi
    )
    involved = parties.parties_for(
        draw,
        area=draft.area,
        kind=pattern["kind"],
        owner=owner,
        officer="officer" if named else parties.OFFICERS[draft.number % len(parties.OFFICERS)],
        built=draft.group in ("construction", "completed", "acceptance"),
        designed=draft.group != "reserve",
        given=pattern if named else {},
    )
    return owner, involved


def _words(
    draw: Random, pattern: Mapping[str, Any], short: str
) -> tuple[str, str, tuple[Mapping[str, Any], ...]]:
    """Name, content and scale as structured quantities."""
    if "key" in pattern:
        scale = tuple({"item": item, "quantity": n, "unit": unit} for item, n, unit in pattern["scale"])
        return pattern["name"], pattern["content"], scale
    low, high = pattern["scale"]
    amount = round(draw.uniform(low, high)) if high >= 20 else round(draw.uniform(low, high), 1)
    quantity = ({"item": "建设规模", "quantity": amount, "unit": pattern["unit"]},)
    return pattern["name"].format(c=short), pattern["content"].format(n=f"{amount:g}"), quantity


def _points(draw: Random, draft: _Draft) -> float:
    """Points ahead of (+) or behind (-) the plan at the end of the series."""
    if "pace" in draft.pattern:
        return float((draft.pattern["pace"] - 1) * 60)
    if draft.number in FAR_BEHIND:
        return draw.uniform(-40, -33)
    points = money.pace_of(draw)
    return max(points, -26.0)


def _dates(draw: Random, draft: _Draft, today: date, points: float) -> _Dates:
    pattern, group = draft.pattern, draft.group
    if group == "construction":
        if "start" in pattern:
            start, finish = shift(today, pattern["start"]), shift(today, pattern["finish"])
            forecast = shift(finish, -pattern.get("ahead", 0))
        else:
            elapsed = draw.uniform(15, 22) if draft.number in FAR_BEHIND else draw.uniform(2, 22)
            rest = draw.uniform(4, 9) if draft.number in FAR_BEHIND else draw.uniform(3, 20)
            start, finish = shift(today, -elapsed), shift(today, rest)
            forecast = shift(finish, -points / 100 * (elapsed + rest))
        return _Dates(start, finish, forecast, shift(start, draw.uniform(0, 0.6)), None)
    if group == "acceptance":
        finish = shift(today, draw.uniform(-0.8, 1.2))
        start = shift(finish, -draw.uniform(16, 26))
        return _Dates(start, finish, finish, start, None)
    if group == "completed":
        finish = shift(today, -draw.uniform(2.5, 20))
        start = shift(finish, -draw.uniform(14, 30))
        return _Dates(start, finish, None, start, shift(finish, draw.uniform(-1.5, 1.2)))
    wait = {"tender": (1, 5), "design": (3, 9), "reserve": (8, 22)}[group]
    start = shift(today, draw.uniform(*wait))
    if group == "tender" and draft.number % 9 == 0:
        start = shift(today, -1.2)  # a planned start that was missed: the lamp shows it
    finish = shift(start, draw.uniform(14, 30))
    return _Dates(start, finish, finish, None, None)


def _months(
    draw: Random, group: str, dates: _Dates, today: date, *, total: int, points: float
) -> tuple[DemoMonth, ...]:
    start, finish = dates.actual_start, dates.actual_finish or dates.planned_finish
    if start is None or finish is None:
        return ()
    done = group in ("completed", "acceptance")
    end = max(min(finish, today), start)
    return money.monthly(
        draw,
        start=start,
        finish=end if done else finish,
        today=today,
        total=total,
        points=draw.uniform(-3, 1) if done else points,
        done=done,
    )


def _plan_class(group: str, dates: _Dates, today: date) -> str:
    if group == "reserve":
        return "reserve"
    if group in ("completed", "acceptance"):
        return "completing"
    start, finish = dates.planned_start, dates.planned_finish
    if start is None or start.year >= today.year:
        return "new_start"
    return "completing" if finish is not None and finish.year <= today.year else "continuing"


def _status(draft: _Draft) -> str:
    if draft.group == "completed":
        return "finished"
    first_design = sum(BUILDING.values()) + OTHERS["reserve"] + OTHERS["completed"] + 1
    suspended = draft.group == "design" and draft.number < first_design + SUSPENDED_DESIGNS
    return "suspended" if suspended else "active"


def _permit(draft: _Draft, dates: _Dates) -> date | None:
    if dates.actual_start is None or draft.number == WITHOUT_PERMIT:
        return None
    return shift(dates.actual_start, -0.5)


def _old_scheme(draft: _Draft) -> bool:
    """A few completed projects were approved before November 2020."""
    return draft.group == "completed" and draft.number % 20 == 0


def _code(draw: Random, draft: _Draft, approved: date, used: set[str]) -> str:
    """A project code of the right form; its check digit is invented like the rest."""
    time = (
        f"{draw.choice((2018, 2019))}"
        if _old_scheme(draft)
        else f"{approved.year % 100:02d}{approved.month:02d}"
    )
    kind = "02" if draft.pattern["funds"] == "enterprise" else "01"
    while True:
        code = f"{time}-{CODE_AREA.get(draft.area, draft.area)}-04-{kind}-{draw.randrange(10**6):06d}"
        if code not in used:
            used.add(code)
            return code
