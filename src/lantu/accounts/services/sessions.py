"""At most a few sessions per person: the oldest gives way, and a stolen cookie has little company."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.events import SessionEnded, SignedIn
from lantu.accounts.models import SignIn, User
from lantu.core.refusals import Missing
from lantu.core.services.emit import emit


@transaction.atomic
def keep_session(user: User, *, session_key: str, address: str, device: str, now: datetime) -> SignIn:
    """Remember this session as the person's newest and end those beyond MAX_SESSIONS_PER_USER."""
    User.objects.select_for_update().get(pk=user.pk)
    found, created = SignIn.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "started_at": now, "address": address[:45], "device": device[:200]},
    )
    alive = _alive(user, now)
    surplus = alive[settings.MAX_SESSIONS_PER_USER :]
    _end([row.session_key for row in surplus])
    for _row in surplus:
        emit(SessionEnded(subject_id=user.pk, how="limit"), actor=user, at=now)
    if created:
        emit(SignedIn(subject_id=user.pk, address=address[:45]), actor=user, at=now)
    return found


def sessions_of(user: User, *, now: datetime) -> list[SignIn]:
    """The person's sessions that are still good, newest first."""
    return _alive(user, now)


@transaction.atomic
def end_session(user: User, *, sign_in_id: int, now: datetime, actor: User) -> None:
    """End one session of the person. Raises Missing when it is not theirs."""
    row = SignIn.objects.filter(pk=sign_in_id, user=user).first()
    if row is None:
        raise Missing("accounts.no_session", _("没有这个登录会话。"))
    _end([row.session_key])
    emit(SessionEnded(subject_id=user.pk, how="ended"), actor=actor, at=now)


def end_sessions(user: User) -> None:
    """End all sessions of the person; the caller's event says why."""
    _end(list(SignIn.objects.filter(user=user).values_list("session_key", flat=True)))


def _alive(user: User, now: datetime) -> list[SignIn]:
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    return list(SignIn.objects.filter(user=user, session_key__in=live).order_by("-started_at", "-pk"))


def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(session_key__in=keys).delete()
