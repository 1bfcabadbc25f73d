"""Who is calling the API: a browser session (with CSRF) or a bearer token."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from lantu.accounts.services.tokens import user_of_token


class BearerToken(HttpBearer):
    """``Authorization: Bearer lt_…``; ``request.auth`` and ``request.user`` become the person."""

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        user = user_of_token(token, now=timezone.now())
        if user is not None:
            request.user = user
        return user


class ActiveSession(SessionAuth):
    """A browser's session. Without one there is nothing to forge: a wrong token is answered 401, not “CSRF”."""

    def __call__(self, request: HttpRequest) -> Any | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        user = request.user
        return user if user.is_authenticated and user.is_active else None


reader_auth = [BearerToken(), ActiveSession()]
