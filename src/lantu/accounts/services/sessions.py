"""At most a few sessions per person: the oldest gives way, and a stolen cookie has little company."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest


def keep_session(request: HttpRequest, user: Any) -> None:
    """Remember this session as the person's newest and end those beyond MAX_SESSIONS_PER_USER."""
    key = request.session.session_key
    if key is None:
        request.session.save()
        key = request.session.session_key
    cache_key = f"sessions:{user.pk}"
    kept: list[str] = [k for k in cache.get(cache_key, []) if k != key]
    kept.append(str(key))
    surplus, kept = kept[: -settings.MAX_SESSIONS_PER_USER], kept[-settings.MAX_SESSIONS_PER_USER :]
    if surplus:
        Session.objects.filter(session_key__in=surplus).delete()
    cache.set(cache_key, kept, timeout=30 * 24 * 3600)
