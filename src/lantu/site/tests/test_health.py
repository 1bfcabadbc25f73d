"""Health pages and meters: honest when something is missing, silent towards strangers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone
from prometheus_client import REGISTRY

from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.shares import Share
from lantu.monitoring.ingest.stream import ensure_stream
from lantu.monitoring.ingest.wire import Wire
from lantu.site import health, live_hub, probes
from lantu.site.metrics import MeterMiddleware


@pytest.fixture(autouse=True)
def fresh_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_answer", None)


@pytest.fixture
def worker_alive(db: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def sample(text: str, name: str) -> float:
    """The value of one line of Prometheus text."""
    line = next(line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(line.split()[-1])


def test_a_living_process_says_so_to_anybody(client: Any) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True}


def test_without_a_stream_the_house_is_not_ready_and_says_what_is_missing(
    client: Any, worker_alive: None, settings: Any
) -> None:
    settings.NATS_URL = ""
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert checks["database"] == {"ok": True}
    assert checks["worker"]["ok"]
    assert not checks["stream"]["ok"]
    settings.NATS_URL = "nats://app:secret@127.0.0.1:1"
    health._answer = None
    text = client.get("/readyz").content.decode()
    assert "消息服务器没有应答" in text
    assert "secret" not in text
    english = client.get("/readyz", headers={"accept-language": "en"}).json()["checks"]["stream"]["why"]
    assert english == "The message server does not answer"


def test_no_worker_or_a_silent_one_is_noticed(client: Any, db: Any) -> None:
    now = timezone.now()
    assert not probes.check_worker(now=now).ok
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert probes.check_worker(now=now).ok
    assert not probes.check_worker(now=now + timedelta(minutes=5)).ok


def test_a_database_that_does_not_answer_is_reported_without_details(
    client: Any, monkeypatch: pytest.MonkeyPatch, db: Any
) -> None:
    def broken() -> Any:
        raise OperationalError("connection to host 10.1.2.3 refused")

    with monkeypatch.context() as broken_database:
        broken_database.setattr(probes.connection, "cursor", broken)
        check = probes.check_database()
    assert not check.ok
    assert "10.1.2.3" not in check.why


@pytest.mark.engines
def test_with_a_stream_the_lag_is_the_age_of_the_oldest_message_not_stored(
    client: Any, worker_alive: None, settings: Any
) -> None:
    from lantu.runtime.testing import temporary_nats

    with temporary_nats() as server:
        settings.NATS_URL = server.url
        assert client.get("/readyz").json()["checks"]["ingest"]["why"].startswith("数据流尚未建立")
        wire = Wire(server.url, name="test")
        info = ensure_stream(wire)
        wire.request("lantu.P1.D1.telemetry", b"{}")
        wire.request("lantu.P1.D1.telemetry", b"{}")
        wire.close()
        now = timezone.now()
        assert probes.read_lag(now=now).pending == 2
        assert probes.read_lag(now=now + timedelta(minutes=5)).seconds > 200
        assert not probes.check_stream_and_ingest(now=now + timedelta(minutes=5))["ingest"].ok
        IngestOffset.objects.create(partition=Share().name, seq=2, stream_created_at=info.created)
        lag = probes.read_lag(now=now)
        assert (lag.pending, lag.seconds) == (0, 0.0)
        health._answer = None
        answer = client.get("/readyz")
        assert answer.status_code == 200, answer.content.decode()
        assert "lantu_ingest_pending_messages 0.0" in client.get("/metrics").content.decode()


def test_the_answer_is_kept_for_a_second(client: Any, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(health, "_checks", lambda: asked.append(1) or {"database": probes.Check(True)})
    client.get("/readyz")
    client.get("/readyz")
    assert len(asked) == 1


def test_meters_count_what_is_open_and_overdue(client: Any, cast: Any, site_project: Any) -> None:
    from lantu.duties.services.open import open_duty

    now = timezone.now()
    open_duty(
        subject_type="projects.project", subject_id=site_project.pk, project=site_project, step="x", title="催办",
        action_label="办理", action_url="/", holder=cast.officer, severity=3, due_at=now - timedelta(hours=1),
        now=now - timedelta(days=1), actor=cast.director,
    )  # fmt: skip
    text = client.get("/metrics").content.decode()
    assert sample(text, "lantu_database_up") == 1
    assert sample(text, "lantu_duties_open") == 1
    assert sample(text, "lantu_duties_overdue") == 1
    assert 'lantu_jobs{status="failed"} 0.0' in text
    assert f"{live_hub.CLIENTS._name} " in text


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.9"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.9"}, 403),
    ],
)
def test_meters_are_for_this_machine(client: Any, db: Any, extra: dict[str, str], status: int) -> None:
    assert client.get("/metrics", **extra).status_code == status


def test_with_a_token_only_the_token_counts(client: Any, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANTU_METRICS_TOKEN", "密-token")
    assert client.get("/metrics").status_code == 403
    assert client.get(
        "/metrics", HTTP_AUTHORIZATION="Bearer 密-token".encode().decode("latin-1")
    ).status_code in {200, 403}
    monkeypatch.setenv("LANTU_METRICS_TOKEN", "m-token")
    assert (
        client.get("/metrics", HTTP_AUTHORIZATION="Bearer m-token", REMOTE_ADDR="10.0.0.9").status_code == 200
    )


def test_requests_are_metered_by_route_never_by_address(rf: Any, db: Any) -> None:
    from django.http import HttpResponse
    from django.urls import resolve

    def view(request: Any) -> HttpResponse:
        request.resolver_match = resolve("/healthz") if request.path == "/healthz" else None
        return HttpResponse(status=200 if request.path == "/healthz" else 404)

    middleware = MeterMiddleware(view)
    labels = {"method": "GET", "route": "healthz", "status": "200"}
    before = REGISTRY.get_sample_value("lantu_http_requests_total", labels) or 0
    for path in ("/healthz", "/no/such/page", "/other/guess"):
        middleware(rf.get(path))
    middleware(rf.generic("BREW", "/healthz"))
    assert REGISTRY.get_sample_value("lantu_http_requests_total", labels) == before + 1
    lost = REGISTRY.get_sample_value(
        "lantu_http_requests_total", {"method": "GET", "route": "unmatched", "status": "404"}
    )
    assert lost is not None
    assert lost >= 2
    assert REGISTRY.get_sample_value("lantu_http_requests_total", labels | {"method": "other"}) == 1
