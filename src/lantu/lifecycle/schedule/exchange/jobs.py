"""Reading and storing schedule files, away from the web process."""

from __future__ import annotations

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.services.apply_import import apply_import
from lantu.lifecycle.schedule.exchange.services.check_import import check_import


@app.task(name="lifecycle.check_schedule_import", queue="imports")
def check_schedule_import_job(run_id: int) -> None:
    # A refusal is stored as a sentence: in the language of the person who will read it.
    language = ScheduleImport.objects.values_list("started_by__language", flat=True).get(pk=run_id)
    with translation.override(language):
        check_import(run_id=run_id, now=timezone.now())


@app.task(name="lifecycle.apply_schedule_import", queue="imports")
def apply_schedule_import_job(run_id: int) -> None:
    language = ScheduleImport.objects.values_list("started_by__language", flat=True).get(pk=run_id)
    with translation.override(language):
        apply_import(run_id=run_id, now=timezone.now())
