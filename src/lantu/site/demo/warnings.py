"""Devices and past warnings: readings go through the ingest worker, people answer through the services."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lantu.accounts.models import User
from lantu.hazards.models import Hazard
from lantu.hazards.services.accept_order import accept_order
from lantu.hazards.services.mark_false_positive import mark_false_positive
from lantu.hazards.services.recheck_close import recheck_close
from lantu.hazards.services.recheck_return import recheck_return
from lantu.hazards.services.submit_reply import submit_reply
from lantu.hazards.services.supervisor_confirm import supervisor_confirm
from lantu.hazards.services.supervisor_return import supervisor_return
from lantu.hazards.states import HazardState
from lantu.monitoring.devices.services.register import NewDevice, register_devices
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.worker import Worker
from lantu.packs.demo import DemoDevice, DemoPlan, DemoProject, DemoStep, DemoWarning
from lantu.site.demo.acting import photo_of
from lantu.site.demo.history import Agenda, World

PARTITION = "demo-history"


def put_devices(agenda: Agenda, plan: DemoPlan, world: World, *, zone: Any) -> None:
    """Every device is registered on the day it was installed, by the site's contractor or the bureau."""
    days: dict[tuple[datetime, str], list[tuple[DemoProject, DemoDevice]]] = {}
    for project in plan.projects:
        contractor = project.parties.get("contractor")
        by = contractor.person if contractor else "officer"
        for device in project.devices:
            born = datetime(*max(device.installed_on, project.created_on).timetuple()[:3], 11, 0, tzinfo=zone)
            days.setdefault((born, by), []).append((project, device))
    for (born, by), devices in days.items():
        agenda.add(born, "device", partial(_register, devices, by, world))


def _register(devices: list[tuple[DemoProject, DemoDevice]], by: str, world: World, now: datetime) -> None:
    entries = []
    for project, device in devices:
        contractor = project.parties.get("contractor")
        entries.append(
            NewDevice(
                code=device.code,
                project=world.projects[project.key],
                type_code=device.type_code,
                name=device.name,
                place=device.place,
                lon=device.lon,
                lat=device.lat,
                installed_on=device.installed_on,
                calibrated_until=device.calibrated_until,
                facts=dict(device.facts),
                owner_org=world.units[contractor.unit] if contractor else None,
            )
        )
    register_devices(entries, now=now, actor=world.people[by])


class Stories:
    """Plays past warnings: the worker judges the readings, then people do what the plan says they did."""

    def __init__(self, plan: DemoPlan, world: World) -> None:
        self.plan = plan
        self.world = world
        self.worker: Worker | None = None
        self.seq = 0

    def put(self, agenda: Agenda) -> None:
        for warning in (*self.plan.warnings, *self.plan.false_alarms):
            rising = [row for row in warning.series if self._at(warning, row[0]) <= warning.raised_at]
            rest = [row for row in warning.series if self._at(warning, row[0]) > warning.raised_at]
            agenda.add(warning.raised_at, "story", partial(self.feed, warning, rising))
            if rest:
                end = self._at(warning, rest[-1][0])
                if end <= self.plan.made_for:
                    agenda.add(end, "story", partial(self.feed, warning, rest))
            for step in warning.steps:
                if step.verb not in AUTOMATIC:
                    agenda.add(step.at, "story", partial(self.step, warning, step))

    @staticmethod
    def _at(warning: DemoWarning, offset_ms: int) -> datetime:
        return warning.started_at + timedelta(milliseconds=offset_ms)

    def feed(
        self, warning: DemoWarning, series: Sequence[tuple[int, Mapping[str, float]]], now: datetime
    ) -> None:
        """Send readings of the device through the same worker that live readings go through."""
        if self.worker is None:
            self.worker = Worker(partition=PARTITION, now=now)
            self.seq = self.worker.position.seq
        project = self.world.projects[warning.project]
        subject = f"lantu.{project.code}.{warning.device}.telemetry".encode()
        if subject not in self.worker.memory.registry.by_subject:
            # Reading the registry back costs more than a story: only when the worker does not know the device yet.
            self.worker.watch(now=now)
        start_ms = int(warning.started_at.timestamp() * 1000)
        deliveries = []
        for offset_ms, values in series:
            self.seq += 1
            body = json.dumps({"ts": start_ms + offset_ms, "values": dict(values)}).encode()
            deliveries.append(Delivery(self.seq, start_ms + offset_ms + 200, subject, None, body))
        self.worker.process(deliveries, now=now, flush=True)

    def step(self, warning: DemoWarning, step: DemoStep, now: datetime) -> None:
        """One person's step. The holder acts where the plan's person is not the one who has the ball."""
        hazard = (
            Hazard.objects.filter(alert__device__code=warning.device, opened_at__lte=now)
            .exclude(alert__opened_at__gt=warning.raised_at + timedelta(hours=1))
            .order_by("-opened_at")
            .first()
        )
        if hazard is None:
            raise LookupError(
                f"story {warning.no}: the rule {warning.rule} did not speak for {warning.device}"
            )
        actor = self.world.people[step.actor]
        STEPS[step.verb](hazard, actor, step, now)


def _reply(hazard: Hazard, actor: User, step: DemoStep, now: datetime) -> None:
    files = [photo_of(hazard, after=True, taken_at=now - timedelta(minutes=25))]
    submit_reply(hazard, by=actor, now=now, text=step.text, files=files)


def _return(hazard: Hazard, actor: User, step: DemoStep, now: datetime) -> None:
    send_back = supervisor_return if hazard.state == HazardState.SUBMITTED else recheck_return
    send_back(hazard, by=actor, now=now, reason=step.text)


STEPS: dict[str, Any] = {
    "accept": lambda hazard, actor, step, now: accept_order(hazard, by=actor, now=now),
    "reply": _reply,
    "confirm": lambda hazard, actor, step, now: supervisor_confirm(hazard, by=actor, now=now, note=step.text),
    "return": _return,
    "recheck": lambda hazard, actor, step, now: recheck_close(hazard, by=actor, now=now, note=step.text),
    "propose_false": lambda hazard, actor, step, now: mark_false_positive(
        hazard, by=actor, now=now, reason=step.text
    ),
    "agree_false": lambda hazard, actor, step, now: mark_false_positive(
        hazard, by=actor, now=now, reason=step.text
    ),
}
# A sensor warning is taken up and ordered by the system at once; closing belongs to the passed re-check.
AUTOMATIC = frozenset({"take_up", "order", "close"})
