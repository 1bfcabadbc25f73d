"""Tell people, and keep the proof that they were told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lantu.accounts.models import User
from lantu.duties.models import Duty, Notice


def tell(
    people: Iterable[User],
    *,
    duty: Duty,
    kind: str,
    text: str,
    now: datetime,
    level: int = 0,
    slip: str = "",
) -> list[int]:
    """One notice a person; returns the ids of the people told, each once, in order."""
    told = list({person.pk: person for person in people}.values())
    Notice.objects.bulk_create(
        Notice(recipient=person, duty=duty, kind=kind, level=level, slip=slip, text=text[:300], sent_at=now)
        for person in told
    )
    return [person.pk for person in told]
