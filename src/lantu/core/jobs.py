"""Jobs and timers. A job is deferred in the transaction of the change that needs it (outbox)."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from lantu.core.models import Event
from lantu.core.subscriptions import handlers_of

log = structlog.get_logger(__name__)


@app.task(name="core.deliver_event", queue="events", retry=8)
def deliver_event(event_id: int) -> None:
    """Hand one event to its subscribers. Retried as a whole: handlers are idempotent."""
    event = Event.objects.select_related("actor").get(pk=event_id)
    with structlog.contextvars.bound_contextvars(event_id=event_id, event_kind=event.kind):
        for handler in handlers_of(event.kind):
            handler(event)
        log.info("event_delivered", handlers=len(handlers_of(event.kind)))


@app.periodic(cron="5 0 * * *")
@app.task(name="core.seal_day", queue="timers")
def seal_day(timestamp: int) -> None:
    """Every night: one root over all chains."""
    from datetime import UTC, datetime

    from lantu.core.services.verify_chain import seal_chains

    seal_chains(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="25 3 * * *")
@app.task(name="core.forget_submissions", queue="timers")
def forget_submissions(timestamp: int) -> None:
    """Every night: answers that nobody will ask for again."""
    from datetime import UTC, datetime

    from lantu.core.submissions import forget_old

    log.info("submissions_forgotten", count=forget_old(now=datetime.fromtimestamp(timestamp, UTC)))


@app.periodic(cron="40 3 * * *")
@app.task(name="core.sweep_evidence", queue="timers")
def sweep_lost_evidence(timestamp: int) -> None:
    """Every night: files of uploads that were refused after they had been written."""
    from datetime import UTC, datetime

    from lantu.core.services.sweep_evidence import sweep_evidence

    log.info("evidence_swept", count=sweep_evidence(now=datetime.fromtimestamp(timestamp, UTC)))
