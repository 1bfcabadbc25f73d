"""`lantu manage run_worker`: run the jobs and the timers of the house until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connections
from django.urls import reverse
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.periodic import PeriodicRegistry

log = structlog.get_logger(__name__)
STALLED_CHECK_S = 30.0


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # pages are no business of a worker; `web` and `doctor` check them
    help = "运行后台任务与定时器，收到 SIGTERM 或 Ctrl-C 后做完手头的再停 / run jobs and timers"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="同时进行的任务数")
        parser.add_argument("--once", action="store_true", help="做完现有的任务就停（测试和维护用）")
        parser.add_argument(
            "--grace", type=float, default=20.0, help="停止时给手头任务的秒数，过后放弃，任务由下一个进程重做"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Duties carry links: load the URL table now, not inside a job that holds the head of an event chain.
        reverse("core:evidence", args=[1])
        asyncio.run(work(concurrency=options["concurrency"], once=options["once"], grace_s=options["grace"]))


async def work(*, concurrency: int, once: bool = False, grace_s: float = 20.0) -> None:
    """One worker over all queues, with the timers; ``once`` does what is queued, starts no timer, and returns.

    The first SIGTERM or SIGINT lets running jobs finish within ``grace_s`` seconds. A job whose worker died is
    taken up again by the next one. The worker fetches over its own connections, while jobs that a task defers
    go through Django's: they commit or vanish with the change that needs them.
    """
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    worker_app = app.with_connector(connector.get_worker_connector())
    if once:
        worker_app.periodic_registry = PeriodicRegistry()
    async with worker_app.open_async():
        await retry_stalled(worker_app)
        log.info("worker_started", concurrency=concurrency, tasks=len(worker_app.tasks))
        watch = asyncio.create_task(_watch_stalled(worker_app))
        try:
            await worker_app.run_worker_async(
                concurrency=concurrency,
                wait=not once,
                listen_notify=not once,
                shutdown_graceful_timeout=grace_s,
                delete_jobs="successful",
                task_middleware=[with_own_connection if once else with_live_connection],
            )
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        log.info("worker_stopped")


def with_live_connection(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Around every job: drop connections that the database has closed, as requests do."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


def with_own_connection(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Around every job of a run that ends: leave no connection behind in its thread."""
    try:
        return call_next()
    finally:
        connections.close_all()


async def retry_stalled(worker_app: App) -> int:
    """Put jobs back whose worker stopped breathing. Returns how many."""
    stalled = list(await worker_app.job_manager.get_stalled_jobs())
    for job in stalled:
        await worker_app.job_manager.retry_job(job)
        log.warning("job_taken_up_again", job=job.id, task=job.task_name)
    return len(stalled)


async def _watch_stalled(worker_app: App) -> None:
    while True:
        await asyncio.sleep(STALLED_CHECK_S)
        await retry_stalled(worker_app)
