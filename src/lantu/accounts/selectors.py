"""Reads of people, units, rights and the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import Grant, GrantRequest, Organisation, User
from lantu.accounts.permissions import may
from lantu.accounts.roles import Role
from lantu.accounts.scopes import scope_of
from lantu.core.models import ChainRoot, Event
from lantu.core.refusals import Missing

GOVERNMENT = ("bureau", "department", "county")


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """What the log is narrowed to. Empty means: not narrowed."""

    kind: str = ""
    actor: str = ""
    project_id: int | None = None
    subject: str = ""
    since: date | None = None
    until: date | None = None


def visible_people(reader: Any) -> QuerySet[User]:
    """Administrators and city-wide readers see everybody; others their own unit and the authorities."""
    people = User.objects.select_related("organisation").order_by("organisation__name", "username")
    if may(reader, "accounts.administer") or may(reader, "accounts.confirm") or scope_of(reader).city:
        return people
    return people.filter(
        Q(organisation_id=reader.organisation_id) | Q(organisation__kind__in=GOVERNMENT), is_active=True
    )


def people_matching(rows: QuerySet[User], words: str) -> QuerySet[User]:
    """Narrow by name, user name, title or unit."""
    if not words:
        return rows
    return rows.filter(
        Q(username__icontains=words)
        | Q(display_name__icontains=words)
        | Q(title__icontains=words)
        | Q(organisation__name__icontains=words)
    )


def get_person(pk: int) -> User:
    found = User.objects.select_related("organisation__head", "deputy").filter(pk=pk).first()
    if found is None:
        raise Missing("accounts.no_person", _("没有这位人员。"))
    return found


def get_organisation(pk: int) -> Organisation:
    found = Organisation.objects.select_related("parent", "head").filter(pk=pk).first()
    if found is None:
        raise Missing("accounts.no_organisation", _("没有这个单位。"))
    return found


def get_request(pk: int) -> GrantRequest:
    found = GrantRequest.objects.select_related("user").filter(pk=pk).first()
    if found is None:
        raise Missing("accounts.no_request", _("没有这项授权申请。"))
    return found


def organisations_matching(words: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Units by name or credit code, with the number of their active people."""
    rows = Organisation.objects.select_related("parent", "head").annotate(
        people_count=Count("people", filter=Q(people__is_active=True))
    )
    if kind:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(uscc__icontains=words)
        )
    return rows.order_by("kind", "name")


def grants_in_force(user: User, now: datetime) -> list[Grant]:
    return list(
        Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=user)
        .select_related("organisation", "granted_by")
        .order_by("role", "pk")
    )


def colleagues(user: User) -> QuerySet[User]:
    """Active people of the same unit: who may stand in."""
    if user.organisation_id is None:
        return User.objects.none()
    return User.objects.filter(organisation_id=user.organisation_id, is_active=True).exclude(pk=user.pk)


def log_events(narrow: LogFilter) -> QuerySet[Event]:
    """The whole house's events, latest first."""
    rows = Event.objects.select_related("actor", "on_behalf_of").order_by("-id")
    if narrow.kind:
        rows = rows.filter(kind__startswith=narrow.kind)
    if narrow.actor:
        people = User.objects.filter(Q(username=narrow.actor) | Q(display_name__icontains=narrow.actor))
        rows = rows.filter(actor__in=people.values("pk"))
    if narrow.project_id is not None:
        rows = rows.filter(project_id=narrow.project_id)
    if narrow.subject:
        kind, _colon, number = narrow.subject.rpartition(":")
        rows = rows.filter(subject_type=kind, subject_id=int(number)) if number.isdecimal() else rows.none()
    if narrow.since is not None:
        rows = rows.filter(at__gte=_midnight(narrow.since))
    if narrow.until is not None:
        rows = rows.filter(at__lt=_midnight(narrow.until + timedelta(days=1)))
    return rows


def chain_roots(limit: int = 31) -> list[ChainRoot]:
    """The daily roots, latest first."""
    return list(ChainRoot.objects.order_by("-day")[:limit])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class DemoAccount:
    """A demonstration account on the sign-in page."""

    username: str
    name: str
    role: str


def demo_logins() -> list[DemoAccount]:
    """The demonstration accounts that can sign in, in the order of the roles: one for each role."""
    rows = Grant.objects.filter(
        user__is_demo=True, user__is_active=True, user__username=F("role"), ends_at=None
    )
    found = {
        grant.role: DemoAccount(grant.user.username, str(grant.user), grant.get_role_display())
        for grant in rows.select_related("user")
    }
    return [found[role] for role in Role.values if role in found]
