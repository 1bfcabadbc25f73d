"""Doors of every request: an id for the logs, and refusals shown as plain sentences."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from lantu.core.refusals import Refused

log = structlog.get_logger("lantu.request")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Bind ``request_id`` (taken from X-Request-ID when it looks sane) to every log line of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if given.isalnum() and len(given) <= 64 else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            if not request.path.startswith(("/static/", "/healthz")):
                user = getattr(request, "user", None)
                log.info(
                    "request",
                    method=request.method,
                    path=request.path,
                    status=response.status_code,
                    user=user.pk if user is not None and user.is_authenticated else None,
                )
        response["X-Request-ID"] = request_id
        return response


class PlainAddressMiddleware:
    """A NUL in an address is a slip or a probe, and PostgreSQL takes none: pages read the address without it.

    The API answers such a value itself, with the name of the field.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            request.path_info = request.path = request.path_info.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path_info.startswith("/api/"):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
        return self.get_response(request)


class PlainFormMiddleware:
    """The same for what a form sends: no field of any page can hold a NUL, so none gets one. After the door."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method == "POST" and not request.path_info.startswith("/api/"):
            sent = request.POST
            if any("\x00" in value for _name, values in sent.lists() for value in values):
                plain = sent.copy()
                for name, values in sent.lists():
                    plain.setlist(name, [value.replace("\x00", "") for value in values])
                plain._mutable = False
                request.POST = plain  # type: ignore[assignment]
        return None


def _plain_words(refused: HttpResponse) -> HttpResponse:
    """Somebody opened the address of a button: a page that says so, instead of an empty one."""
    page = HttpResponse(render_to_string("405.html"), status=405)
    page["Allow"] = refused.get("Allow", "POST")
    return page


class RefusalMiddleware:
    """A Refused that a view lets through becomes a message on the page it came from, or an error page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/") or request.method != "GET":
            return response
        return _plain_words(response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused) or request.path.startswith("/api/"):
            return None
        log.info("refused", code=error.code, status=error.status, path=request.path)
        came_from = request.headers.get("referer", "")
        if (
            request.method == "POST"
            and error.status not in {403, 404}
            and not getattr(request, "htmx", False)
            and url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
        ):
            messages.error(request, str(error))
            return HttpResponseRedirect(came_from)
        template = "ui/_refused.html" if getattr(request, "htmx", False) else "ui/refused.html"
        return render(request, template, {"refusal": error}, status=error.status)
