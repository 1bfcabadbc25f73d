"""The steward's check of a month: the roll-up as it is read now, frozen with its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.programmes.events import ProgrammeChecked
from lantu.lifecycle.programmes.models import Programme, ProgrammeCheck
from lantu.lifecycle.programmes.selectors import Past, goal_rows, members_of, progress_at
from lantu.lifecycle.programmes.services import passing
from lantu.lifecycle.programmes.states import Verb, next_state
from lantu.projects.progress import month_end, month_start


@transaction.atomic
def check_month(
    programme: Programme,
    *,
    month: date,
    by: User,
    now: datetime,
    note: str = "",
    edited_no: int | None = None,
) -> ProgrammeCheck:
    """Vouch for the progress of ``month`` (any day of it). Once a month; the numbers of the check never change again."""
    require(by, "lifecycle.programmes_read")
    programme = passing.lock(programme, edited_no=edited_no)
    passing.must_hold(programme.duty.holder_id if programme.duty else None, by, programme.steward)
    before, programme.state = programme.state, next_state(programme.state, Verb.CHECK)
    first = month_start(month)
    if first > timezone.localtime(now).date() or month_end(first) < programme.starts_on:
        raise passing.unfit("month", _("只能核对计划期内、今天以前的月份。"))
    if programme.checks.filter(month=first).exists():
        raise Refused(
            "programmes.checked_already",
            _("%(month)s 已经核对过。") % {"month": f"{first:%Y-%m}"},
            remedy=_("有差错的，请在下月核对时说明。"),
        )
    figures = _figures(programme, first, now)
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    check = ProgrammeCheck.objects.create(
        programme=programme,
        month=first,
        figures=figures,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        note=passing.clean(note, most=300),
        by=by,
        at=now,
    )
    passing.hand_on(programme, now=now, actor=by, outcome=gettext_noop("已核对"))
    emit(
        ProgrammeChecked(
            subject_id=programme.pk, before=before, after=programme.state, month=f"{first:%Y-%m}",
            sha256=check.sha256, physical_pct=figures["progress"]["physical_pct"],
        ),
        actor=by,
        at=now,
        reason=check.note,
    )  # fmt: skip
    return check


def _figures(programme: Programme, first: date, now: datetime) -> dict[str, Any]:
    end = min(passing.end_of(month_end(first)), now)
    past = Past(members_of(programme))
    progress = progress_at(past, end)
    return {
        "as_of": timezone.localtime(end).isoformat(timespec="seconds"),
        "progress": asdict(progress.rolled),
        "states": progress.states,
        "goals": [
            {
                "name": row.goal.name,
                "unit": row.goal.unit,
                "target": float(row.goal.target),
                "value": row.value,
            }
            for row in goal_rows(programme, end, past)
        ],
    }
