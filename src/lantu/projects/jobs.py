"""Timers and long work of the projects."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from lantu.projects.services.apply_import import apply_import
from lantu.projects.services.check_import import check_import
from lantu.projects.services.recompute_lamp import recompute_lamps


@app.periodic(cron="20 0 * * *")
@app.task(name="projects.recompute_lamps", queue="timers")
def recompute_all_lamps(timestamp: int) -> None:
    """Every night: a date that passed may change a lamp although nobody reported anything."""
    recompute_lamps(now=datetime.fromtimestamp(timestamp, UTC))


@app.task(name="projects.check_import", queue="imports")
def check_import_job(run_id: int) -> None:
    check_import(run_id=run_id, now=timezone.now())


@app.task(name="projects.apply_import", queue="imports")
def apply_import_job(run_id: int, actor_id: int) -> None:
    apply_import(run_id=run_id, actor_id=actor_id, now=timezone.now())
