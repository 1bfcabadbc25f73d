"""Tracks are kept as long as the pack says, then dropped by whole days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from lantu.monitoring.vehicles.tracks import drop_before
from lantu.packs.load import national


@transaction.atomic
def drop_tracks(*, now: datetime) -> int:
    """Drop the days that are too old; returns how many. Findings stay: they carry what they were judged by."""
    return drop_before(timezone.localtime(now).date() - timedelta(days=national().vehicles.retention_days))
