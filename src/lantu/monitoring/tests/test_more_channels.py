"""A device that measures more than its type says; the maximum sound level of the night is judged by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.core.models import Event
from lantu.core.refusals import Unacceptable
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import RegistryVersion
from lantu.monitoring.devices.services.add_channels import add_channels
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.telemetry.selectors import raw_series
from lantu.monitoring.tests.conftest import NOW
from lantu.monitoring.tests.engineering import load_pack_rules, put_device, send, store
from lantu.monitoring.tests.hj212_station import CHANNELS, Logger, data, station

NIGHT = datetime(2026, 6, 10, 15, 0, tzinfo=UTC)  # 23:00 in Dezhou
SINCE_NOW = (NIGHT - NOW).total_seconds()


@pytest.mark.parametrize(
    "factors",
    ["Leq-Data=52.4;LMx-Data=79.9;LMn-Data=45.0", "a50001-Avg=52.4,a50001-Max=79.9,a50001-Min=45.0"],
)
def test_the_maximum_of_a_minute_packet_has_its_channel(factors: str) -> None:
    """HJ 212-2017 C.26 (LMx) and what makers send instead (-Max)."""
    logger = Logger(replace(station(), channels=CHANNELS | {"noise_max": CHANNELS["noise"]}))
    (body,) = logger.says(data(cn="2051", factors=factors)).bodies
    assert body["values"] == {"noise": 52.4, "noise_max": 79.9}


@pytest.fixture
def dust(cast: SimpleNamespace, site_project: Any) -> Any:
    load_pack_rules("noise")
    return put_device(cast, site_project, "D9", "dust_noise")


@pytest.mark.django_db
def test_the_maximum_at_night_is_judged_though_the_mean_is_calm(
    dust: Any, cast: Any, site_project: Any
) -> None:
    """GB 12523 4.2: at night a maximum may lie 15 dB(A) above the limit of 55, not more; by day no such limit."""
    add_channels(dust, ["noise_max"], reason="上报 LMx", now=NOW, actor=cast.officer)
    worker = Worker(partition="t", now=NOW)
    send(worker, site_project, [("D9", {"noise": 50.0, "noise_max": 74.0}, 0)])
    assert not Alert.objects.exists(), "ten in the morning"
    send(worker, site_project, [("D9", {"noise": 50.0, "noise_max": 70.0}, SINCE_NOW)])
    assert not Alert.objects.exists(), "70 is allowed"
    send(worker, site_project, [("D9", {"noise": 50.0, "noise_max": 70.1}, SINCE_NOW + 60)])
    alert = Alert.objects.get()
    assert (alert.rule.code, alert.channel.key, alert.severity) == ("noise.night.max", "noise_max", 3)


@pytest.mark.django_db
def test_channels_are_added_behind_and_what_was_stored_stays(dust: Any, cast: Any) -> None:
    store(dust, "noise", [(0, 61.0)])
    before = RegistryVersion.objects.get().version
    made = add_channels(dust, ["noise_max", "noise", "noise_max"], reason="LMx", now=NOW, actor=cast.officer)
    assert [(channel.key, channel.rank, channel.period_s) for channel in made] == [("noise_max", 10, 60)]
    assert RegistryVersion.objects.get().version > before
    assert Event.objects.get(kind="monitoring.device_changed").payload["fields"] == ["channels", "noise_max"]
    store(dust, "noise_max", [(60, 79.0)])
    for key, value in (("noise", 61.0), ("noise_max", 79.0)):
        channel = dust.channels.select_related("device").get(key=key)
        points = raw_series(channel, since=NOW, until=NOW + timedelta(hours=1))
        assert [point.value for point in points] == [value]
    assert add_channels(dust, ["noise_max"], reason="again", now=NOW, actor=cast.officer) == []
    with pytest.raises(Unacceptable, match="没有名为 magic"):
        add_channels(dust, ["magic"], reason="x", now=NOW, actor=cast.officer)


@pytest.mark.django_db
def test_the_page_offers_what_the_device_lacks(client: Any, dust: Any, cast: Any) -> None:
    client.force_login(cast.officer)
    address = "/monitoring/devices/D9/edit"
    page = client.get(address).content.decode()
    assert "最大声级 dB(A)（noise_max）" in page
    assert "（pm25）" not in page, "it has that one"
    given = {"name": dust.name, "lon": 116.3, "lat": 37.45, "facts": "", "reason": "加测 LMx"}
    assert client.post(address, given | {"channels": ["magic"]}).status_code == 422
    assert client.post(address, given | {"channels": ["noise_max"]}).status_code == 302
    assert dust.channels.filter(key="noise_max").exists()
