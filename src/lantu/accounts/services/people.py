"""People: added, changed, gone, back. Nobody is ever deleted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.events import PasswordReset, PersonAdded, PersonChanged, PersonLeft, PersonReturned
from lantu.accounts.models import ApiToken, Organisation, User
from lantu.accounts.permissions import require
from lantu.accounts.services.sessions import end_sessions
from lantu.core.refusals import Denied, Refused
from lantu.core.services.emit import emit

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CHANGEABLE = ("display_name", "title", "phone", "email", "organisation", "deputy")


def first_password() -> str:
    """Twelve characters in groups, without those that look alike."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def require_free_name(username: str) -> None:
    """Raises Refused where somebody has this user name already, in whatever case."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(
            "accounts.username_taken",
            _("用户名 %(username)s 已被使用。") % {"username": username},
            remedy=_("请换一个用户名。"),
            field="username",
        )


@transaction.atomic
def add_person(
    *,
    username: str,
    display_name: str,
    organisation: Organisation,
    now: datetime,
    actor: User,
    title: str = "",
    phone: str = "",
    email: str = "",
) -> tuple[User, str]:
    """Create the account without any right. Returns the person and the first password, readable only now."""
    require(actor, "accounts.administer")
    require_free_name(username)
    password = first_password()
    person = User.objects.create_user(
        username=username,
        password=password,
        display_name=display_name,
        organisation=organisation,
        title=title,
        phone=phone,
        email=email,
        must_change_password=True,
    )
    emit(
        PersonAdded(subject_id=person.pk, username=username, organisation_id=organisation.pk),
        actor=actor,
        at=now,
    )
    return person, password


@transaction.atomic
def change_person(person: User, *, changes: dict[str, Any], now: datetime, actor: User) -> User:
    """Take over the changed fields of ``changes`` (see CHANGEABLE). Raises Refused for other fields."""
    require(actor, "accounts.administer")
    person = User.objects.select_for_update().get(pk=person.pk)
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise Refused(
            "accounts.unknown_field", _("不能修改：%(join)s。") % {"join": ", ".join(sorted(unknown))}
        )
    changed = sorted(name for name, value in changes.items() if getattr(person, name) != value)
    if not changed:
        return person
    for name in changed:
        setattr(person, name, changes[name])
    person.save(update_fields=changed)
    emit(PersonChanged(subject_id=person.pk, fields=changed), actor=actor, at=now)
    return person


@transaction.atomic
def deactivate_person(person: User, *, reason: str, now: datetime, actor: User) -> User:
    """The person leaves: sign-in, sessions and tokens end at once; the event moves the duties."""
    require(actor, "accounts.administer")
    if person.pk == actor.pk:
        raise Denied(
            "accounts.not_oneself", _("不能停用自己的账号。"), remedy=_("请由另一位系统管理员办理。")
        )
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refused("accounts.already_left", _("%(person)s 已停用。") % {"person": person})
    person.is_active = False
    person.save(update_fields=["is_active"])
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=now)
    end_sessions(person)
    emit(PersonLeft(subject_id=person.pk, username=person.username), actor=actor, at=now, reason=reason)
    return person


@transaction.atomic
def reactivate_person(person: User, *, reason: str, now: datetime, actor: User) -> User:
    """The person is back. Nothing that was handed over comes back by itself."""
    require(actor, "accounts.administer")
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.is_active:
        raise Refused("accounts.still_here", _("%(person)s 在岗，无需恢复。") % {"person": person})
    person.is_active = True
    person.save(update_fields=["is_active"])
    emit(PersonReturned(subject_id=person.pk, username=person.username), actor=actor, at=now, reason=reason)
    return person


@transaction.atomic
def reset_password(person: User, *, now: datetime, actor: User) -> str:
    """Give a new first password and end all sessions. Returns its only readable copy."""
    require(actor, "accounts.administer")
    person = User.objects.select_for_update().get(pk=person.pk)
    password = first_password()
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    end_sessions(person)
    emit(PasswordReset(subject_id=person.pk), actor=actor, at=now)
    return password
