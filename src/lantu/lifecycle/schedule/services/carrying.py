"""A revision that comes into force takes over what was reported while it was being written and approved."""

from __future__ import annotations

from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleProgress
from lantu.lifecycle.schedule.states import ActivityKind

CARRIED = (
    "percent", "actual_start_at", "actual_finish_at", "actual_yuan", "evidence_grade", "expected_finish_at",
)  # fmt: skip


def carry_progress(before: Schedule, after: Schedule) -> int:
    """Bring reports of ``before`` that came after the copy was made onto the rows of ``after``; the caller computes anew.

    What is left follows the share of the revision's own duration, so that a changed duration stays changed. Answers how many
    activities were brought up to date.
    """
    reported = (
        ScheduleProgress.objects.filter(activity__schedule=before, recorded_at__gte=after.created_at)
        .values_list("activity_id", flat=True)
        .distinct()
    )
    old = {row.code: row for row in ScheduleActivity.objects.filter(pk__in=reported)}
    rows = list(
        ScheduleActivity.objects.filter(schedule=after, code__in=old).exclude(kind=ActivityKind.SUMMARY)
    )
    for row in rows:
        known = old[row.code]
        for name in CARRIED:
            setattr(row, name, getattr(known, name))
        if row.actual_finish_at is not None:
            row.remaining_min = 0
        elif row.duration_min == known.duration_min:
            row.remaining_min = known.remaining_min
        else:
            row.remaining_min = round(row.duration_min * (100 - row.percent) / 100)
    ScheduleActivity.objects.bulk_update(rows, [*CARRIED, "remaining_min"], batch_size=500)
    after.data_date = max(after.data_date, before.data_date)
    return len(rows)
