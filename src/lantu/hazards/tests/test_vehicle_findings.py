"""What a slag truck did becomes a hazard of its site, once; a silent terminal does not."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.subscriptions import inline_delivery
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState, Source
from lantu.hazards.subscribers import record_finding
from lantu.monitoring.vehicles.models import VehicleFinding
from lantu.monitoring.vehicles.services.find_silent import find_silent
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.tests.ground import drive, lay_ground, stand, truck

pytestmark = pytest.mark.django_db


@pytest.fixture
def vehicle(cast: SimpleNamespace, site_project: Any) -> Any:
    _dump, route = lay_ground(cast, site_project)
    return truck(cast, site_project, route)


def test_unloading_outside_a_disposal_site_becomes_a_hazard_of_its_project(
    vehicle: Any, site_project: Any
) -> None:
    out = drive(vehicle, NOW, to=3000)
    with inline_delivery():
        store_reports([*out, *stand(vehicle, out[-1])], now=NOW + timedelta(minutes=10))
    hazard, finding = Hazard.objects.get(), VehicleFinding.objects.get()
    assert (hazard.project, hazard.source, hazard.state) == (
        site_project,
        Source.VEHICLE,
        HazardState.DETECTED,
    )
    assert "鲁N12345" in hazard.title
    assert hazard.field == "environment"
    assert finding.taken_up_ref == f"hazards.hazard:{hazard.pk}"
    record_finding(Event.objects.get(kind="monitoring.vehicle_finding_raised"))
    assert Hazard.objects.count() == 1


def test_a_silent_terminal_is_no_hazard(vehicle: Any) -> None:
    out = drive(vehicle, NOW, to=1000)
    with inline_delivery():
        store_reports(out, now=NOW)
        assert find_silent(now=out[-1].received_at + timedelta(minutes=10))
    assert not Hazard.objects.exists()
    assert VehicleFinding.objects.get().taken_up_ref == ""
