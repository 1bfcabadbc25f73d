"""The API of monitoring: who may, what comes back, and what bad input gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services import mark_false_positive
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.ingest.publish import Outgoing
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """What would have gone into the stream."""
    messages: list[Outgoing] = []

    def keep(batch: Any) -> list[int]:
        messages.extend(batch)
        return list(range(len(batch)))

    monkeypatch.setattr("lantu.monitoring.ingest.services.send", keep)
    return messages


@pytest.fixture
def as_(client: Client) -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        found = Client()
        found.force_login(user)
        return found

    return sign_in


def post(client: Client, body: Any, token: str = "") -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.post("/api/v1/telemetry", data=data, content_type="application/json", headers=headers)


def test_a_device_sends_for_itself(client: Client, equipment: SimpleNamespace, cast: Any, sent: list) -> None:
    token = issue_token(equipment.dust, now=NOW, actor=cast.officer)
    ok = post(client, {"values": {"pm10": 88}}, token)
    assert ok.status_code == 200
    assert ok.json()["accepted"] == 1
    assert sent[0].subject == f"lantu.{equipment.project.code}.D1.telemetry"
    mixed = post(
        client,
        [
            {"values": {"pm10": 88}},
            {"values": {"pm10": -1}},
            {"device": "P1", "values": {"displacement_h_mm": 1}},
            7,
        ],
        token,
    ).json()
    assert (mixed["accepted"], mixed["quarantined"], mixed["rejected"]) == (1, 2, 1)
    assert [row["reason"] for row in mixed["records"]] == ["", "out_of_range", "wrong_device", "bad_shape"]
    assert len(sent) == 4, "what names the device itself goes into the stream, good or bad"


def test_wrong_token_and_strangers(
    client: Client, equipment: SimpleNamespace, as_: Any, cast: Any, sent: list
) -> None:
    assert post(client, {"values": {"pm10": 1}}, "ltd_wrong").status_code == 401
    assert post(client, {"values": {"pm10": 1}}).status_code == 401
    stranger = post(as_(cast.outsider), {"device": "D1", "values": {"pm10": 1}})
    assert stranger.json()["records"][0]["reason"] == "unknown_device"
    assert post(as_(cast.auditor), {"device": "D1", "values": {"pm10": 1}}).status_code == 403
    assert not sent


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{", 422), (b"\xff\xff", 422), (b"[" * 3000, 422), (b"[]", 422), (b"null", 200), (b"[1,[],{}]", 200),
        (b'{"values":{"pm10":NaN}}', 200), (b'{"values":{"\\ud800":1}}', 200), (b'{"device":"\\u0000","values":{}}', 200),
        (b'{"ts":' + b"9" * 5000 + b',"values":{"pm10":1}}', 422), (b" " * (1024 * 1024 + 1), 413),
        (json.dumps([{}] * 5001).encode(), 422),
    ],
)  # fmt: skip
def test_bad_bodies(
    client: Client, equipment: SimpleNamespace, cast: Any, sent: list, body: bytes, status: int
) -> None:
    token = issue_token(equipment.dust, now=NOW, actor=cast.officer)
    answer = post(client, body, token)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["accepted"] == 0
        assert all(row["reason"] for row in answer.json()["records"])
    else:
        assert answer["Content-Type"].startswith("application/problem+json")


def test_without_stream_nothing_is_promised(client: Client, equipment: SimpleNamespace, cast: Any) -> None:
    token = issue_token(equipment.dust, now=NOW, actor=cast.officer)
    assert post(client, {"values": {"pm10": 88}}, token).status_code == 503


def test_a_wrong_token_is_no_csrf_failure() -> None:
    """Devices have no browser session: what is wrong with their request is the token."""
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, {"values": {"pm10": 1}}, "ltd_wrong").status_code == 401
    assert post(strict, {"values": {"pm10": 1}}).status_code == 401


def test_a_record_larger_than_a_message_is_rejected(
    client: Client, equipment: SimpleNamespace, cast: Any, sent: list
) -> None:
    token = issue_token(equipment.dust, now=NOW, actor=cast.officer)
    large = {"values": {f"channel-{number:06d}": 1 for number in range(20_000)}}
    got = post(client, [large, {"values": {"pm10": 88}}], token).json()
    assert [(one["status"], one["reason"]) for one in got["records"]] == [
        ("rejected", "too_large"),
        ("accepted", ""),
    ]
    assert len(sent) == 1


def test_devices_and_tokens(equipment: SimpleNamespace, cast: Any, as_: Any) -> None:
    mine = as_(cast.contractor)
    listed = mine.get("/api/v1/devices?limit=2").json()
    assert [row["code"] for row in listed["items"]] == ["C1", "D1"]
    assert [row["code"] for row in mine.get(f"/api/v1/devices?cursor={listed['next']}").json()["items"]] == [
        "P1"
    ]
    assert as_(cast.outsider).get("/api/v1/devices").json()["items"] == []
    assert as_(cast.outsider).get("/api/v1/devices/D1").status_code == 404
    assert [row["key"] for row in mine.get("/api/v1/devices/D1").json()["channels"]] == [
        "pm10",
        "noise",
        "wind_speed",
    ]
    assert as_(cast.outsider).post("/api/v1/devices/D1/token").status_code == 404
    assert as_(cast.auditor).post("/api/v1/devices/D1/token").status_code == 403
    token = mine.post("/api/v1/devices/D1/token").json()["token"]
    equipment.dust.refresh_from_db()
    assert token not in equipment.dust.token_hash
    assert "token" not in mine.get("/api/v1/devices/D1").json()


def test_readings(feed: Any, equipment: SimpleNamespace, cast: Any, as_: Any) -> None:
    feed(*[("D1", {"pm10": 80 + n}, 60 * n) for n in range(10)])
    mine = as_(cast.contractor)
    span = {"channel": "D1.pm10", "from": NOW.isoformat(), "to": (NOW + timedelta(hours=1)).isoformat()}
    points = mine.get("/api/v1/readings", span).json()["points"]
    assert [row["value"] for row in points] == [80 + n for n in range(10)]
    (bucket,) = mine.get("/api/v1/readings", span | {"step": "1h"}).json()["buckets"]
    assert (bucket["readings"], bucket["mean"], bucket["low"], bucket["high"], bucket["last"]) == (
        10,
        84.5,
        80,
        89,
        89,
    )
    assert as_(cast.outsider).get("/api/v1/readings", span).status_code == 404
    for bad in ({"step": "x"}, {"step": "0"}, {"step": "1s", "from": "2025-01-01T00:00:00Z"}, {"to": "1950-01-01T00:00:00Z"},
                {"from": "x"}, {"from": "9999-12-31T00:00:00Z"}, {"channel": "D1"}, {"channel": "9" * 30}):  # fmt: skip
        assert mine.get("/api/v1/readings", span | bad).status_code in (404, 422), bad


def test_alerts_and_false_positive_by_two(feed: Any, cast: Any, as_: Any) -> None:
    feed(("D1", {"pm10": 200}, 0))
    pk = Alert.objects.get().pk
    assert as_(cast.outsider).get("/api/v1/alerts").json()["items"] == []
    assert as_(cast.outsider).get(f"/api/v1/alerts/{pk}").status_code == 404
    mine = as_(cast.contractor)
    detail = mine.get(f"/api/v1/alerts/{pk}").json()
    assert (detail["rule"], detail["rule_version"], detail["basis"], detail["holder"]) == (
        "dust.pm10_inst",
        1,
        "平台默认",
        "单安全",
    )
    url = f"/api/v1/alerts/{pk}/false-positive"

    def mark(who: Any, reason: str = "便携仪复测 96 µg/m³") -> Any:
        return as_(who).post(url, data={"reason": reason}, content_type="application/json")

    assert mark(cast.outsider).status_code == 404
    assert mark(cast.auditor).status_code == 403
    assert mark(cast.contractor, " ").status_code == 422
    assert mark(cast.contractor).json()["state"] == "new"
    assert mark(cast.contractor).status_code == 409
    assert mark(cast.inspector).json()["state"] == "false_positive"
    assert mark(cast.supervisor).status_code == 409
    alert = Alert.objects.get()
    alert.duty.refresh_from_db()
    assert alert.duty.closed_at is not None
    assert mine.get(f"/api/v1/alerts/{2**70}").status_code == 404


def test_quarantine_and_replay(feed: Any, cast: Any, as_: Any, sent: list) -> None:
    feed(("D1", {"pm10": -4}, 0), ("GHOST", {"pm10": 1}, 0))
    own = as_(cast.contractor).get("/api/v1/quarantine").json()["items"]
    assert [row["device"] for row in own] == ["D1"], "what belongs to no project is for the city only"
    assert len(as_(cast.officer).get("/api/v1/quarantine").json()["items"]) == 2
    pk = Quarantine.objects.get(device_guess="GHOST").pk
    assert as_(cast.contractor).post(f"/api/v1/quarantine/{own[0]['id']}/replay").status_code == 403
    assert as_(cast.officer).post(f"/api/v1/quarantine/{pk}/replay").json()["replayed_at"] is not None
    assert as_(cast.officer).post(f"/api/v1/quarantine/{pk}/replay").status_code == 409
    assert sent[0].headers is not None
    assert sent[0].headers["Lantu-Received-Ms"] == str(int(NOW.timestamp() * 1000))


def test_figures(feed: Any, equipment: SimpleNamespace, cast: Any) -> None:
    from lantu.core.figures import read_figure

    feed(("D1", {"pm10": 200}, 0), ("P1", {"displacement_h_mm": 1}, 0))

    def value(name: str, minutes: float, who: Any = cast.director) -> Any:
        return read_figure(name, who, now=NOW + timedelta(minutes=minutes)).value

    assert (value("warnings.total", 1), value("warnings.open", 1)) == (1, 1)
    assert value("warnings.total", 1, cast.outsider) == 0
    assert (value("devices.connected", 1), value("devices.silent", 1)) == (2, 0)
    assert (value("devices.connected", 5), value("devices.silent", 5)) == (2, 1), (
        "3 periods of 60 s; the pit's are 600 s"
    )
    assert (value("devices.connected", 25 * 60), value("devices.silent", 25 * 60)) == (0, 2)


def test_the_total_of_warnings_opens_as_many_rows(feed: Any, cast: Any, as_: Any) -> None:
    from lantu.core.figures import read_figure

    feed(("D1", {"pm10": 200}, 0), ("P1", {"displacement_h_mm": 45}, 0))
    total = read_figure("warnings.total", cast.director, now=NOW)
    alert = Alert.objects.order_by("pk")[0]
    mark_false_positive(alert, reason="现场复测正常", now=NOW, actor=cast.contractor)
    mark_false_positive(alert, reason="", now=NOW, actor=cast.supervisor)
    less = read_figure("warnings.total", cast.director, now=NOW)
    assert less.value == total.value - 1
    page = as_(cast.director).get(less.rows).context["page"]
    assert page.paginator.count == less.value


def test_pages_open(feed: Any, equipment: SimpleNamespace, cast: Any, as_: Any) -> None:
    feed(("D1", {"pm10": 200}, 0), ("D1", {"pm10": -1}, 1))
    alert, entry = Alert.objects.get(), Quarantine.objects.get()
    urls = [
        "/monitoring/devices/", "/monitoring/devices/?q=dust&type=dust&state=silent", "/monitoring/devices/D1/",
        "/monitoring/devices/map.geojson", "/monitoring/devices/D1/chart/pm10.json", "/monitoring/coverage/",
        "/monitoring/alerts/", "/monitoring/alerts/?kind=risk&state=open&severity=2", f"/monitoring/alerts/{alert.pk}/",
        f"/monitoring/alerts/{alert.pk}/chart.json", "/monitoring/rules/", "/monitoring/quarantine/",
        f"/monitoring/quarantine/{entry.pk}/", f"/monitoring/projects/{equipment.project.code}/",
    ]  # fmt: skip
    officer, outsider = as_(cast.officer), as_(cast.outsider)
    for url in urls:
        assert officer.get(url).status_code == 200, url
    for url in (
        "/monitoring/devices/D1/",
        f"/monitoring/alerts/{alert.pk}/",
        f"/monitoring/quarantine/{entry.pk}/",
    ):
        assert outsider.get(url).status_code == 404, url
    assert "D1" not in outsider.get("/monitoring/devices/").content.decode()
    page = officer.get(f"/monitoring/alerts/{alert.pk}/").content.decode()
    for wanted in ("dust.pm10_inst v1", "平台默认", "单安全", "超限预警"):
        assert wanted in page
    shown = officer.post("/monitoring/devices/D1/token")
    assert "ltd_" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert timezone.now() > NOW


@pytest.mark.parametrize(
    "address",
    [
        "/projects/?owner={odd}&q={odd}&year={odd}",
        "/map/projects.json?owner={odd}",
        "/monitoring/devices/?q={odd}&type={odd}&project={odd}",
        "/monitoring/alerts/?q={odd}&rule={odd}&project={odd}&device={odd}",
        "/monitoring/vehicles/?q={odd}&company={odd}&project={odd}",
        "/monitoring/vehicles/findings/?q={odd}&rule={odd}&kind={odd}&project={odd}",
        "/monitoring/observations/?project={odd}",
        "/monitoring/quarantine/?device={odd}",
        "/monitoring/checkups/?project={odd}",
        "/work/list/?project={odd}&holder={odd}",
        "/accounts/log/?kind={odd}&subject=a:{odd}",
    ],
)
@pytest.mark.parametrize("odd", ["%00", "a%00b", "%C2%B2", "%D9%A1", "9" * 30, "%F0%9F%99%82"])
def test_odd_characters_in_an_address_are_no_error(client: Any, cast: Any, address: str, odd: str) -> None:
    """NUL, a superscript two (a digit that is no number), an Arabic one, more digits than a number has, an emoji."""
    client.force_login(cast.auditor)
    assert client.get(address.format(odd=odd)).status_code < 500
    assert client.get(f"/projects/{odd}/").status_code == 404
