"""Bearer tokens for scripts: shown once, kept as a hash, short-lived."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from lantu.accounts.models import ApiToken, User

TOKEN_LIFE = timedelta(days=7)


def token_hash(token: str) -> str:
    """SHA-256 suffices: tokens are random, so there is nothing to guess slowly."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user: User, *, now: datetime, name: str = "") -> str:
    """Create a token and return its only readable copy."""
    token = f"lt_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        user=user, name=name[:60], token_hash=token_hash(token), created_at=now, expires_at=now + TOKEN_LIFE
    )
    return token


def user_of_token(token: str, *, now: datetime) -> User | None:
    """The active owner of a valid token, or None."""
    found = (
        ApiToken.objects.select_related("user", "user__organisation")
        .filter(token_hash=token_hash(token), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if found is None or not found.user.is_active:
        return None
    return found.user
