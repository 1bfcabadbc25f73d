"""Where higher floors tell what they know about a project, for its lamp.

A source answers for many projects at once: ``read(project_ids, now) → {project_id: {fact: value}}`` with facts
of :class:`lantu.calc.lamps.ProjectFacts` (``open_red_warnings``, ``open_orange_warnings``, ``overdue_hazards``,
``overdue_conditions``, ``overdue_gates``,
``has_permit``, ``funds_required_yuan``, ``funds_received_yuan``, ``entered_statistics``).
Register in an app's ``hooks.py``::

    lamp_facts.add(LampFactSource(key="hazards", read=..., order=10, recompute_on=("hazards.hazard_opened", …)))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.core.models import Event
from lantu.core.registry import Store
from lantu.core.subscriptions import subscribe

Facts = Mapping[str, Any]
Read = Callable[[Sequence[int], datetime], Mapping[int, Facts]]
# Counts of several sources add up; of anything else the last source in order has the word.
COUNTS = frozenset(
    {"open_red_warnings", "open_orange_warnings", "overdue_hazards", "overdue_conditions", "overdue_gates"}
)


@dataclass(frozen=True, kw_only=True)
class LampFactSource:
    """``recompute_on``: event kinds after which the lamp of the event's project is computed anew."""

    key: str
    read: Read
    order: int
    recompute_on: tuple[str, ...] = ()


class LampFactStore(Store[LampFactSource]):
    """The sources; adding one also subscribes the lamp to its events."""

    def add(self, item: LampFactSource) -> None:
        super().add(item)
        subscribe(*item.recompute_on)(recompute_after)


def recompute_after(event: Event) -> None:
    """Idempotent: the lamp follows from what is stored, however often it is asked."""
    from lantu.projects.services.recompute_lamp import recompute_lamps

    if event.project_id is not None:
        recompute_lamps(project_ids=[event.project_id], now=event.at, cause_id=event.pk)


def gather(project_ids: Sequence[int], now: datetime) -> dict[int, dict[str, Any]]:
    """All sources' facts by project."""
    found: dict[int, dict[str, Any]] = {pk: {} for pk in project_ids}
    for source in lamp_facts:
        for pk, facts in source.read(project_ids, now).items():
            for fact, value in facts.items():
                mine = found[pk]
                mine[fact] = mine.get(fact, 0) + value if fact in COUNTS else value
    return found


lamp_facts = LampFactStore("lamp_facts")
