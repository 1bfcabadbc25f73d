"""Reads of crane groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from lantu.calc.cranes import overlap, static_faults
from lantu.monitoring.cranes.geometry import geometry_of
from lantu.monitoring.cranes.models import CraneGroup, CraneMember
from lantu.projects.selectors import visible_projects


@dataclass(frozen=True)
class PairRow:
    """Two cranes of a group: whether they meet, and what their erection violates, in words."""

    one: CraneMember
    other: CraneMember
    meets: bool
    faults: tuple[str, ...]


def visible_groups(reader: Any) -> QuerySet[CraneGroup]:
    """Groups of the projects that this reader may see, with their cranes."""
    members = CraneMember.objects.select_related("device").order_by("device__code")
    return CraneGroup.objects.filter(project__in=visible_projects(reader)).prefetch_related(
        Prefetch("members", queryset=members)
    )


def pairs_of(group: CraneGroup) -> list[PairRow]:
    """All pairs of a group with the distances that GB 5144-2006 10.5 asks for."""
    words = {
        "mast": _("低位臂端与另一塔身不足 2 米"),
        "height": _("高低塔垂直距离不足 2 米"),
    }
    return [
        PairRow(
            one, other, overlap(geometry_of(one), geometry_of(other)),
            tuple(words[fault] for fault in static_faults(geometry_of(one), geometry_of(other))),
        )
        for one, other in combinations(group.members.all(), 2)
    ]  # fmt: skip
