"""API of levelling: ask for a run, read it, take its proposal over into a draft and back; discard a draft; float paths."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.schedule import schemas_levelling as shapes
from lantu.lifecycle.schedule import selectors, services
from lantu.lifecycle.schedule.api_shapes import clean
from lantu.lifecycle.schedule.float_paths import paths_into
from lantu.lifecycle.schedule.models_kept import ScheduleAdoption, ScheduleLevelling

router = Router()


def _user(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


@router.post("/schedules/levellings", response={202: shapes.LevellingOut})
def ask_levelling(request: HttpRequest, body: shapes.LevelIn) -> Status[dict[str, Any]]:
    """Ask for a levelling run; the worker computes it, read the result under its number."""
    now = timezone.now()
    try:
        from_on = date.fromisoformat(body.from_on) if body.from_on else timezone.localtime(now).date()
    except ValueError as error:
        raise Unacceptable("schedules.bad_day", _("日期写成 2026-11-22。"), field="from_on") from error
    codes = [clean(code, "resources") for code in body.resources]
    made = services.ask_levelling(codes=codes, from_on=from_on, by=_user(request), now=now)
    return Status(202, _levelling(made))


@router.get("/schedules/levellings/{int:pk}", response=shapes.LevellingOut)
def get_levelling(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One run with its proposal."""
    return _levelling(_run(request, pk))


def _run(request: HttpRequest, pk: int) -> ScheduleLevelling:
    require(_user(request), "lifecycle.schedule_level")
    run = ScheduleLevelling.objects.select_related("asked_by").filter(pk=pk).first() if pk < 2**62 else None
    if run is None:
        raise Missing("schedules.unknown", _("没有这次资源平衡。"))
    return run


def _levelling(run: ScheduleLevelling) -> dict[str, Any]:
    return {
        "id": run.pk, "state": run.state, "status": run.status, "asked_by": str(run.asked_by),
        "asked_at": run.asked_at, "finished_at": run.finished_at, "from_on": run.from_on.isoformat(),
        "resources": [row.code for row in run.resources.all()], "result": run.result, "problem": run.problem,
    }  # fmt: skip


@router.post("/schedules/levellings/{int:pk}/adopt", response={201: shapes.AdoptionOut})
def adopt(request: HttpRequest, pk: int, body: shapes.AdoptIn) -> Status[dict[str, Any]]:
    """Constrain the proposed starts in a revision of one plan, or in its open draft as it was read (409 when stale)."""
    user, run = _user(request), _run(request, pk)
    plan = selectors.get_visible(user, body.schedule)
    name = clean(body.responsible, "responsible")
    responsible = User.objects.filter(username=name, is_active=True).first()
    if responsible is None:
        raise Unacceptable("schedules.unknown_person", _("没有这个账号。"), field="responsible")
    draft = selectors.get_visible(user, body.draft) if body.draft is not None else None
    made = services.adopt_levelling(
        run, plan, responsible=responsible, reason=clean(body.reason, "reason"), by=user, now=timezone.now(), draft=draft,
        edited_no=body.edited_no,
    )  # fmt: skip
    return Status(201, _adoption(made))


@router.post("/schedules/adoptions/{int:pk}/undo", response=shapes.AdoptionOut)
def undo(request: HttpRequest, pk: int, body: shapes.UndoIn) -> dict[str, Any]:
    """Take an adoption back while its draft is one."""
    rows = ScheduleAdoption.objects.select_related("draft__project")
    found = rows.filter(pk=pk).first() if pk < 2**62 else None
    if found is None:
        raise Missing("schedules.no_adoption", _("没有这次采纳。"))
    selectors.get_visible(_user(request), found.draft_id)
    reason = clean(body.reason, "reason")
    return _adoption(services.undo_adoption(found, reason=reason, by=_user(request), now=timezone.now()))


def _adoption(one: ScheduleAdoption) -> dict[str, Any]:
    return {
        "id": one.pk, "run": one.run_id, "schedule": one.schedule_id, "draft": one.draft_id,
        "responsible": one.responsible.username, "reason": one.reason, "moves": one.moves,
        "adopted_at": one.adopted_at, "undone_at": one.undone_at,
    }  # fmt: skip


@router.post("/schedules/{int:pk}/discard", response=shapes.Discarded)
def discard(request: HttpRequest, pk: int, body: shapes.DiscardIn) -> dict[str, Any]:
    """A draft that nobody wants any more becomes history."""
    user = _user(request)
    gone = services.discard_draft(
        selectors.get_visible(user, pk), edited_no=body.edited_no, reason=clean(body.reason, "reason"), by=user,
        now=timezone.now(),
    )  # fmt: skip
    return {"id": gone.pk, "status": gone.status}


@router.get("/schedules/{int:pk}/float-paths", response=list[shapes.FloatPathOut])
def float_paths(request: HttpRequest, pk: int, asked: Query[shapes.PathQuery]) -> list[dict[str, Any]]:
    """The tightest chains into an activity (the one that ends last where none is named), each activity on one of them."""
    found = paths_into(
        selectors.get_visible(_user(request), pk), end_code=clean(asked.end, "end"), most=asked.most,
        by_total=asked.by == "total",
    )  # fmt: skip
    return [
        {
            "number": path.number, "activities": [row.code for row in path.activities],
            "joins": path.joins.code if path.joins else None, "gap_days": path.gap_days, "float_days": path.float_days,
        }
        for path in found.paths
    ]  # fmt: skip
