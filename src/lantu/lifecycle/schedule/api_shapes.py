"""How schedules are shown by the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule import selectors
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline
from lantu.lifecycle.schedule.services.passing import page_of as page_url

_PLAIN = (
    "id", "name", "kind", "status", "revision", "start_at", "data_date", "must_finish_at", "finish_at", "computed_at",
    "activity_count", "critical_count", "dangling_count", "edited_no", "computed_no", "source",
)  # fmt: skip
_MORE = ("critical_rule", "critical_float_min", "progress_rule", "return_reason")
_PEOPLE = ("edited_by", "proposed_by", "approved_by")


def clean(text: str, field: str) -> str:
    """The text, unless it holds what the database cannot."""
    if "\x00" in text:
        raise Unacceptable("schedules.bad_text", _("文字里有不能识别的字符。"), field=field)
    return text


def shown(schedule: Schedule) -> dict[str, Any]:
    """A schedule as lists show it."""
    return {name: getattr(schedule, name) for name in _PLAIN} | {
        "project": schedule.project.code,
        "url": page_url(schedule),
    }


def baseline_shown(row: ScheduleBaseline) -> dict[str, Any]:
    """A baseline with who approved it by which document."""
    return {
        name: getattr(row, name)
        for name in ("id", "number", "name", "frozen_at", "document_no", "is_imported", "finish_at", "budget_yuan", "content_hash")
    } | {
        "frozen_by": str(row.frozen_by),
        "approved_by": str(row.approved_by) if row.approved_by else None,
        "document": row.document.get_absolute_url() if row.document else None,
    }  # fmt: skip


def in_full(reader: Any, pk: int) -> dict[str, Any]:
    """One schedule with its baselines and whose turn it is."""
    schedule = selectors.get_visible(reader, pk)
    duty = schedule.duty
    waits = duty is not None and duty.closed_at is None
    baselines = schedule.baselines.select_related("frozen_by", "approved_by", "document")
    return (
        shown(schedule)
        | {name: getattr(schedule, name) for name in _MORE}
        | {name: str(person) if (person := getattr(schedule, name)) else None for name in _PEOPLE}
        | {
            "created_by": str(schedule.created_by),
            "replaces": schedule.replaces_id,
            "may_edit": selectors.editable_by(schedule, reader),
            "duty": {"id": duty.pk, "holder": str(duty.holder), "due_at": duty.due_at}
            if duty and waits
            else None,
            "baselines": [baseline_shown(row) for row in baselines],
        }
    )
