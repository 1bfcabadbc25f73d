"""Reads of observations: only of projects that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.observations.states import ObservationState
from lantu.packs.load import national
from lantu.projects.selectors import visible_projects


def visible_observations(reader: Any) -> QuerySet[Observation]:
    """Observations of the reader's projects, with everything a row shows."""
    return Observation.objects.filter(project__in=visible_projects(reader)).select_related(
        "project", "device", "duty__holder", "reviewed_by", "evidence"
    )


def get_observation(reader: Any, pk: int) -> Observation:
    """One observation. Raises Missing when it is not there for this reader."""
    found = visible_observations(reader).filter(pk=pk if 0 < pk < 2**63 else 0).first()
    if found is None:
        raise Missing("monitoring.observation_unknown", _("没有这条视频观察，或您无权查看。"))
    return found


def find_observations(
    reader: Any, *, project: str = "", kind: str = "", state: str = ""
) -> QuerySet[Observation]:
    """The list's filter; unknown words filter nothing."""
    found = visible_observations(reader)
    if project:
        found = found.filter(project__code=project)
    if kind in national().observations:
        found = found.filter(type=kind)
    if state in ObservationState.values:
        found = found.filter(state=state)
    return found.order_by("-observed_at", "-id")


def type_label(code: str) -> str:
    """The name of a type in the reader's language."""
    kind = national().observations.get(code)
    if kind is None:
        return code
    return kind.label_en if (get_language() or "").startswith("en") else kind.label


def type_labels() -> list[tuple[str, str]]:
    return [(code, type_label(code)) for code in national().observations]


def accuracy(reader: Any) -> Iterable[dict[str, Any]]:
    """Per type: how many were reviewed by a person, and the share that was not an issue."""
    rows = (
        Observation.objects.filter(project__in=visible_projects(reader), reviewed_at__isnull=False)
        .values("type")
        .annotate(reviewed=Count("id"), wrong=Count("id", filter=Q(state=ObservationState.DISMISSED)))
        .order_by("type")
    )
    return [
        {**row, "label": type_label(row["type"]), "wrong_pct": 100 * row["wrong"] / row["reviewed"]}
        for row in rows
    ]
