"""The door for requests that carry an ``Idempotency-Key``: done once, answered alike as often as they come.

The row with the key is written in the transaction of the work itself. A second request with the same key waits for
the first at the unique index and then finds the answer; a crash leaves neither work nor row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.core.models import Submission
from lantu.core.problems import problem
from lantu.core.refusals import Refused, noticing_refusals
from lantu.core.submissions import Claim, read_key, read_moment, taking

GetResponse = Callable[[HttpRequest], HttpResponse]
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# Whoever was refused for one of these may be let in later: the answer is not kept.
NOT_KEPT = {401, 403, 404, 408, 429}
MOST_KEPT_BYTES = 256 * 1024


class SubmissionMiddleware:
    """Last of all middleware: who the person is and whether the form is genuine has been decided before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        given = request.headers.get("Idempotency-Key")
        who = _who(request)
        if request.method not in WRITES or given is None or who is None:
            return None
        queued = request.headers.get("Lantu-Queue") == "1"
        try:
            claim = _claim(request, given, who, queued)
        except Refused as refused:
            return _refusal(refused)
        request.submission = claim  # type: ignore[attr-defined]
        with transaction.atomic(), taking(claim):
            row, fresh = Submission.objects.get_or_create(
                who=who,
                key=claim.key,
                defaults={
                    "target": claim.target,
                    "captured_at": claim.captured_at,
                    "received_at": claim.received_at,
                },
            )
            if not fresh:
                return _again(row, claim)
            response = _do(request, view, args, kwargs, claim)
            _remember(row, response)
            return response


def _who(request: HttpRequest) -> str | None:
    """Whose key it is. A token is named by its digest: whether it is good, the API decides."""
    bearer = request.headers.get("Authorization", "")
    if bearer and request.path.startswith("/api/"):
        return f"token:{hashlib.sha256(bearer.encode()).hexdigest()[:40]}"
    user = getattr(request, "user", None)
    return f"user:{user.pk}" if user is not None and user.is_authenticated else None


def _claim(request: HttpRequest, given: str, who: str, queued: bool) -> Claim:
    key = read_key(given)
    user: Any = request.user
    filled_in_by = request.headers.get("Lantu-User", "")
    if queued and filled_in_by and filled_in_by != str(user.pk):
        raise Refused(
            "core.other_person",
            _("这是另一位用户填写的内容，没有提交。"),
            remedy=_("请由填写人登录后发送。"),
        )
    return Claim(
        who=who,
        user_id=user.pk,
        key=key,
        target=f"{request.method} {request.path}"[:300],
        captured_at=read_moment(request.headers.get("Lantu-Captured-At", "")),
        received_at=timezone.now(),
        queued=queued,
    )


def _do(request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any, claim: Claim) -> Any:
    """The view's answer; for a phone's queue in words that a queue understands."""
    if not claim.queued:
        return view(request, *args, **kwargs)
    with noticing_refusals() as noticed:
        try:
            with transaction.atomic():
                response = view(request, *args, **kwargs)
        except Refused as refused:
            return _refusal(refused)
    said_no = [refused for refused in noticed if refused.status == response.status_code]
    if said_no and not _is_json(response):
        return _refusal(said_no[-1])  # the view showed its page again, with the reason on it
    if 300 <= response.status_code < 400:
        said = " ".join(str(message) for message in messages.get_messages(request))
        return outcome("done", said=said, url=response["Location"], claim=claim)
    return response


def _is_json(response: Any) -> bool:
    return "json" in response.get("Content-Type", "")


def outcome(kind: str, *, said: str, url: str, claim: Claim, status: int = 200) -> JsonResponse:
    """What a queue reads: ``done``, or ``kept`` for a submission that a person must look at first."""
    body = {
        "outcome": kind,
        "said": said,
        "url": url,
        "captured_at": claim.captured_at and claim.captured_at.isoformat(),
        "received_at": claim.received_at.isoformat(),
    }
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _refusal(refused: Refused) -> HttpResponse:
    return problem(refused.status, code=refused.code, detail=refused.detail, remedy=refused.remedy)


def _remember(row: Submission, response: Any) -> None:
    """Keep the answer with the work. An error of ours undoes both, so that the sender may try again."""
    status = response.status_code
    if status >= 500:
        transaction.set_rollback(True)
        return
    short = not response.streaming and len(response.content) <= MOST_KEPT_BYTES
    page = response.get("Content-Type", "").startswith("text/html") and not 300 <= status < 400
    if status in NOT_KEPT or (page and status >= 400):
        row.delete()
        return
    row.status = status
    row.content_type = response.get("Content-Type", "")[:100]
    row.location = response.get("Location", "")[:500]
    row.answer = response.content.decode(response.charset or "utf-8", "replace") if short else ""
    row.answer = row.answer.replace("\x00", "")
    row.save(update_fields=["status", "content_type", "location", "answer"])


def _again(row: Submission, claim: Claim) -> HttpResponse:
    if row.target != claim.target:
        return _refusal(
            Refused(
                "core.key_reused",
                _("这个 Idempotency-Key 已用于另一个操作。"),
                remedy=_("每次新的提交请换一个新的键。"),
                status=422,
            )
        )
    response = HttpResponse(row.answer, status=row.status, content_type=row.content_type or None)
    if row.location:
        response["Location"] = row.location
    response["Idempotency-Replayed"] = "true"
    return response
