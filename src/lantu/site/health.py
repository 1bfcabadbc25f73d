"""Is the process alive, is the house ready, and what do its meters say."""

from __future__ import annotations

import hmac
import os
import threading
import time

from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST

from lantu.accounts.middleware import public
from lantu.site.metrics import meters_text
from lantu.site.probes import Check, check_database, check_stream_and_ingest, check_worker

LOOPBACK = {"127.0.0.1", "::1", "", None}
# Anybody may ask for readiness; the engines are asked once a second at most.
ANSWER_HOLDS_S = 1.0

_lock = threading.Lock()
_answer: tuple[float, dict[str, Check]] | None = None


@public
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


@public
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, stream, ingest lag and worker; 503 while any of them is missing."""
    global _answer  # noqa: PLW0603  one answer per process
    with _lock:
        if _answer is None or time.monotonic() - _answer[0] > ANSWER_HOLDS_S:
            _answer = (time.monotonic(), _checks())
        checks = _answer[1]
    ready = all(check.ok for check in checks.values())
    body = {"ok": ready, "checks": {name: check.as_dict() for name, check in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503, json_dumps_params={"ensure_ascii": False})


def _checks() -> dict[str, Check]:
    now = timezone.now()
    checks = {"database": check_database()}
    if not checks["database"].ok:
        return checks
    try:
        return checks | check_stream_and_ingest(now=now) | {"worker": check_worker(now=now)}
    except DatabaseError:
        return {"database": Check(False, _("数据库没有应答"))}


def may_read_meters(request: HttpRequest) -> bool:
    """This machine may, unless a proxy forwards; others need the token of LANTU_METRICS_TOKEN."""
    token = os.environ.get("LANTU_METRICS_TOKEN", "")
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    # Behind a proxy on this machine everybody would look local.
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers


@public
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: meters of this process, and of the house as its database knows it."""
    if not may_read_meters(request):
        return HttpResponse(status=403)
    return HttpResponse(meters_text(), content_type=CONTENT_TYPE_LATEST)
