"""Long work and watches of schedules."""

from __future__ import annotations

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from lantu.lifecycle.schedule.exchange import jobs as exchange_jobs  # noqa: F401  registered by being imported
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleLevelling
from lantu.lifecycle.schedule.services.level import run_levelling
from lantu.lifecycle.schedule.services.slips import watch_milestones
from lantu.lifecycle.schedule.states import ScheduleStatus


@app.task(name="lifecycle.level_resources", queue="imports")
def run_levelling_job(run_id: int) -> None:
    """Compute a levelling run; what is kept is read in the asker's language."""
    language = ScheduleLevelling.objects.values_list("asked_by__language", flat=True).get(pk=run_id)
    with translation.override(language):
        run_levelling(run_id=run_id, now=timezone.now())


@app.periodic(cron="20 7 * * *")
@app.task(name="lifecycle.watch_milestones", queue="timers")
def watch_milestones_job(timestamp: int) -> None:
    """Every morning: critical milestones that passed their baseline unreached become somebody's duty."""
    now = timezone.now()
    for schedule in Schedule.objects.filter(status=ScheduleStatus.IN_FORCE).select_related("project"):
        watch_milestones(schedule, now=now)
