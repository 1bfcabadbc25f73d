"""Prometheus meters: every request by route, and the state of the house asked at each scrape."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import structlog
from django.conf import settings
from django.db.models import Count, Sum
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lantu.duties.models import Duty
from lantu.monitoring.gateway.status import gateways
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.wire import ProtocolError
from lantu.monitoring.models import Alert
from lantu.site.probes import jobs_by_status, read_lag

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

REQUESTS = Counter("lantu_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "lantu_http_request_seconds",
    "Time to answer, by route",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeterMiddleware:
    """Counts and times requests by route: never by address, which would make a meter per project."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = (match.route or "/") if match else "unmatched"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


class HouseCollector(Collector):
    """Open alerts, overdue duties, jobs and ingest, read from the database when somebody scrapes."""

    def describe(self) -> list[Metric]:
        """Nothing in advance: at start there may be no database yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("lantu_database_up", "1 when the database answered this scrape")
        try:
            found = [*_alerts(), *_duties(), _jobs(), *_stored(), *_gateway()]
        except DatabaseError as error:
            log.warning("meters_without_database", error=str(error).splitlines()[0])
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found
        yield from _lag()


def _alerts() -> Iterator[Metric]:
    gauge = GaugeMetricFamily("lantu_alerts_open", "Open alerts", labels=["kind", "severity"])
    counted = (
        Alert.objects.filter(closed_at=None)
        .order_by()
        .values_list("kind", "severity")
        .annotate(n=Count("id"))
    )
    for kind, severity, n in counted:
        gauge.add_metric([kind, str(severity)], n)
    yield gauge


def _duties() -> Iterator[Metric]:
    open_duties = Duty.objects.filter(closed_at=None)
    total = GaugeMetricFamily("lantu_duties_open", "Open duties")
    total.add_metric([], open_duties.count())
    yield total
    overdue = GaugeMetricFamily("lantu_duties_overdue", "Open duties whose due time has passed")
    overdue.add_metric([], open_duties.filter(due_at__lt=timezone.now(), stopped_since=None).count())
    yield overdue


def _jobs() -> Metric:
    gauge = GaugeMetricFamily("lantu_jobs", "Jobs that are waiting, running or failed", labels=["status"])
    for status, n in jobs_by_status().items():
        gauge.add_metric([status], n)
    return gauge


def _stored() -> Iterator[Metric]:
    totals = IngestOffset.objects.aggregate(
        messages=Sum("messages"),
        readings=Sum("readings"),
        duplicates=Sum("duplicates"),
        quarantined=Sum("quarantined"),
    )
    for name, value in totals.items():
        counter = CounterMetricFamily(f"lantu_ingest_{name}", f"Telemetry {name} since the beginning")
        counter.add_metric([], value or 0)
        yield counter


def _gateway() -> Iterator[Metric]:
    """Counters of the device gateways as they last wrote them; a process starts from 0 again."""
    gauge = GaugeMetricFamily(
        "lantu_gateway", "Counters of a device gateway", labels=["process", "protocol", "counter"]
    )
    for row in gateways(now=timezone.now()):
        for protocol, counters in row.counters.items():
            for name, value in counters.items():
                gauge.add_metric([row.name, protocol, name], value)
    yield gauge


def _lag() -> Iterator[Metric]:
    if not settings.NATS_URL:
        return
    try:
        lag = read_lag(now=timezone.now())
    except (OSError, TimeoutError, ProtocolError) as error:
        log.info("meters_without_stream", error=str(error))
        return
    pending = GaugeMetricFamily(
        "lantu_ingest_pending_messages", "Messages in the stream that are not stored yet"
    )
    pending.add_metric([], lag.pending)
    yield pending
    seconds = GaugeMetricFamily(
        "lantu_ingest_lag_seconds", "Age of the oldest message that is not stored yet"
    )
    seconds.add_metric([], lag.seconds)
    yield seconds


REGISTRY.register(HouseCollector())


def meters_text() -> bytes:
    """All meters in Prometheus' text form."""
    return generate_latest()
