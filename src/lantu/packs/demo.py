"""What a demonstration city is made of: plain descriptions. The seeding code calls the services.

A plan is a pure function of the moment it is made for: the same moment gives the same plan, and all
dates are relative to it, so that a demonstration never looks stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class DemoParty:
    """A unit's part in a project: keys of the city pack's units and people."""

    unit: str
    person: str


@dataclass(frozen=True)
class DemoMonth:
    """Three cumulative truths of one month, which do not quite agree, with the grade of evidence."""

    month: date
    planned_pct: float
    physical_pct: float
    planned_invest_yuan: int
    invested_yuan: int
    paid_yuan: int
    grade: str


@dataclass(frozen=True)
class DemoDevice:
    """An instrument on a site; ``facts`` are what its rules need to know about the place."""

    code: str
    type_code: str
    name: str
    place: str
    lon: float
    lat: float
    installed_on: date
    calibrated_until: date
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DemoProject:
    """A project of the demonstration city; field names are those of the project registry."""

    key: str
    code: str
    code_scheme: str
    local_no: str
    name: str
    summary: str
    public_summary: str
    content_scale: tuple[Mapping[str, Any], ...]
    category: str
    plan_class: str
    sector: str
    industry_code: str
    stage: str
    status: str
    area_code: str
    address: str
    geometry: Mapping[str, Any]
    lon: float
    lat: float
    kind: str
    total_investment_yuan: int
    works_yuan: int
    land_yuan: int
    other_yuan: int
    funds: tuple[Mapping[str, Any], ...]
    annual_goal: str
    planned_start_on: date | None
    planned_finish_on: date | None
    forecast_finish_on: date | None
    actual_start_on: date | None
    actual_finish_on: date | None
    permit_on: date | None
    """Date of the construction permit; ``None`` where there is none (yet)."""
    created_on: date
    owner: str
    lead_unit: str
    sponsor: str
    parties: Mapping[str, DemoParty]
    tags: tuple[str, ...]
    months: tuple[DemoMonth, ...]
    devices: tuple[DemoDevice, ...]

    @property
    def under_construction(self) -> bool:
        """Counts among the projects under construction 在建."""
        return self.stage == "construction" and self.status == "active"


@dataclass(frozen=True)
class DemoStep:
    """Somebody does something with a warning's hazard.

    ``verb``: take_up, order, accept, reply, confirm, return, recheck, close, propose_false,
    agree_false. ``actor`` is a user name. ``return`` is said by the supervisor or the inspector and
    is followed by another reply.
    """

    at: datetime
    verb: str
    actor: str
    text: str


@dataclass(frozen=True, kw_only=True)
class DemoWarning:
    """A past exceedance with what people did about it.

    ``series``: readings of the device that make its rule speak, as milliseconds after ``started_at``
    and values by channel; the rule reaches ``severity`` at ``raised_at`` and no other rule of the
    device speaks. ``outcome``: closed, open or false_alarm. ``due_at`` is the end of the rectifying
    term; ``late`` says that the close comes after it.
    """

    no: int
    project: str
    device: str
    rule: str
    channel: str
    severity: int
    started_at: datetime
    raised_at: datetime
    series: tuple[tuple[int, Mapping[str, float]], ...]
    title: str
    place: str
    finding: str
    clause: str
    measures: str
    due_at: datetime
    outcome: str
    late: bool
    returned: bool
    steps: tuple[DemoStep, ...]


@dataclass(frozen=True)
class DemoPlan:
    """The whole demonstration city.

    ``warnings``: those that count (86, of them 85 closed and the last one open); ``false_alarms``:
    those that two people found to be false, which count in no rate. ``flagship``: key of the project
    that the demo accounts contractor, supervisor, owner, inspector and expert share.
    """

    made_for: datetime
    projects: tuple[DemoProject, ...]
    warnings: tuple[DemoWarning, ...]
    false_alarms: tuple[DemoWarning, ...]
    flagship: str

    def project(self, key: str) -> DemoProject:
        """The project with this key. Raises ``KeyError``."""
        for project in self.projects:
            if project.key == key:
                return project
        raise KeyError(key)
