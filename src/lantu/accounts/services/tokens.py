"""Bearer tokens for scripts: shown once, kept as a hash, short-lived."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.events import TokenIssued, TokenRevoked
from lantu.accounts.models import ApiToken, User
from lantu.accounts.services.demo import demo_refused
from lantu.core.refusals import Missing
from lantu.core.services.emit import emit

TOKEN_LIFE = timedelta(days=7)
USE_NOTED_EVERY = timedelta(minutes=10)


def token_hash(token: str) -> str:
    """SHA-256 suffices: tokens are random, so there is nothing to guess slowly."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue_token(user: User, *, now: datetime, name: str = "") -> str:
    """Create a token and return its only readable copy."""
    token = f"lt_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user=user, name=name[:60], token_hash=token_hash(token), created_at=now, expires_at=now + TOKEN_LIFE
    )
    emit(TokenIssued(subject_id=user.pk, token_id=row.pk, name=row.name), actor=user, at=now)
    return token


@transaction.atomic
def revoke_token(user: User, *, token_id: int, now: datetime) -> None:
    """End one of the person's own tokens. Raises Missing when it is not theirs or has ended."""
    changed = ApiToken.objects.filter(pk=token_id, user=user, revoked_at=None).update(revoked_at=now)
    if not changed:
        raise Missing("accounts.no_token", _("没有这个令牌，或它已经失效。"))
    emit(TokenRevoked(subject_id=user.pk, token_id=token_id), actor=user, at=now)


def tokens_of(user: User, *, now: datetime) -> list[ApiToken]:
    """The person's tokens that still work, newest first."""
    return list(
        ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).order_by("-created_at")
    )


def user_of_token(token: str, *, now: datetime) -> User | None:
    """The active owner of a valid token, or None. The time of use is noted every ten minutes at most."""
    found = (
        ApiToken.objects.select_related("user", "user__organisation")
        .filter(token_hash=token_hash(token), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if found is None or not found.user.is_active or demo_refused(found.user):
        return None
    if found.last_used_at is None or now - found.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user
