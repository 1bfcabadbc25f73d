"""Reads of duties. Lists start from what the reader may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from lantu.accounts.models import Grant, User
from lantu.accounts.roles import Role
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event
from lantu.core.refusals import Missing, Refused
from lantu.duties.models import Duty, Notice, Slip
from lantu.projects.models import Party
from lantu.projects.selectors import visible_projects

GOVERNMENT = frozenset({"bureau", "department", "county"})
WORK_ROWS = 12


def is_about_duties(duty: Duty) -> bool:
    """A decision about another duty: it can be handed over, but not bounced, stopped or extended."""
    return duty.subject_type.startswith("duties.")


def visible_duties(reader: Any) -> QuerySet[Duty]:
    """One's own, those one was told of, one's unit's, and those of the projects that one may see."""
    mine = Q(holder=reader) | Q(opened_by=reader) | Q(handed_by=reader)
    scope = scope_of(reader)
    if scope.is_empty:
        return Duty.objects.filter(mine)
    if scope.city:
        return Duty.objects.all()
    reach = mine | Q(project__in=visible_projects(reader).values("pk"))
    reach |= Q(pk__in=Notice.objects.filter(recipient=reader).values("duty_id"))
    if reader.organisation_id is not None:
        reach |= Q(unit_id=reader.organisation_id)
    return Duty.objects.filter(reach)


def get_visible_duty(reader: Any, pk: int) -> Duty:
    """The duty with its people. Raises Missing when it is not there for this reader."""
    found = (
        visible_duties(reader)
        .select_related("project", "holder", "unit__head", "opened_by", "handed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Missing("duties.unknown", _("没有这项责任，或您无权查看。"))
    return found


def by_consequence(rows: QuerySet[Duty], now: datetime) -> QuerySet[Duty]:
    """Gravest first; within a grade the overdue ones, then the nearest due time. A stopped clock waits."""
    overdue = Case(
        When(stopped_since__isnull=False, then=Value(2)),
        When(due_at__lt=now, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.order_by("-severity", overdue, "due_at", "pk")


def open_duties_of(user: User) -> QuerySet[Duty]:
    """What this person owes now."""
    return _with_people(Duty.objects.filter(holder=user, closed_at=None))


def open_duties_of_unit(user: User) -> QuerySet[Duty]:
    """What the person's unit owes now, whoever holds it."""
    if user.organisation_id is None:
        return Duty.objects.none()
    return _with_people(visible_duties(user).filter(unit_id=user.organisation_id, closed_at=None))


def open_duties_sent_by(user: User) -> QuerySet[Duty]:
    """What the person put into other hands and is not done yet."""
    return _with_people(
        Duty.objects.filter(Q(handed_by=user) | Q(opened_by=user), closed_at=None).exclude(holder=user)
    )


def week_duties(user: User, now: datetime) -> QuerySet[Duty]:
    """What a leader looks at on Monday: one's own, what has turned red, what climbed to the leaders, and what
    is grave and due this week, of all that the reader may see.
    """
    soon = Q(severity__gte=3, due_at__lte=now + timedelta(days=7))
    rows = visible_duties(user).filter(closed_at=None)
    return _with_people(
        rows.filter(Q(holder=user) | Q(slip=Slip.RED) | Q(due_at__lt=now) | Q(level__gte=2) | soon)
    )


def overdue(rows: QuerySet[Duty], now: datetime) -> QuerySet[Duty]:
    """Open, past their due time, with a running clock."""
    return rows.filter(closed_at=None, due_at__lt=now, stopped_since=None)


def closed_duties_of(user: User) -> QuerySet[Duty]:
    """What the person has done, latest first."""
    return _with_people(Duty.objects.filter(holder=user, closed_at__isnull=False)).order_by(
        "-closed_at", "-pk"
    )


def coming_to(user: User) -> Duty | None:
    """What is most likely to land here next: the nearest due duty of the unit or of what the person sent out."""
    near = Q(handed_by=user)
    if user.organisation_id is not None:
        near |= Q(unit_id=user.organisation_id)
    rows = visible_duties(user).filter(near, closed_at=None).exclude(holder=user)
    return _with_people(rows).order_by("due_at").first()


def escalated_to(user: User, *, limit: int) -> list[Notice]:
    """Open duties whose ladder reached this person, highest rung and longest overdue first, each once."""
    rows = (
        Notice.objects.filter(recipient=user, kind=Notice.Kind.ESCALATION, duty__closed_at=None)
        .exclude(duty__holder=user)
        .select_related("duty__project", "duty__holder", "duty__unit")
        .order_by("duty_id", "-sent_at")
        .distinct("duty_id")
    )
    return sorted(rows, key=lambda notice: (-notice.duty.level, notice.duty.due_at))[:limit]


def unseen_count(user: User) -> int:
    """The number on the bell."""
    return Notice.objects.filter(recipient=user, seen_at=None).count()


def notices_of(user: User) -> QuerySet[Notice]:
    """What the person was told, latest first."""
    return (
        Notice.objects.filter(recipient=user)
        .select_related("duty__project", "duty__holder")
        .order_by("-sent_at", "-pk")
    )


def events_about(duty: Duty, *, limit: int = 100) -> list[Event]:
    """The story of the duty and of the thing it is about, latest first."""
    rows = Event.objects.filter(
        Q(subject_type="duties.duty", subject_id=duty.pk)
        | Q(subject_type=duty.subject_type, subject_id=duty.subject_id)
    )
    return list(rows.select_related("actor").order_by("-id")[:limit])


def people_in_role(role: str, now: datetime, *, city: bool = True) -> list[User]:
    """Active people who hold ``role`` now (with reach over the whole city), by user name."""
    grants = Grant.objects.filter(role=role).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    if city:
        grants = grants.filter(reach="city")
    return list(
        User.objects.filter(is_active=True, pk__in=grants.values("user_id"))
        .select_related("organisation__head", "deputy")
        .order_by("username")
    )


def officers_for(duty: Duty, now: datetime) -> list[User]:
    """The bureau's officer of the project, else all officers."""
    if duty.project_id is not None:
        party = (
            Party.objects.filter(project_id=duty.project_id, role=Party.Role.OFFICER)
            .select_related("contact__organisation__head")
            .first()
        )
        if party is not None and party.contact.is_active:
            return [party.contact]
    return people_in_role(Role.OFFICER, now)


def head_of(duty: Duty) -> User | None:
    """The head of the holder's unit, or of its parent when the holder is the head."""
    unit = duty.unit
    if unit.head is not None and unit.head_id != duty.holder_id:
        return unit.head
    parent = unit.parent
    return parent.head if parent is not None and parent.head_id != duty.holder_id else None


def told_at(duty: Duty, level: int, now: datetime) -> list[User]:
    """Everybody who is told at this rung: the holder, and each rung's people up to it.

    1 the unit's head, 2 the bureau's leaders, 3 the bureau's officer who supervises, 4 the deputy mayor,
    5 the same people: the duty goes to the next joint meeting.
    """
    people = [duty.holder]
    head = head_of(duty) if level >= 1 else None
    if head is not None:
        people.append(head)
    if level >= 2:
        people += people_in_role(Role.DIRECTOR, now)
    if level >= 3:
        people += officers_for(duty, now)
    if level >= 4:
        people += people_in_role(Role.VICEMAYOR, now)
    return [person for person in people if person.is_active]


def arbiter_for(duty: Duty, *, not_user: User, now: datetime) -> User:
    """The bureau's officer who decides after a second bounce. Raises Refused when there is none."""
    candidates = [
        *officers_for(duty, now),
        *people_in_role(Role.OFFICER, now),
        *people_in_role(Role.DIRECTOR, now),
    ]
    for person in candidates:
        if person.pk not in {not_user.pk, duty.holder_id} and person.organisation_id is not None:
            return person
    raise Refused(
        "duties.no_arbiter", _("没有可以裁定的局经办。"), remedy=_("请联系系统管理员为局经办授权。")
    )


def decider_for(duty: Duty, *, rung: int, not_user: User, now: datetime) -> User:
    """Who decides a request about ``duty``: rung 1 the unit's head (government) or the bureau's officer, rung 2
    a leader of the bureau. Never the one who asks nor the holder. Raises Refused when there is nobody.
    """
    candidates: list[User] = []
    if rung < 2:
        head = head_of(duty) if duty.unit.kind in GOVERNMENT else None
        candidates = ([head] if head is not None else []) + officers_for(duty, now)
    candidates += [*people_in_role(Role.DIRECTOR, now), *people_in_role(Role.VICEMAYOR, now)]
    for person in candidates:
        if person.is_active and person.organisation_id and person.pk not in {not_user.pk, duty.holder_id}:
            return person
    raise Refused(
        "duties.no_decider",
        _("没有可以审批的上级。"),
        remedy=_("请联系系统管理员核对单位负责人和局领导的授权。"),
    )


def people_for_handover(duty: Duty, *, whole_city: bool) -> QuerySet[User]:
    """Whom the duty may be passed to: colleagues, or with ``whole_city`` also the project's parties and officials."""
    people = User.objects.filter(is_active=True, organisation__isnull=False).exclude(pk=duty.holder_id)
    reach = Q(organisation_id=duty.unit_id)
    if whole_city:
        reach |= Q(organisation__kind__in=GOVERNMENT)
        if duty.project_id is not None:
            reach |= Q(pk__in=Party.objects.filter(project_id=duty.project_id).values("contact_id"))
    blind = Grant.objects.filter(role__in=[Role.SYSADMIN, Role.SECADMIN]).values("user_id")
    return (
        people.filter(reach)
        .exclude(pk__in=blind)
        .select_related("organisation")
        .order_by("organisation__name", "username")
    )


def _with_people(rows: QuerySet[Duty]) -> QuerySet[Duty]:
    return rows.select_related("project", "holder", "unit", "handed_by")
