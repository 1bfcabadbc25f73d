"""Remove files that were written for a row which was then rolled back: a refusal leaves nothing behind, on disk either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from lantu.core.models import Evidence

# A file stands on disk before its row is committed; whatever is younger may still get one.
SPARED = timedelta(hours=24)
FIELDS = ("original", "shown", "thumbnail")
MONTHS_SEEN = 2


def sweep_evidence(*, now: datetime) -> int:
    """Delete files of this month and the one before that no evidence names. Returns how many went."""
    gone = 0
    for field in FIELDS:
        for folder in _folders(field, now):
            lost = _old_files(folder, now)
            if lost:
                kept = Evidence.objects.filter(**{f"{field}__startswith": f"{folder}/"})
                lost -= set(kept.values_list(field, flat=True))
            for name in sorted(lost):
                default_storage.delete(name)
            gone += len(lost)
    return gone


def _folders(field: str, now: datetime) -> Iterator[str]:
    pattern = str(Evidence._meta.get_field(field).upload_to)  # type: ignore[union-attr]
    day = now
    for _month in range(MONTHS_SEEN):
        yield day.strftime(pattern)
        day = day.replace(day=1) - timedelta(days=1)


def _old_files(folder: str, now: datetime) -> set[str]:
    try:
        _directories, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return set()
    paths = (f"{folder}/{name}" for name in names)
    return {path for path in paths if now - default_storage.get_modified_time(path) > SPARED}
