"""Submissions that name themselves: what the sender claims about them, and answers that can be given again.

A phone without network keeps a form and sends it later, perhaps twice. ``Idempotency-Key`` makes the second one
harmless; ``Lantu-Captured-At`` says when the person pressed the button, which is a claim and is kept as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lantu.core.models import Submission
from lantu.core.moments import in_utc
from lantu.core.refusals import Refused, Unacceptable

KEY = re.compile(r"[A-Za-z0-9._-]{8,80}")
KEEP = timedelta(days=90)
LONGEST_CLAIMS = 20_000


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One self-named request. ``queued``: it comes from a phone's queue and wants a short answer in JSON."""

    who: str
    user_id: int | None
    key: str
    target: str
    captured_at: datetime | None
    received_at: datetime
    queued: bool


_current: ContextVar[Claim | None] = ContextVar("lantu_submission", default=None)


def submission_of(request: HttpRequest) -> Claim | None:
    """The claim of this request, or None for one that does not name itself."""
    return getattr(request, "submission", None)


def is_queued(request: HttpRequest) -> bool:
    """Whether a phone's queue sends this: views then let a Refused leave instead of showing the page again."""
    claim = submission_of(request)
    return claim is not None and claim.queued


@contextmanager
def taking(claim: Claim) -> Iterator[None]:
    """While this runs, events of the claiming person carry the claimed time."""
    before = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(before)


def claimed_facts(actor: Any | None) -> dict[str, str]:
    """What an event of ``actor`` adds to its payload: ``captured_at`` (UTC, ISO 8601) as the phone claims it."""
    claim = _current.get()
    if claim is None or claim.captured_at is None or actor is None:
        return {}
    if claim.user_id is not None and actor.pk != claim.user_id:
        return {}
    return {"captured_at": claim.captured_at.isoformat()}


def read_key(text: str) -> str:
    """The key as sent. Raises Unacceptable for one that is no key."""
    if not KEY.fullmatch(text):
        raise Unacceptable(
            "core.bad_key",
            _("Idempotency-Key 的格式不对。"),
            remedy=_("请用 8 到 80 个字母、数字、点、横线或下划线，例如 UUID。"),
        )
    return text


def read_moment(text: str) -> datetime | None:
    """A claimed time, ISO 8601 with offset, in UTC. None when it is missing or cannot be read: a broken clock
    must not cost a person their work."""
    try:
        found = parse_datetime(text.strip()) if text else None
        return in_utc(found) if found is not None else None
    except (ValueError, Refused):
        return None


def claim_files(files: Sequence[Any], text: str) -> list[Any]:
    """The files, each with what the phone says about it: ``claimed_at``, ``claimed_lon``, ``claimed_lat``.

    ``text``: JSON in the order of the files, ``[{"at": …, "lon": …, "lat": …}, …]``, as <lantu-camera> writes it. What
    cannot be read is left out; a claim never refuses a photo.
    """
    told = _listed(text)
    for file, facts in zip(files, told if len(told) == len(files) else [{}] * len(files), strict=True):
        file.claimed_at = read_moment(str(facts.get("at") or ""))
        file.claimed_lon, file.claimed_lat = _position(facts.get("lon"), facts.get("lat"))
    return list(files)


def _listed(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text) if text and len(text) < LONGEST_CLAIMS else []
    except ValueError:
        return []
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []


def _position(lon: Any, lat: Any) -> tuple[float | None, float | None]:
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return None, None
    return (float(lon), float(lat)) if -180 <= lon <= 180 and -90 <= lat <= 90 else (None, None)


def forget_old(*, now: datetime) -> int:
    """Delete answers older than 90 days; returns how many. No phone keeps a submission that long unsent."""
    return Submission.objects.filter(received_at__lt=now - KEEP).delete()[0]
