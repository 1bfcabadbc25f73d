"""Projects join a programme and leave it, each time with a reason and a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.programmes.events import ProjectLeft, ProjectsJoined
from lantu.lifecycle.programmes.models import Programme, ProgrammeMember
from lantu.lifecycle.programmes.services import passing
from lantu.projects.models import Project

MOST_AT_ONCE = 500


@transaction.atomic
def join_projects(
    programme: Programme,
    *,
    projects: Sequence[Project],
    lane: str,
    on: date,
    reason: str,
    by: User,
    now: datetime,
    edited_no: int | None = None,
) -> list[ProgrammeMember]:
    """Take projects in, all or none. Raises Refused naming those that are members already."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme, edited_no=edited_no)
    passing.must_be_open(programme)
    why = passing.reason_of(reason)
    must_know_lane(programme, lane)
    _fit_day(programme, on, now)
    chosen = {project.pk: project for project in projects}
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        raise passing.unfit("projects", _("每次纳入 1 到 %(n)d 个项目。") % {"n": MOST_AT_ONCE})
    there = programme.members.filter(left_on=None, project__in=chosen).select_related("project")
    if names := [row.project.name for row in there[:5]]:
        raise Refused(
            "programmes.member_already",
            _("已经是成员：%(names)s。") % {"names": "、".join(names)},
            remedy=_("一个项目在同一行动计划里只能有一条成员记录，请从清单里去掉它。"),
            field="projects",
        )
    rows = ProgrammeMember.objects.bulk_create(
        ProgrammeMember(
            programme=programme, project=project, lane=lane, joined_on=on, join_reason=why, joined_by=by
        )
        for project in chosen.values()
    )
    passing.save(programme)
    emit(
        ProjectsJoined(
            subject_id=programme.pk, codes=[project.code for project in chosen.values()], lane=lane, on=on.isoformat()
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return rows


@transaction.atomic
def leave_project(
    programme: Programme,
    *,
    member: ProgrammeMember,
    on: date,
    reason: str,
    by: User,
    now: datetime,
    edited_no: int | None = None,
) -> ProgrammeMember:
    """A member leaves on a day, with the reason; its time in the programme stays on record."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme, edited_no=edited_no)
    passing.must_be_open(programme)
    why = passing.reason_of(reason)
    row = (
        ProgrammeMember.objects.select_for_update(of=("self",))
        .select_related("project")
        .get(pk=member.pk, programme=programme)
    )
    if row.left_on is not None:
        raise Refused(
            "programmes.member_gone",
            _("“%(name)s”已于 %(day)s 退出。") % {"name": row.project.name, "day": row.left_on},
            remedy=_("请刷新页面。"),
        )
    if not row.joined_on <= on <= timezone.localtime(now).date():
        raise passing.unfit("on", _("退出日期应在纳入之后、今天之前。"))
    row.left_on, row.leave_reason, row.left_by = on, why, by
    row.save(update_fields=["left_on", "leave_reason", "left_by"])
    passing.save(programme)
    emit(
        ProjectLeft(subject_id=programme.pk, code=row.project.code, on=on.isoformat()),
        actor=by,
        at=now,
        reason=why,
    )
    return row


def must_know_lane(programme: Programme, lane: str) -> None:
    """Raises Unacceptable for a lane that the programme does not have."""
    if lane not in {row["key"] for row in programme.lanes}:
        raise passing.unfit("lane", _("没有这条并行线。"), _("请从列表里选择。"))


def _fit_day(programme: Programme, on: date, now: datetime) -> None:
    if on > timezone.localtime(now).date() or on > programme.finishes_on:
        raise passing.unfit("on", _("纳入日期不能晚于今天或计划结束。"))
