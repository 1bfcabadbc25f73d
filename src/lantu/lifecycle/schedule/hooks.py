"""What schedules add to the floors below: the project's tab, their open objects, the names of their events."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import ProjectTab, project_tabs
from lantu.duties import workflow_models
from lantu.lifecycle.schedule import events  # noqa: F401  registered by being imported
from lantu.lifecycle.schedule.states import ScheduleStatus
from lantu.lifecycle.schedule.wording import EVENTS

project_tabs.add(
    ProjectTab(
        key="schedule",
        label=_("进度"),
        url_name="lifecycle:schedule_project",
        icon="timeline",
        order=16,
        permission="lifecycle.schedule_read",
    )
)
workflow_models.add("lifecycle.Schedule", is_open=Q(status=ScheduleStatus.PROPOSED))
workflow_models.add("lifecycle.ScheduleSlip", is_open=Q(closed_at=None))
name_events(EVENTS)
