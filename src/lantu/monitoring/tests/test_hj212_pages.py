"""Setting stations: by form, by table; what is refused; what the gateway then sees; replay under mended settings."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from lantu.calc import hj212
from lantu.core.models import Event
from lantu.core.refusals import Refused, Unacceptable
from lantu.monitoring.devices.models import RegistryVersion
from lantu.monitoring.gateway.hj212.handler import Hj212Handler, replay
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.gateway.hj212.services.import_stations import import_stations
from lantu.monitoring.gateway.hj212.services.set_station import remove_station, set_station
from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.protocol import Rejection
from lantu.monitoring.gateway.rejects import rejection_message, shown_raw
from lantu.monitoring.gateway.status import gateways, save_status
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.wire import encode_headers
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.tests.conftest import MS, NOW
from lantu.monitoring.tests.hj212_station import PW, FakeLink, data

pytestmark = pytest.mark.django_db


@pytest.fixture
def dust(equipment: SimpleNamespace, cast: Any) -> Any:
    set_station(
        equipment.dust, settings={"mn": "ZX00001", "pw": PW, "st": "22"}, now=NOW, actor=cast.contractor
    )
    return equipment.dust


def sign_in(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def test_a_change_reaches_the_gateway(dust: Any, cast: Any) -> None:
    handler = Hj212Handler()
    handler.upkeep(NOW)
    link = FakeLink()
    session = handler.session(link)
    session.feed(data(NOW), NOW)
    link.store_now()
    assert link.bodies == [{"ts": MS, "values": {"pm10": 66.0}}]
    assert link.published[0].subject == f"lantu.{dust.project.code}.D1.telemetry"
    handler.upkeep(NOW)
    row = Hj212Station.objects.get()
    assert (row.last_packet_at, row.last_data_at, row.last_peer) == (NOW, NOW, "192.0.2.7")
    set_station(
        dust,
        settings={"factors": {"a34002": {"channel": "pm10", "unit": "mg/m³"}}},
        now=NOW,
        actor=cast.officer,
    )
    handler.upkeep(NOW)
    session.feed(data(NOW + timedelta(minutes=1), factors="a34002-Rtd=0.16"), NOW)
    assert link.bodies[-1]["values"] == {"pm10": 160.0}


def test_clock_trouble_is_an_event_once(dust: Any) -> None:
    handler = Hj212Handler()
    handler.upkeep(NOW)
    session = handler.session(FakeLink())
    for minutes, behind in ((10, 10), (11, 10), (12, 10), (13, 0)):
        now = NOW + timedelta(minutes=minutes)
        qn = hj212.time_text(now - timedelta(minutes=behind), millis=True)
        session.feed(data(NOW, qn=qn), now)
        handler.upkeep(NOW)
    told = Event.objects.filter(kind="monitoring.station_clock_skewed").order_by("id")
    assert [(event.payload["wrong"], event.payload["skew_s"]) for event in told] == [
        (True, -600.0),
        (False, 0.0),
    ]


def test_settings_that_cannot_be(equipment: SimpleNamespace, dust: Any, cast: Any) -> None:
    for settings, field in [
        ({"mn": "ZX00001"}, "mn"),
        ({"mn": "has blank"}, "mn"),
        ({"mn": "OK1", "pw": "短"}, "pw"),
        ({"mn": "OK1", "crc_mode": "crc32"}, "crc_mode"),
        ({"mn": "OK1", "rtd_interval_s": 5}, "rtd_interval_s"),
        ({"mn": "OK1", "factors": {"a34002": {"channel": "pm10"}}}, "factors"),
        ({"mn": "OK1", "factors": {"x": {"channel": "displacement_h_mm", "unit": "mg/m³"}}}, "factors"),
    ]:
        with pytest.raises(Refused) as refusal:
            set_station(equipment.pit, settings=settings, now=NOW, actor=cast.officer)
        assert refusal.value.field == field, settings
    assert Hj212Station.objects.count() == 1


def test_no_password_in_events_or_pages(dust: Any, cast: Any, client: Client) -> None:
    assert PW not in json.dumps(list(Event.objects.values_list("payload", flat=True)))
    page = sign_in(client, cast.contractor).get("/monitoring/devices/D1/hj212").content.decode()
    assert "ZX00001" in page
    assert PW not in page


def test_page_sets_and_removes(dust: Any, cast: Any, client: Client) -> None:
    sign_in(client, cast.contractor)
    given = {
        "mn": "NEW9",
        "pw": "",
        "st": "39",
        "crc_mode": "modbus",
        "backfill": "hour",
        "factors": "LA = noise\nA9=pm10 ug/m3",
    }
    assert client.post("/monitoring/devices/D1/hj212", given).status_code == 302
    row = Hj212Station.objects.get()
    assert (row.mn, row.pw, row.crc_mode, row.backfill) == ("NEW9", PW, "modbus", "hour")
    assert row.factors == {"LA": {"channel": "noise"}, "A9": {"channel": "pm10", "unit": "µg/m³"}}
    bad = client.post("/monitoring/devices/D1/hj212", given | {"factors": "nonsense"})
    assert "nonsense" in bad.content.decode()
    version = RegistryVersion.objects.get().version
    assert client.post("/monitoring/devices/D1/hj212", {"remove": "1"}).status_code == 302
    assert not Hj212Station.objects.exists()
    assert RegistryVersion.objects.get().version > version


def test_who_may_not(dust: Any, cast: Any, client: Client) -> None:
    assert sign_in(client, cast.outsider).get("/monitoring/devices/D1/hj212").status_code == 404
    sign_in(client, cast.inspector)
    assert client.get("/monitoring/devices/D1/hj212").status_code == 200
    assert client.post("/monitoring/devices/D1/hj212", {"remove": "1"}).status_code in (302, 403)
    assert Hj212Station.objects.exists()


def test_gateway_page(dust: Any, cast: Any, client: Client) -> None:
    meters = Meters()
    meters.count("packets", 4711)
    save_status("here", {"hj212": meters.as_json()}, {"hj212": 5212}, now=NOW)
    save_status("here", {"hj212": meters.as_json()}, {"hj212": 5212}, now=NOW + timedelta(seconds=4))
    assert [row.started_at for row in gateways(now=NOW)] == [NOW]
    page = sign_in(client, cast.officer).get("/monitoring/gateway/").content.decode()
    assert "ZX00001" in page


def table(text: str) -> BytesIO:
    return BytesIO(text.encode())


def test_a_table_sets_all_or_nothing(equipment: SimpleNamespace, cast: Any) -> None:
    good = "设备编码,MN,PW,校验方式,因子对照\nD1,A1,123456,modbus,a34002 = pm10 mg/m³\nP1,A2,123456,,\n"
    assert import_stations(table(good), "s.csv", now=NOW, actor=cast.officer) == 2
    assert Hj212Station.objects.get(mn="A1").crc_mode == "modbus"
    bad = "设备编码,MN,校验方式\nD1,A3,std\nNONE,A4,\nP1,A5,sum8\n"
    with pytest.raises(Unacceptable) as refusal:
        import_stations(table(bad), "s.csv", now=NOW, actor=cast.officer)
    assert "第 3 行" in refusal.value.detail
    assert "第 4 行" in refusal.value.detail
    assert not Hj212Station.objects.filter(mn="A3").exists()
    with pytest.raises(Unacceptable):
        import_stations(table("a,b\n1,2\n"), "s.csv", now=NOW, actor=cast.officer)


def test_a_rejected_packet_is_kept_shown_without_password_and_replayed(
    dust: Any, cast: Any, feed: Any
) -> None:
    raw = data(NOW, factors="a34002-Rtd=75600.0")
    message = rejection_message(
        "hj212", Rejection("out_of_range", "pm10 = 75600; 提示\r\n", raw, "D1", known=True)
    )
    head = encode_headers(message.headers or {})
    outcome = feed.worker.process_or_isolate(
        [Delivery(next(feed.seq), MS, message.subject.encode(), head, message.payload)], now=NOW
    )
    assert outcome.quarantined == 1
    entry = Quarantine.objects.get()
    assert (entry.source, entry.reason, entry.device_id) == ("hj212", "out_of_range", dust.pk)
    assert entry.detail == "pm10 = 75600; 提示\r\n"
    assert PW.encode() not in shown_raw(entry)
    with pytest.raises(Refused):
        replay(bytes(entry.raw), NOW)
    set_station(
        dust,
        settings={"factors": {"a34002": {"channel": "pm10", "unit": "ng/m³"}}},
        now=NOW,
        actor=cast.officer,
    )
    (again,) = replay(bytes(entry.raw), NOW)
    assert json.loads(again.payload) == {"ts": MS, "values": {"pm10": 75.6}}


def test_strangers_do_not_point_at_devices(dust: Any, feed: Any) -> None:
    message = rejection_message("hj212", Rejection("unknown_device", "MN=D1", b"##", "D1"))
    head = encode_headers(message.headers or {})
    feed.worker.process_or_isolate(
        [Delivery(next(feed.seq), MS, message.subject.encode(), head, b"##")], now=NOW
    )
    entry = Quarantine.objects.get()
    assert (entry.device_id, entry.device_guess) == (None, "?D1")


def test_removal_is_told(dust: Any, cast: Any) -> None:
    remove_station(dust, now=NOW, actor=cast.officer)
    remove_station(dust, now=NOW, actor=cast.officer)
    assert Event.objects.filter(kind="monitoring.hj212_station_set", payload__changed="removed").count() == 1


def test_all_waiting_packets_are_replayed_at_once(
    dust: Any, cast: Any, feed: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets that came before the MN was known, and such that the old settings refused; what is still bad stays."""
    sent: list[Any] = []
    monkeypatch.setattr(
        "lantu.monitoring.ingest.services.send", lambda messages: sent.extend(messages) or [1]
    )
    for raw, reason, device, known in [
        (data(NOW, mn="LATER1"), "unknown_device", "LATER1", False),
        (data(NOW, mn="LATER1", pw="wrong"), "wrong_password", "LATER1", False),
        (data(NOW, mn="OTHER1"), "unknown_device", "OTHER1", False),
    ]:
        message = rejection_message("hj212", Rejection(reason, "", raw, device, known=known))
        head = encode_headers(message.headers or {})
        feed.worker.process_or_isolate(
            [Delivery(next(feed.seq), MS, message.subject.encode(), head, message.payload)], now=NOW
        )
    set_station(dust, settings={"mn": "LATER1"}, now=NOW, actor=cast.officer)
    assert "2" in sign_in(client, cast.officer).get("/monitoring/devices/D1/hj212").content.decode()
    assert client.post("/monitoring/devices/D1/hj212", {"replay": "1"}).status_code == 302
    assert [json.loads(message.payload)["values"] for message in sent] == [{"pm10": 66.0}]
    assert dict(sent[0].headers) == {"Lantu-Source": "replay", "Lantu-Received-Ms": str(MS)}
    assert Quarantine.objects.filter(replayed_at=None).count() == 2


def test_over_the_api(dust: Any, cast: Any, client: Client) -> None:
    sign_in(client, cast.contractor)
    shown = client.get("/api/v1/devices/D1/hj212").json()
    assert shown["mn"] == "ZX00001"
    assert PW not in json.dumps(shown)
    put = client.put(
        "/api/v1/devices/D1/hj212", {"crc_mode": "modbus", "factors": {"A9": {"channel": "pm10"}}},
        content_type="application/json",
    )  # fmt: skip
    assert put.status_code == 200, put.content
    assert (put.json()["crc_mode"], put.json()["mn"]) == ("modbus", "ZX00001")
    assert Hj212Station.objects.get().pw == PW
    for interval in (60, None):
        client.put(
            "/api/v1/devices/D1/hj212",
            {"rtd_interval_s": interval, "mn": None},
            content_type="application/json",
        )
        assert Hj212Station.objects.get().rtd_interval_s == interval
    many = {"factors": {f"f{n}": {"channel": "pm10"} for n in range(200)}}
    assert client.put("/api/v1/devices/D1/hj212", many, content_type="application/json").status_code == 409
    bad = client.put("/api/v1/devices/D1/hj212", {"mn": "no blanks"}, content_type="application/json")
    assert bad.status_code == 409
    assert bad.json()["errors"][0]["field"] == "mn"
    assert client.get("/api/v1/devices/P1/hj212").status_code == 404
    assert client.get("/api/v1/gateways").json() == []
    assert sign_in(client, cast.outsider).get("/api/v1/devices/D1/hj212").status_code == 404
