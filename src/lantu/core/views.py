"""Evidence files, served under the reader's own rights."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from lantu.core.access import may_read_evidence
from lantu.core.models import Evidence
from lantu.core.offline import kept_offline
from lantu.core.refusals import Missing


def _readable(request: HttpRequest, pk: int) -> Evidence:
    found = Evidence.objects.filter(pk=pk).first()
    if found is None or not may_read_evidence(request.user, found):
        raise Missing("core.no_evidence", _("没有找到这份证据，或您无权查看。"))
    return found


def _serve(field: Any, *, name: str, content_type: str, inline: bool) -> HttpResponseBase:
    response = FileResponse(
        field.open("rb"), as_attachment=not inline, filename=name, content_type=content_type
    )
    # A file that people uploaded never runs as a page of ours.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400"
    return response


@kept_offline
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The shown form: re-encoded picture inline, other files as download."""
    found = _readable(request, pk)
    if found.shown:
        return _serve(found.shown, name=found.name, content_type="image/jpeg", inline=True)
    return _serve(found.original, name=found.name, content_type=found.content_type, inline=False)


@kept_offline
def evidence_thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _readable(request, pk)
    if not found.thumbnail:
        raise Missing("core.no_thumbnail", _("这份证据没有缩略图。"))
    return _serve(found.thumbnail, name=found.name, content_type="image/jpeg", inline=True)


def evidence_original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes as they came in: what the fingerprint was computed on."""
    found = _readable(request, pk)
    return _serve(found.original, name=found.name, content_type="application/octet-stream", inline=False)
