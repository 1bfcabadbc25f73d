"""What a device sends beyond its share: one row a minute, replayable; the others are not touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from lantu.monitoring import http_ingest
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.http_ingest import TooFast, accept, device_of_token
from lantu.monitoring.ingest import fairness, held_back
from lantu.monitoring.ingest.decode import check_record
from lantu.monitoring.ingest.held_back import as_list, held_by_device
from lantu.monitoring.quality.services.check_rates import check_rates
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.telemetry.models import Quarantine, Reason
from lantu.monitoring.telemetry.selectors import raw_series
from lantu.monitoring.tests.conftest import MS, NOW, delivery

pytestmark = pytest.mark.django_db
RULE = {
    "code": "quality.rate", "name": "设备发送过快", "family": "quality", "kind": "quality", "terms": {"check": "rate"}, "levels": [{"severity": 1, "limit": 1}],
    "basis": "平台默认", "mark": "D", "effective_from": "2024-01-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def small_buckets(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DEVICE_RATE_FACTOR, settings.DEVICE_RATE_FLOOR = 1, 0.001
    monkeypatch.setattr(fairness, "LEAST_BURST", 10.0)
    monkeypatch.setattr(fairness, "BACKLOG_S", 60.0)
    held_back._buckets.clear()
    http_ingest._known.clear()
    yield
    held_back._buckets.clear()
    http_ingest._known.clear()


def test_beyond_the_share_one_row_a_minute_and_the_neighbour_is_untouched(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any
) -> None:
    shout = [("D1", {"pm10": 80.0 + n}, n / 10) for n in range(30)]
    calm = [("P1", {"displacement_h_mm": 1.0}, 0), ("P1", {"displacement_h_mm": 1.1}, 2)]
    outcome = feed(*shout, *calm)
    assert outcome.readings == 12
    feed(*(("D1", {"pm10": 10.0}, 4 + n / 10) for n in range(20)))
    row = Quarantine.objects.get(reason=Reason.RATE_LIMITED)
    assert (row.problems[0]["messages"], row.device_guess) == (40, "D1")
    assert len(json.loads(bytes(row.raw))) == 40
    assert held_by_device([equipment.dust.pk], since=NOW) == {equipment.dust.pk: 40}
    # What was held back is a message like any other, and a replay is not counted again.
    worker = feed.worker  # type: ignore[attr-defined]
    again = delivery(900, equipment.project.code, "D1", {}, MS)._replace(
        payload=bytes(row.raw), headers=b"NATS/1.0\r\nLantu-Source: replay\r\n\r\n", received_ms=MS + 20_000
    )
    assert worker.process_or_isolate([again], now=NOW + timedelta(seconds=20)).readings == 40
    pm10 = equipment.dust.channels.get(key="pm10")
    assert len(raw_series(pm10, since=NOW, until=NOW + timedelta(minutes=1))) == 50


def test_off_means_off(feed: Callable[..., Any], settings: Any) -> None:
    settings.DEVICE_RATE_FACTOR = 0
    assert feed(*(("D1", {"pm10": 80.0}, n / 10) for n in range(50))).readings == 50


def test_a_receipt_is_not_a_message(feed: Callable[..., Any], equipment: SimpleNamespace) -> None:
    registry = feed.worker.memory.registry  # type: ignore[attr-defined]
    for _number in range(50):
        assert check_record(registry, delivery(0, equipment.project.code, "D1", {"pm10": 1.0}, MS)) == []


def test_bundles_hold_records_and_nothing_else() -> None:
    payloads = [b'{"a":1}', b' [ {"b":2}, {"c":3} ] ', b"[]", b"garbage", b'"text"', b"{" + b"x" * 99 + b"}"]
    assert json.loads(as_list(payloads, 60)) == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_http_answers_429_or_names_the_records(
    equipment: SimpleNamespace, cast: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("lantu.monitoring.http_ingest.submit", sent.extend)
    token = issue_token(equipment.dust, now=NOW, actor=cast.officer)
    caller = device_of_token(token)
    body = json.dumps([{"values": {"pm10": n}} for n in range(15)]).encode()
    answer = accept(body, caller=caller, now=NOW)
    assert (answer["accepted"], answer["rejected"], len(sent)) == (10, 5, 10)
    assert answer["records"][-1]["reason"] == "rate_limited"
    with pytest.raises(TooFast) as caught:
        accept(body, caller=caller, now=NOW)
    assert caught.value.retry_s == 900
    response = client.post(
        "/api/v1/telemetry",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    # The bucket has filled since 2026-06-10: this request passes in part again, the next one not at all.
    assert response.status_code == 200
    response = client.post(
        "/api/v1/telemetry",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")
    assert int(response["Retry-After"]) > 0


def test_the_keeper_of_the_device_is_told_and_the_alert_ends_when_it_is_calm(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any
) -> None:
    load_rules([RULE], now=NOW - timedelta(days=1))
    feed(*(("D1", {"pm10": 80.0}, n / 10) for n in range(30)))
    assert check_rates(now=NOW + timedelta(minutes=5)) == (1, 0)
    assert check_rates(now=NOW + timedelta(minutes=10)) == (0, 0)
    alert = Alert.objects.get(rule__code="quality.rate")
    assert (alert.kind, alert.peak_value) == ("technical", 20.0)
    assert alert.duty is not None
    assert check_rates(now=NOW + timedelta(hours=2)) == (0, 1)
    alert.refresh_from_db()
    assert alert.closed_at is not None
