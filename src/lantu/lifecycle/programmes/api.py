"""Programmes over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.programmes import schemas as shapes
from lantu.lifecycle.programmes import selectors, services
from lantu.lifecycle.programmes.cases.api import router as cases_router
from lantu.lifecycle.programmes.models import Programme, ProgrammeMilestone
from lantu.lifecycle.programmes.states import ProgrammeState
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible, visible_projects

router = Router(tags=["行动计划与模板"])
router.add_router("", cases_router)
_PLAIN = ("id", "name", "state", "starts_on", "finishes_on", "county_codes", "lanes", "edited_no")


def shown(programme: Programme) -> dict[str, Any]:
    """A programme as lists show it."""
    return {name: getattr(programme, name) for name in _PLAIN} | {
        "lead_unit": programme.lead_unit.name,
        "steward": str(programme.steward),
        "approver": str(programme.approver),
        "url": programme.get_absolute_url(),
    }


def _milestone(row: ProgrammeMilestone) -> dict[str, Any]:
    names = (
        "id", "name", "lane", "done_when", "due_on", "original_due_on", "state", "done_on",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "owner": str(row.owner),
        "project": row.project.code if row.project else None,
        "url": row.get_absolute_url(),
    }


def _progress(programme: Programme, reader: Any, at: datetime) -> dict[str, Any]:
    found = selectors.programme_progress(programme, at, reader)
    return asdict(found.rolled) | {
        "states": found.states,
        "left_out": list(found.left_out),
        "as_of": found.as_of,
        "rows": selectors.rows_address(programme),
    }


def _in_full(reader: Any, pk: int) -> dict[str, Any]:
    programme = selectors.get_visible_programme(reader, pk)
    now = timezone.now()
    goals = [
        {"id": row.goal.pk, "name": row.goal.name, "lane": row.goal.lane, "unit": row.goal.unit,
         "target": float(row.goal.target), "measure": row.goal.measure, "value": row.value, "on": row.on,
         "source": row.source}
        for row in selectors.goal_rows(programme, now)
    ]  # fmt: skip
    names = ("id", "lane", "joined_on", "join_reason", "left_on", "leave_reason")
    return shown(programme) | {
        "summary": programme.summary,
        "basis": programme.basis,
        "geometry": programme.geometry,
        "progress": _progress(programme, reader, now),
        "goals": goals,
        "members": [
            {name: getattr(row, name) for name in names}
            | {"project": row.project.code, "name": row.project.name}
            for row in selectors.members_of(programme, reader)
        ],
        "milestones": [_milestone(row) for row in programme.milestones.select_related("owner", "project")],
    }


def clean(text: str, field: str) -> str:
    """A text that a database takes."""
    if "\x00" in text:
        raise Unacceptable("programmes.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def person(username: str, field: str) -> User:
    """The active account with this name."""
    found = (
        User.objects.filter(username=clean(username, field), is_active=True)
        .select_related("organisation")
        .first()
    )
    if found is None:
        raise Unacceptable("programmes.unknown_person", _("没有这个账号。"), field=field)
    return found


def number(value: float, field: str) -> Decimal:
    """A finite number of the request. Raises Unacceptable for NaN and infinity."""
    found = Decimal(str(value))
    if not found.is_finite():
        raise Unacceptable("programmes.bad_value", _("请填写数字。"), field=field)
    return found


def _asked(request: HttpRequest, pk: int) -> tuple[Any, Programme, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.programmes_read")
    return user, selectors.get_visible_programme(user, pk), timezone.now()


def _projects(reader: Any, codes: list[str]) -> list[Project]:
    wanted = [clean(code, "projects") for code in codes]
    found = {row.code: row for row in visible_projects(reader).filter(code__in=wanted)}
    if missing := [code for code in wanted if code not in found]:
        raise Unacceptable(
            "programmes.unknown_project",
            _("没有找到代码为 %(codes)s 的项目。") % {"codes": "、".join(missing)[:120]},
            field="projects",
        )
    return list(found.values())


@router.get("/programmes", response=Page[shapes.ProgrammeOut], summary="行动计划")
def list_programmes(request: HttpRequest, wanted: Query[shapes.PageQuery]) -> dict[str, Any]:
    """Programmes that the caller may see, newest first."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.programmes_read")
    rows = selectors.visible_programmes(user)
    if wanted.state in ProgrammeState.values:
        rows = rows.filter(state=wanted.state)
    return page_of(rows, cursor=wanted.cursor, limit=wanted.limit, order="-id", shape=shown)


@router.post("/programmes", response={201: shapes.ProgrammeDetail}, summary="新建行动计划")
def draft_programme(request: HttpRequest, body: shapes.ProgrammeIn) -> Status[dict[str, Any]]:
    """Draft a programme."""
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.programmes_edit")
    unit = Organisation.objects.filter(pk=body.lead_unit).first() if 0 < body.lead_unit < 2**62 else None
    if unit is None:
        raise Unacceptable("programmes.unknown_unit", _("没有这个单位。"), field="lead_unit")
    made = services.draft_programme(
        lead_unit=unit,
        steward=person(body.steward, "steward"),
        approver=person(body.approver, "approver"),
        by=user,
        now=timezone.now(),
        **body.dict(exclude={"lead_unit", "steward", "approver"}),
    )
    return Status(201, _in_full(user, made.pk))


@router.get("/programmes/{int:pk}", response=shapes.ProgrammeDetail, summary="行动计划详情")
def get_programme(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One programme with its roll-up as of now."""
    user, programme, _now = _asked(request, pk)
    return _in_full(user, programme.pk)


@router.patch("/programmes/{int:pk}", response=shapes.ProgrammeDetail, summary="修改行动计划")
def edit_programme(request: HttpRequest, pk: int, body: shapes.ProgrammePatch) -> dict[str, Any]:
    """Change the fields given; ``edited_no`` as it was seen, a stale one is answered with 409."""
    user, programme, now = _asked(request, pk)
    values = body.dict(exclude_unset=True, exclude={"edited_no", "reason"})
    values = {key: value for key, value in values.items() if value is not None or key == "geometry"}
    services.edit_programme(
        programme, edited_no=body.edited_no, values=values, reason=body.reason, by=user, now=now
    )
    return _in_full(user, pk)


@router.get("/programmes/{int:pk}/progress", response=shapes.ProgressOut, summary="加权进度")
def progress(request: HttpRequest, pk: int, as_of: datetime | None = None) -> dict[str, Any]:
    """The roll-up at a moment, from what had been reported by then; now by default."""
    user, programme, now = _asked(request, pk)
    if as_of is not None and timezone.is_naive(as_of):
        as_of = timezone.make_aware(as_of)
    return _progress(programme, user, min(as_of, now) if as_of else now)


@router.post("/programmes/{int:pk}/members", response=shapes.ProgrammeDetail, summary="纳入成员项目")
def join(request: HttpRequest, pk: int, body: shapes.JoinIn) -> dict[str, Any]:
    """Take projects in, all or none."""
    user, programme, now = _asked(request, pk)
    services.join_projects(
        programme,
        projects=_projects(user, body.projects),
        by=user,
        now=now,
        **body.dict(exclude={"projects"}),
    )
    return _in_full(user, pk)


@router.post(
    "/programmes/{int:pk}/members/{int:member}/leave",
    response=shapes.ProgrammeDetail,
    summary="成员项目退出",
)
def leave(request: HttpRequest, pk: int, member: int, body: shapes.LeaveIn) -> dict[str, Any]:
    """A member leaves, with the reason."""
    user, programme, now = _asked(request, pk)
    services.leave_project(
        programme, member=selectors.get_member(programme, member), by=user, now=now, **body.dict()
    )
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/goals", response=shapes.ProgrammeDetail, summary="设定目标")
def set_goal(request: HttpRequest, pk: int, body: shapes.GoalIn) -> dict[str, Any]:
    """A new goal, or another target of one with this name."""
    user, programme, now = _asked(request, pk)
    services.set_goal(
        programme, target=number(body.target, "target"), by=user, now=now, **body.dict(exclude={"target"})
    )
    return _in_full(user, pk)


@router.post(
    "/programmes/{int:pk}/goals/{int:goal}/values", response=shapes.ProgrammeDetail, summary="填报完成值"
)
def value_goal(request: HttpRequest, pk: int, goal: int, body: shapes.GoalValueIn) -> dict[str, Any]:
    """What had been reached by the end of a day."""
    user, programme, now = _asked(request, pk)
    services.value_goal(
        programme, goal=selectors.get_goal(programme, goal), on=body.on, value=number(body.value, "value"),
        note=body.note, by=user, now=now,
    )  # fmt: skip
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/milestones", response=shapes.ProgrammeDetail, summary="设定共同节点")
def add_milestone(request: HttpRequest, pk: int, body: shapes.MilestoneIn) -> dict[str, Any]:
    """A milestone with its one owner."""
    user, programme, now = _asked(request, pk)
    services.add_milestone(
        programme,
        owner=person(body.owner, "owner"),
        project=get_visible(user, clean(body.project, "project")) if body.project else None,
        by=user,
        now=now,
        **body.dict(exclude={"owner", "project"}),
    )
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/submit", response=shapes.ProgrammeDetail, summary="提请批准行动计划")
def submit(request: HttpRequest, pk: int, body: shapes.StepIn) -> dict[str, Any]:
    """Ask for approval."""
    user, programme, now = _asked(request, pk)
    services.submit_programme(programme, by=user, now=now, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/approve", response=shapes.ProgrammeDetail, summary="批准行动计划")
def approve(request: HttpRequest, pk: int, body: shapes.StepIn) -> dict[str, Any]:
    """Put it in force: somebody else than its writer and its steward."""
    user, programme, now = _asked(request, pk)
    services.approve_programme(programme, by=user, now=now, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/send-back", response=shapes.ProgrammeDetail, summary="退回行动计划")
def send_back(request: HttpRequest, pk: int, body: shapes.WhyIn) -> dict[str, Any]:
    """Back to whoever wrote it."""
    user, programme, now = _asked(request, pk)
    services.send_back_programme(programme, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/finish", response=shapes.ProgrammeDetail, summary="行动计划完成")
def finish(request: HttpRequest, pk: int, body: shapes.WhyIn) -> dict[str, Any]:
    """Close it as done."""
    user, programme, now = _asked(request, pk)
    services.finish_programme(programme, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/void", response=shapes.ProgrammeDetail, summary="取消行动计划")
def void(request: HttpRequest, pk: int, body: shapes.WhyIn) -> dict[str, Any]:
    """Call it off with its open milestones."""
    user, programme, now = _asked(request, pk)
    services.void_programme(programme, by=user, now=now, reason=body.reason, edited_no=body.edited_no)
    return _in_full(user, pk)


@router.post("/programmes/{int:pk}/checks", response={201: shapes.CheckOut}, summary="核对月度进展")
def check(request: HttpRequest, pk: int, body: shapes.CheckIn) -> Status[dict[str, Any]]:
    """Vouch for a month: the roll-up is frozen with its hash."""
    user, programme, now = _asked(request, pk)
    made = services.check_month(programme, by=user, now=now, **body.dict())
    return Status(
        201, {name: getattr(made, name) for name in ("id", "month", "figures", "sha256", "note", "at")}
    )


def _asked_milestone(request: HttpRequest, pk: int) -> tuple[Any, ProgrammeMilestone, datetime]:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.programmes_read")
    return user, selectors.get_visible_milestone(user, pk), timezone.now()


@router.post("/programmes/milestones/{int:pk}/move", response=shapes.MilestoneOut, summary="调整节点时限")
def move_milestone(request: HttpRequest, pk: int, body: shapes.MilestoneMoveIn) -> dict[str, Any]:
    """Another deadline, with the reason."""
    user, row, now = _asked_milestone(request, pk)
    return _milestone(services.move_milestone(row, by=user, now=now, **body.dict()))


@router.post("/programmes/milestones/{int:pk}/report", response=shapes.MilestoneOut, summary="报告节点完成")
def report_milestone(request: HttpRequest, pk: int, body: shapes.MilestoneReportIn) -> dict[str, Any]:
    """The owner says that it is reached."""
    user, row, now = _asked_milestone(request, pk)
    return _milestone(services.report_milestone(row, by=user, now=now, **body.dict()))


@router.post("/programmes/milestones/{int:pk}/confirm", response=shapes.MilestoneOut, summary="确认节点完成")
def confirm_milestone(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A second person confirms."""
    user, row, now = _asked_milestone(request, pk)
    return _milestone(services.confirm_milestone(row, by=user, now=now))


@router.post(
    "/programmes/milestones/{int:pk}/send-back", response=shapes.MilestoneOut, summary="退回节点报告"
)
def send_back_milestone(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Not reached after all."""
    user, row, now = _asked_milestone(request, pk)
    return _milestone(services.send_back_milestone(row, by=user, now=now, reason=body.reason))


@router.post("/programmes/milestones/{int:pk}/drop", response=shapes.MilestoneOut, summary="取消节点")
def drop_milestone(request: HttpRequest, pk: int, body: shapes.ReasonIn) -> dict[str, Any]:
    """Give a milestone up."""
    user, row, now = _asked_milestone(request, pk)
    return _milestone(services.drop_milestone(row, by=user, now=now, reason=body.reason))
