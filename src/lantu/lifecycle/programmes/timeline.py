"""Coordinates of the lanes drawing: bars of members, goals and diamonds of milestones. Drawn by the template as SVG."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from lantu.calc.rollup import Member, MemberState
from lantu.lifecycle.programmes.models import Programme, ProgrammeMember, ProgrammeMilestone
from lantu.lifecycle.programmes.selectors import GoalRow, Past, lane_label
from lantu.lifecycle.programmes.states import MilestoneState
from lantu.packs.load import national

WIDTH, LEFT, TOP, ROW = 1180, 232, 34, 22
LANE_HEAD, GOAL_ROW = 26, 18
NAME_SIGNS = 15
TONES = {
    MemberState.FINISHED: "done",
    MemberState.ON_PLAN: "ok",
    MemberState.BEHIND: "bad",
    MemberState.NOT_BEGUN: "none",
    MemberState.UNREPORTED: "unknown",
}


@dataclass(frozen=True)
class Bar:
    """A member: the planned span as outline, the share done as fill."""

    name: str
    title: str
    url: str
    y: int
    text_y: int
    x: float
    width: float
    done: float
    tone: str
    pct: str


@dataclass(frozen=True)
class Diamond:
    """A milestone. ``points``: the polygon."""

    title: str
    url: str
    points: str
    tone: str


@dataclass
class Band:
    """One lane with its goals in words, bars and diamonds."""

    label: str
    unit: str
    y: int
    text_y: int
    height: int = 0
    goals_y: int = 0
    goals: list[str] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    diamonds: list[Diamond] = field(default_factory=list)


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    left: int
    top: int
    ticks: list[Tick]
    today_x: float | None
    bands: list[Band]


def draw(
    programme: Programme,
    past: Past,
    milestones: list[ProgrammeMilestone],
    goals: list[GoalRow],
    *,
    now: datetime,
) -> Drawing:
    """The drawing of a programme as it stands at ``now``."""
    today = timezone.localtime(now).date()
    scale = _Scale(programme.starts_on, programme.finishes_on)
    y, bands = TOP, []
    for lane in programme.lanes:
        band = Band(label=lane_label(programme, lane["key"]), unit=lane.get("unit", ""), y=y, text_y=y + 17)
        band.goals = [_goal_words(row) for row in goals if row.goal.lane == lane["key"]]
        band.diamonds = [_diamond(row, scale, y, today) for row in milestones if row.lane == lane["key"]]
        y += LANE_HEAD
        if band.goals:
            band.goals_y = y + 10
            y += GOAL_ROW
        for member in past.present(today):
            if member.lane == lane["key"]:
                band.bars.append(_bar(member, past.at(member, today), scale, y))
                y += ROW
        y += 8
        band.height = y - band.y
        bands.append(band)
    return Drawing(
        width=WIDTH,
        height=y + 4,
        left=LEFT,
        top=TOP,
        ticks=scale.ticks(),
        today_x=scale.x(today) if programme.starts_on <= today <= programme.finishes_on else None,
        bands=bands,
    )


class _Scale:
    def __init__(self, start: date, finish: date) -> None:
        self.start, self.finish = start, finish
        self.days = max((finish - start).days, 1)

    def x(self, day: date) -> float:
        share = min(max((day - self.start).days / self.days, 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - 10), 1)

    def ticks(self) -> list[Tick]:
        step = 3 if self.days > 400 else 1
        found, day = [], self.start.replace(day=1)
        while day <= self.finish:
            if day >= self.start and (day.month - 1) % step == 0:
                found.append(Tick(self.x(day), f"{day:%Y-%m}"))
            day = (day + timedelta(days=32)).replace(day=1)
        return found


def _goal_words(row: GoalRow) -> str:
    value = "—" if row.value is None else f"{row.value:g}"
    share = "" if row.share_pct is None else f"（{row.share_pct:g}%）"
    return f"{row.goal.name} {value}/{row.goal.target.normalize():f} {row.goal.unit}{share}"


def _bar(member: ProgrammeMember, facts: Member, scale: _Scale, y: int) -> Bar:
    project = member.project
    start = project.actual_start_on or project.planned_start_on or scale.start
    finish = max(project.actual_finish_on or project.planned_finish_on or scale.finish, start)
    left, right = scale.x(start), scale.x(finish)
    width = max(right - left, 3.0)
    pct = facts.counted_pct
    name = project.name if len(project.name) <= NAME_SIGNS else f"{project.name[: NAME_SIGNS - 1]}…"
    return Bar(
        name=name,
        title=f"{project.name} {start} — {finish}",
        url=project.get_absolute_url(),
        y=y,
        text_y=y + 13,
        x=left,
        width=round(width, 1),
        done=round(width * (pct or 0) / 100, 1),
        tone=TONES[facts.state(national().programmes.behind_points)],
        pct="—" if pct is None else f"{pct:g}%",
    )


def _diamond(row: ProgrammeMilestone, scale: _Scale, y: int, today: date) -> Diamond:
    x, middle, size = scale.x(row.done_on or row.due_on), y + 13, 7
    tone = {
        MilestoneState.DONE: "done",
        MilestoneState.DROPPED: "none",
        MilestoneState.REPORTED: "wait",
    }.get(MilestoneState(row.state), "bad" if row.due_on < today else "ok")
    points = f"{x},{middle - size} {x + size},{middle} {x},{middle + size} {x - size},{middle}"
    return Diamond(
        title=f"{row.name} {row.due_on} {row.get_state_display()}",
        url=row.get_absolute_url(),
        points=points,
        tone=tone,
    )
