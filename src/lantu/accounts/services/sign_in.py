"""Signing in by password for a token, and what the log keeps of signing in."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lantu.accounts.events import PasswordChanged, SignInFailed
from lantu.accounts.models import User
from lantu.accounts.services.demo import demo_refused
from lantu.core.refusals import Denied, Refused
from lantu.core.services.emit import emit

MAX_FAILURES = 5
LOCK_SECONDS = 900


def sign_in_for_token(
    request: HttpRequest, *, username: str, password: str, code: str, address: str, now: datetime
) -> User:
    """The person whose name, password and (where set up) second factor are right.

    Raises Refused with 401 for wrong ones, 429 when the name is locked, and Denied for accounts that may
    not use the interface now.
    """
    key = f"token-failures:{username[:60].encode().hex()}"
    failures = cache.get(key, 0)
    if failures >= MAX_FAILURES:
        raise Refused("accounts.locked", _("失败次数过多，请 15 分钟后再试。"), status=429)
    clean = "\x00" not in username + password
    user = authenticate(request, username=username, password=password) if clean else None
    if not isinstance(user, User) or not _second_factor_holds(user, code):
        cache.set(key, failures + 1, LOCK_SECONDS)
        note_failed_sign_in(username, address=address, now=now)
        if isinstance(user, User):
            raise Refused("accounts.code_needed", _("该账号启用了两步验证，请提供正确的 code。"), status=401)
        raise Refused("accounts.wrong_password", _("用户名或密码不正确。"), status=401)
    if demo_refused(user):
        raise Denied(
            "accounts.demo_refused",
            _("演示账号只能在本机使用。"),
            remedy=_("请使用系统管理员分配的正式账号。"),
        )
    if user.must_change_password:
        raise Denied("accounts.first_password", _("请先登录网页，把初始密码改成自己的密码。"))
    cache.delete(key)
    return user


def _second_factor_holds(user: User, code: str) -> bool:
    """True without a second factor; else a code of the authenticator or an unused recovery code."""
    factors = {factor.type: factor for factor in Authenticator.objects.filter(user=user)}
    totp = factors.get(Authenticator.Type.TOTP)
    if totp is None:
        return True
    if not code:
        return False
    if TOTP(totp).validate_code(code):
        return True
    spare = factors.get(Authenticator.Type.RECOVERY_CODES)
    return spare is not None and bool(RecoveryCodes(spare).validate_code(code))


@transaction.atomic
def note_failed_sign_in(username: str, *, address: str, now: datetime) -> None:
    """Only for an existing name: an unknown one may be a password typed into the wrong field."""
    person = User.objects.filter(username=username).first() if "\x00" not in username else None
    if person is not None:
        emit(SignInFailed(subject_id=person.pk, address=address[:45]), actor=None, at=now)


@transaction.atomic
def note_password_changed(user: User, *, now: datetime) -> None:
    """The person chose a new password."""
    emit(PasswordChanged(subject_id=user.pk), actor=user, at=now)
