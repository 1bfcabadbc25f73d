"""The last hours of readings, so that a fresh demonstration has curves to look at: through the ingest worker as always."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lantu.core.subscriptions import inline_delivery
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.simulate.cast import demo_actors, prepare_demo_tokens
from lantu.packs.demo import DemoPlan, DemoWarning
from lantu.site.demo.warnings import PARTITION

HOURS = 12
STEP_MINUTES = 15


def play_yesterday(plan: DemoPlan, *, now: datetime) -> int:
    """Undisturbed readings of every demonstration device over the last hours, but for the spans that a warning's
    own readings tell of; returns the messages sent."""
    start = now - timedelta(hours=HOURS)
    spans = ((warning.device, _span(warning)) for warning in (*plan.warnings, *plan.false_alarms))
    told = {device: span for device, span in spans if span[1] > start.timestamp()}
    prepare_demo_tokens()
    actors = demo_actors()
    with transaction.atomic(), inline_delivery():
        worker = Worker(partition=PARTITION, now=start)
        seq = worker.position.seq
        sent = 0
        for step in range(HOURS * 60 // STEP_MINUTES + 1):
            at = (start + timedelta(minutes=step * STEP_MINUTES)).timestamp()
            batch = []
            for actor in actors:
                first, last = told.get(actor.topic.split("/")[2], (0.0, 0.0))
                if first <= at <= last:
                    continue
                seq += 1
                subject = actor.topic.replace("/", ".").encode()
                batch.append(
                    Delivery(seq, int(at * 1000) + 300, subject, None, actor.payload(at, chance=0.0))
                )
            worker.process(batch, now=datetime.fromtimestamp(at, tz=now.tzinfo), flush=step % 12 == 0)
            sent += len(batch)
        worker.idle(now=now, listening=False)
    return sent


def _span(warning: DemoWarning) -> tuple[float, float]:
    """First and last reading of a warning's story, in seconds since the epoch."""
    start = warning.started_at.timestamp()
    return start + warning.series[0][0] / 1000, start + warning.series[-1][0] / 1000
