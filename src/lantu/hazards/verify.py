"""Compare every hazard with its events, and with the invariants of workflows §4.3."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from lantu.core.models import Event
from lantu.hazards.models import Hazard, Listing, StopOrder
from lantu.hazards.replay import differences, rebuild
from lantu.hazards.states import HazardState

BATCH = 500


def verify_hazards() -> list[str]:
    """One line per disagreement; empty when all is well. Reads in batches."""
    problems: list[str] = []
    pks = list(Hazard.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        problems += _verify(pks[start : start + BATCH])
    return problems


def _verify(pks: list[int]) -> list[str]:
    told: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    rows = Event.objects.filter(subject_type="hazards.hazard", subject_id__in=pks).order_by("id")
    for subject_id, kind, payload in rows.values_list("subject_id", "kind", "payload"):
        told[subject_id].append((kind, payload))
    stopped = set(
        StopOrder.objects.filter(hazard__in=pks, resumed_at=None).values_list("hazard_id", flat=True)
    )
    listed = set(Listing.objects.filter(hazard__in=pks, delisted_at=None).values_list("hazard_id", flat=True))
    problems = []
    for hazard in Hazard.objects.filter(pk__in=pks).select_related("duty"):
        found = differences(
            hazard, rebuild(told[hazard.pk]), stopped=hazard.pk in stopped, listed=hazard.pk in listed
        )
        problems += [f"hazard {hazard.pk}: {line}" for line in [*found, *broken_laws(hazard)]]
    return problems


def broken_laws(hazard: Hazard) -> list[str]:
    """The invariants that a row can break by itself."""
    broken = []
    if hazard.is_open != (hazard.duty is not None and hazard.duty.closed_at is None):
        broken.append("open without an open duty, or closed with one")
    if hazard.state == HazardState.CLOSED and hazard.ended_by_id in {hazard.rectifier_id, None}:
        broken.append("closed by its rectifier")
    if hazard.due_at and hazard.original_due_at and hazard.due_at < hazard.original_due_at:
        broken.append("the deadline lies before the original one")
    if (hazard.state == HazardState.MERGED) != (hazard.merged_into_id is not None):
        broken.append("merged into nothing, or open beside what it was merged into")
    if hazard.extensions > 2:
        broken.append("extended more than twice")
    return broken
