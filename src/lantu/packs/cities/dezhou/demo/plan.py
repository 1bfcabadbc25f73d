"""The demonstration city of Dezhou: ``plan(now)``.

Exactly 127 projects under construction, 40 in reserve, 60 completed and some between, in all eleven
counties and the zones; about eight devices a site; 86 warnings of which 85 are closed. Everything is
invented except the names of places, offices and the seven projects that reports name.
"""

from __future__ import annotations

from datetime import datetime

from lantu.packs.cities.dezhou.demo.devices import with_devices
from lantu.packs.cities.dezhou.demo.projects import FLAGSHIP, make_projects
from lantu.packs.cities.dezhou.demo.warnings import make_warnings
from lantu.packs.demo import DemoPlan

DEVICES = 1016


def plan(now: datetime) -> DemoPlan:
    """The city as it stands at ``now`` (with zone). Deterministic: the same moment, the same plan."""
    if now.utcoffset() is None:
        raise ValueError("a plan is made for a moment with its zone")
    projects = with_devices(make_projects(now), now, DEVICES)
    warnings, false_alarms = make_warnings(projects, now)
    return DemoPlan(now, projects, warnings, false_alarms, FLAGSHIP)
