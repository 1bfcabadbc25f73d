"""A schedule file on its way in, and the mirror of an earlier one, for the access table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.services.apply_import import apply_import, ask_to_apply
from lantu.lifecycle.schedule.exchange.services.check_import import check_import
from lantu.lifecycle.schedule.exchange.services.start_import import start_import
from lantu.lifecycle.schedule.exchange.tests.makers import task, xer
from tests.cast import NOW

PLAN = xer(
    [task("1", "桩基", early_start_date="2026-10-09 08:00", early_end_date="2026-10-09 17:00")]
).encode()


def exchange_samples(cast: SimpleNamespace, site: Any) -> dict[str, Any]:
    """``schedule_import`` waits to be confirmed; ``mirror`` is the schedule of the one before it."""

    def checked() -> ScheduleImport:
        run = start_import(project=site, file=PLAN, name="plan.xer", actor=cast.owner, now=NOW)
        return check_import(run_id=run.pk, now=NOW)

    first = checked()
    ask_to_apply(run=first, actor=cast.owner, now=NOW)
    done = apply_import(run_id=first.pk, now=NOW)
    return {"schedule_import": checked(), "mirror": done.schedule}


EXCHANGE_PAGES = {
    "lifecycle:schedule_import": lambda w: {"code": w.site.code},
    **{
        f"lifecycle:schedule_import_{name}": lambda w: {"pk": w.schedule_import.pk}
        for name in ("run", "apply", "choose")
    },
    "lifecycle:schedule_export": lambda w: {"pk": w.mirror.pk, "kind": "mspdi"},
}
EXCHANGE_API = {
    "/schedules/imports/": lambda w: {"pk": w.schedule_import.pk},
    "/schedules/{pk}/export": lambda w: {"pk": w.mirror.pk},
}
EXCHANGE_BODIES = {
    "POST /schedules/imports/{pk}/choose": lambda w: {"project_uid": w.schedule_import.project_uid},
}
