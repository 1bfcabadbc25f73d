"""Is the process alive, is the house ready, and what do its meters say."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from lantu.accounts.middleware import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


def _database() -> dict[str, object]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
        return {"ok": True}
    except DatabaseError as error:
        return {"ok": False, "why": str(error).splitlines()[0]}


def _stream() -> dict[str, object]:
    if not settings.NATS_URL:
        return {"ok": False, "why": "LANTU_NATS_URL 未设置"}
    url = urlsplit(settings.NATS_URL)
    try:
        with socket.create_connection((url.hostname or "127.0.0.1", url.port or 4222), timeout=1) as sock:
            return {"ok": sock.recv(16).startswith(b"INFO")}
    except OSError as error:
        return {"ok": False, "why": str(error)}


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, stream and ingest lag; 503 while any of them is missing."""
    checks = {"database": _database(), "stream": _stream()}
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse({"ok": ready, "checks": checks}, status=200 if ready else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Served to this machine only, unless a proxy decides otherwise."""
    if request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1", "", None}:
        return HttpResponse(status=403)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
