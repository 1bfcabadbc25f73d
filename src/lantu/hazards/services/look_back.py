"""Look-backs 回头看: drawn when they are due, made by somebody independent; a failure reopens the same hazard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.hazards import clocks, parties
from lantu.hazards.events import LookBackDone, LookBackOpened
from lantu.hazards.four_eyes import must_be_independent
from lantu.hazards.lookbacks.policy import SHARES, WINDOWS_DAYS, drawn
from lantu.hazards.models import Hazard, LookBack
from lantu.hazards.services.passing import clean_text, lock, reason_of, save, tell
from lantu.hazards.services.photos import keep_files
from lantu.hazards.services.reopen import reopen
from lantu.hazards.states import HazardState

LOOK_BACK = "hazards.lookback"
# A window that passed long before anybody looked (a platform just installed) is not made up for.
LATEST = timedelta(days=14)


def open_look_backs(now: datetime) -> int:
    """Open what is due now: for every window the hazards closed that long ago. Running twice opens nothing twice."""
    opened = 0
    for window in WINDOWS_DAYS:
        end = now - timedelta(days=window)
        closed = Hazard.objects.filter(
            state=HazardState.CLOSED, closed_at__lte=end, closed_at__gt=end - LATEST
        ).exclude(look_backs__window_days=window, look_backs__opened_at__gte=end)
        for hazard in closed.select_related("project"):
            share = SHARES[hazard.grade][window]
            if drawn(hazard.pk, window, share):
                opened += open_look_back(hazard, window_days=window, mandatory=share >= 100, now=now)
    return opened


@transaction.atomic
def open_look_back(hazard: Hazard, *, window_days: int, mandatory: bool, now: datetime) -> bool:
    """Owe one look-back to somebody independent. False when it exists already or the hazard is open again."""
    hazard = lock(hazard)
    if hazard.closed_at is None or hazard.state != HazardState.CLOSED:
        return False
    if LookBack.objects.filter(hazard=hazard, closed_at=hazard.closed_at, window_days=window_days).exists():
        return False
    pk = _next_pk()
    holder = parties.rechecking_person(
        hazard.project, rectifier=hazard.rectifier, supervisor=hazard.supervisor
    )
    due_at = clocks.look_back_by(now)
    duty = open_duty(
        subject_type=LOOK_BACK,
        subject_id=pk,
        step="look_back",
        title=f"{hazard.title} · {hazard.project.name}"[:200],
        action_label=gettext_noop("回头看"),
        action_url=reverse("hazards:look_back", args=[pk]),
        holder=holder,
        severity=hazard.grade,
        due_at=due_at,
        now=now,
        actor=None,
        project=hazard.project,
    )
    why = LookBack.Why.MANDATORY if mandatory else LookBack.Why.RANDOM
    LookBack.objects.create(
        pk=pk, hazard=hazard, window_days=window_days, closed_at=hazard.closed_at, why=why,
        opened_at=now, due_at=due_at, duty=duty,
    )  # fmt: skip
    tell(LookBackOpened, hazard, before=hazard.state, at=now, actor=None, look_back_id=pk,
         window_days=window_days, why=str(why))  # fmt: skip
    return True


@transaction.atomic
def do_look_back(
    row: LookBack, *, by: User, now: datetime, passed: bool, note: str, files: Sequence[Any] = ()
) -> LookBack:
    """Write what was found. Not passed: the hazard is open again, with the same number.

    Raises Refused without a note, for people of the rectifying or supervising unit, or when it has been made.
    """
    hazard = lock(row.hazard)
    row = LookBack.objects.select_for_update(of=("self",)).select_related("duty").get(pk=row.pk)
    require(by, "hazards.look_back", hazard.project)
    must_be_independent(hazard, by)
    if row.done_at is not None:
        raise Refused("hazards.looked_back", _("这次回头看已经办结。"), remedy=_("请刷新页面查看结果。"))
    text = reason_of(note, field="note")
    keep_files(files, hazard=hazard, supports_type=LOOK_BACK, supports_id=row.pk, by=by, now=now)
    row.done_at, row.done_by, row.passed, row.note = now, by, passed, clean_text(text)
    row.save(update_fields=["done_at", "done_by", "passed", "note"])
    if row.duty is not None and row.duty.closed_at is None:
        outcome = gettext_noop("回头看合格") if passed else gettext_noop("回头看不合格")
        close_duty(row.duty, now=now, actor=by, outcome=outcome)
    told = tell(LookBackDone, hazard, before=hazard.state, at=now, actor=by, reason=text, look_back_id=row.pk,
                window_days=row.window_days, passed=passed)  # fmt: skip
    if passed:
        save(hazard)
    elif hazard.state == HazardState.CLOSED:
        reopen(hazard, by=by, now=now, reason=text, cause_id=told.pk)
    return row


def _next_pk() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('hazards_lookback', 'id'))")
        return int(cursor.fetchone()[0])
