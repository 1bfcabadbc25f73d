"""Plan a patrol, open the round that is owed, count the periods in which nobody walked it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.hazards.risk_points.events import PatrolPlanned, PatrolStopped, RoundMissed, RoundOpened
from lantu.hazards.risk_points.models import PatrolPlan, PatrolRound, PatrolStop, RiskPoint
from lantu.hazards.risk_points.services.passing import ROUND_SUBJECT, lock_round, next_pk, unfit
from lantu.hazards.risk_points.states import OPEN_STATES, RoundState
from lantu.hazards.services.passing import clean_text, reason_of
from lantu.projects.models import Project

MOST_STOPS = 60
OPENS_AT = time(6, 0)


@transaction.atomic
def plan_patrol(
    *,
    project: Project,
    name: str,
    period_days: int,
    patroller: User,
    points: Sequence[RiskPoint],
    by: User,
    now: datetime,
    due_hour: int = 18,
    first_on: date | None = None,
) -> PatrolPlan:
    """A route of points, walked every ``period_days`` by ``patroller`` until ``due_hour`` of the day. Raises Refused
    for an empty route, points of another project, and a person who may not patrol here.
    """
    require(by, "risk_points.plan_patrol", project)
    name = clean_text(name, most=80)
    today = timezone.localtime(now).date()
    first = first_on or today
    if len(name) < 2:
        raise unfit("name", _("请写明计划名称。"), _("例如“基坑日巡”。"))
    if not 1 <= period_days <= 31:
        raise unfit("period_days", _("周期是 1 到 31 天。"), _("每天巡查填 1。"))
    if not 1 <= due_hour <= 23:
        raise unfit("due_hour", _("截止时间是 1 到 23 时。"))
    if first < today or (first - today).days > 366:
        raise unfit("first_on", _("首次巡查不能早于今天，也不能晚于一年后。"))
    if not may(patroller, "risk_points.patrol", project) or patroller.organisation_id is None:
        raise unfit("patroller", _("巡查人必须是本项目的人员。"), _("请从本项目人员中选择一位。"))
    route = list(dict.fromkeys(points))
    if not 1 <= len(route) <= MOST_STOPS:
        raise unfit("points", _("请选择 1 到 %(n)d 个风险点。") % {"n": MOST_STOPS})
    if any(point.project_id != project.pk or not point.is_open for point in route):
        raise unfit("points", _("路线只能包含本项目未结束的风险点。"), _("请刷新页面后重选。"))
    plan = PatrolPlan.objects.create(
        project=project,
        name=name,
        period_days=period_days,
        due_hour=due_hour,
        patroller=patroller,
        next_on=first,
        created_by=by,
        created_at=now,
    )
    PatrolStop.objects.bulk_create(
        PatrolStop(plan=plan, point=point, order=order) for order, point in enumerate(route, start=1)
    )
    emit(
        PatrolPlanned(
            project_id=project.pk, subject_id=plan.pk, period_days=period_days,
            point_ids=[point.pk for point in route], patroller_id=patroller.pk,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return plan


@transaction.atomic
def stop_patrol(plan: PatrolPlan, *, by: User, now: datetime, reason: str) -> PatrolPlan:
    """End a plan; a round that is open is cancelled with it. Raises Refused without a reason."""
    require(by, "risk_points.plan_patrol", plan.project)
    why = reason_of(reason)
    plan = PatrolPlan.objects.select_for_update(of=("self",)).select_related("project").get(pk=plan.pk)
    if plan.stopped_at is not None:
        raise Refused("risk_points.plan_stopped", _("这个巡查计划已经停用。"))
    plan.stopped_at = now
    plan.save(update_fields=["stopped_at"])
    for round_ in plan.rounds.filter(state=RoundState.OPEN):
        end_round(lock_round(round_), state=RoundState.CANCELLED, now=now, by=by)
    emit(PatrolStopped(project_id=plan.project_id, subject_id=plan.pk), actor=by, at=now, reason=why)
    return plan


def end_round(round_: PatrolRound, *, state: str, now: datetime, by: User | None) -> None:
    """Close a locked round and its duty."""
    round_.state, round_.closed_at = state, now
    round_.save(update_fields=["state", "closed_at"])
    if round_.duty is not None and round_.duty.closed_at is None:
        done = state == RoundState.DONE
        outcome = gettext_noop("巡查完成") if done else gettext_noop("巡查取消")
        close_duty(round_.duty, now=now, actor=by, outcome=outcome)


def open_due_rounds(*, now: datetime) -> int:
    """Open the round of every plan whose day has come; returns how many rounds were opened or counted as missed.

    A round that is still open when the next one would be due is not replaced: its duty stays with its holder, grows
    older on the ladder, and each period that passes is counted on it.
    """
    today = timezone.localtime(now).date()
    if timezone.localtime(now).time() < OPENS_AT:
        today -= timedelta(days=1)
    due = PatrolPlan.objects.filter(stopped_at=None, next_on__lte=today).values_list("pk", flat=True)
    return sum(_open_round(pk, today, now) for pk in list(due))


@transaction.atomic
def _open_round(plan_id: int, today: date, now: datetime) -> int:
    plan = (
        PatrolPlan.objects.select_for_update(of=("self",))
        .select_related("project", "patroller__organisation")
        .get(pk=plan_id)
    )
    if plan.stopped_at is not None or plan.next_on > today:
        return 0
    periods = (today - plan.next_on).days // plan.period_days + 1
    day = plan.next_on + timedelta(days=(periods - 1) * plan.period_days)
    plan.next_on = day + timedelta(days=plan.period_days)
    plan.save(update_fields=["next_on"])
    open_round = plan.rounds.filter(state=RoundState.OPEN).first()
    if open_round is not None:
        round_ = lock_round(open_round)
        round_.missed_periods += periods
        round_.save(update_fields=["missed_periods"])
        emit(
            RoundMissed(
                project_id=plan.project_id, subject_id=round_.pk, plan_id=plan.pk,
                missed_periods=round_.missed_periods,
            ),
            actor=None,
            at=now,
        )  # fmt: skip
        return periods
    if not plan.stops.filter(point__state__in=OPEN_STATES).exists():
        return 0
    _new_round(plan, day, now)
    return 1


def _new_round(plan: PatrolPlan, day: date, now: datetime) -> PatrolRound:
    due_at = timezone.make_aware(datetime.combine(day, time(plan.due_hour)))
    round_ = PatrolRound(
        pk=next_pk("hazards_patrolround"),
        plan=plan,
        project=plan.project,
        patroller=plan.patroller,
        opened_at=now,
        due_at=max(due_at, now),
    )
    worst = max(plan.points.filter(state__in=OPEN_STATES).values_list("grade", flat=True))
    round_.duty = open_duty(
        subject_type=ROUND_SUBJECT,
        subject_id=round_.pk,
        project=plan.project,
        step="patrol",
        title=f"{plan.name} · {plan.project.name}"[:200],
        action_label=gettext_noop("现场巡查"),
        action_url=reverse("hazards:patrol_round", args=[round_.pk]),
        holder=plan.patroller,
        severity=worst,
        due_at=round_.due_at,
        now=now,
        actor=None,
    )
    round_.save(force_insert=True)
    emit(
        RoundOpened(
            project_id=plan.project_id, subject_id=round_.pk, plan_id=plan.pk, due_at=round_.due_at.isoformat()
        ),
        actor=None,
        at=now,
    )  # fmt: skip
    return round_
