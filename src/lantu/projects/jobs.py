"""Timers and long work of the projects."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from lantu.projects.models import ImportRun
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
    # What is found is stored as sentences: in the language of the person who will read them.
    language = ImportRun.objects.values_list("started_by__language", flat=True).get(pk=run_id)
    with translation.override(language):
        check_import(run_id=run_id, now=timezone.now())


@app.task(name="projects.apply_import", queue="imports")
def apply_import_job(run_id: int, actor_id: int) -> None:
    language = ImportRun.objects.values_list("started_by__language", flat=True).get(pk=run_id)
    with translation.override(language):
        apply_import(run_id=run_id, actor_id=actor_id, now=timezone.now())
