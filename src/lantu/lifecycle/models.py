"""Django looks here; the models live with their applets."""

from lantu.lifecycle.schedule.models import (
    Schedule,
    ScheduleActivity,
    ScheduleCalendar,
    ScheduleLink,
)
from lantu.lifecycle.schedule.models_kept import (
    ScheduleBaseline,
    ScheduleBaselineActivity,
    ScheduleDemand,
    ScheduleEdit,
    ScheduleLevelling,
    ScheduleProgress,
    ScheduleResource,
    ScheduleSlip,
)

__all__ = [
    "Schedule", "ScheduleActivity", "ScheduleBaseline", "ScheduleBaselineActivity", "ScheduleCalendar",
    "ScheduleDemand", "ScheduleEdit", "ScheduleLevelling", "ScheduleLink", "ScheduleProgress", "ScheduleResource",
    "ScheduleSlip",
]  # fmt: skip
