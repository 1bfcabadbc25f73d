"""From a stored member of a group to the geometry that is judged."""

from __future__ import annotations

from lantu.calc.cranes import Crane
from lantu.monitoring.cranes.models import CraneMember


def geometry_of(member: CraneMember) -> Crane:
    """The crane as ``lantu.calc.cranes`` takes it."""
    return Crane(
        x=member.x_m,
        y=member.y_m,
        jib_m=member.jib_m,
        counter_jib_m=member.counter_jib_m,
        jib_height_m=member.jib_height_m,
        top_m=member.top_m,
    )
