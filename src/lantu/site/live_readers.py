"""Who is listening to the live stream, and of which projects they may hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_from_request

from lantu.accounts.scopes import scope_of
from lantu.accounts.services.tokens import user_of_token
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects
from lantu.site.live_hub import Sight

T = TypeVar("T")
# Two threads suffice: a connect costs a handful of queries, and each thread keeps one database connection.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-readers")


class Credentials(NamedTuple):
    """What a client showed us: kept, so that a minute later we can ask whether it still holds."""

    session_key: str = ""
    token: str = ""


class Admitted(NamedTuple):
    user_id: int
    sight: Sight


class Readers(Protocol):
    """How the stream asks about people and projects; the tests have another."""

    async def admit(self, credentials: Iterable[Credentials]) -> list[Admitted | None]: ...

    async def code_of(self, project_id: int) -> str | None: ...


def language_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The language that a page would choose for the same headers: its cookie, then what the browser accepts."""
    request = HttpRequest()
    for name, value in headers:
        if name == b"accept-language":
            request.META["HTTP_ACCEPT_LANGUAGE"] = value.decode("latin-1")
        elif name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(settings.LANGUAGE_COOKIE_NAME)
            except CookieError:
                morsel = None
            if morsel:
                request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = morsel.value
    return get_language_from_request(request)


def credentials_of(headers: Iterable[tuple[bytes, bytes]]) -> Credentials | None:
    """Bearer token or session cookie of a request; None when it carries neither."""
    session_key = token = ""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            token = value[7:].decode("latin-1").strip()
        elif name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            except CookieError:
                morsel = None
            session_key = morsel.value if morsel else session_key
    return Credentials(session_key, token) if session_key or token else None


def user_of_session(session_key: str) -> Any | None:
    """The active person of a valid session. A changed password or an ended session is noticed here."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user if user.is_authenticated and user.is_active else None


def sight_of(user: Any) -> Sight:
    """All projects for city-wide readers, else the ids of the visible ones."""
    if scope_of(user).city:
        return Sight(True, frozenset())
    return Sight(False, frozenset(visible_projects(user).values_list("pk", flat=True)))


def admitted(credentials: Credentials) -> Admitted | None:
    """Who this is and what they may hear of; None when the credentials do not hold (any more)."""
    if credentials.token:
        user = user_of_token(credentials.token, now=timezone.now())
    else:
        user = user_of_session(credentials.session_key)
    return None if user is None else Admitted(user.pk, sight_of(user))


class DatabaseReaders:
    """Answers from the database, in threads of its own: the event loop never waits for SQL."""

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(_threads, guarded)

    async def admit(self, credentials: Iterable[Credentials]) -> list[Admitted | None]:
        asked = list(credentials)
        return await self._in_thread(lambda: [admitted(one) for one in asked])

    async def code_of(self, project_id: int) -> str | None:
        return await self._in_thread(
            lambda: Project.objects.filter(pk=project_id).values_list("code", flat=True).first()
        )
