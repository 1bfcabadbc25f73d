"""Keep a submission that came too late, with everything that was sent, and give it to a person to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.models import Duty
from lantu.duties.services.open import open_duty
from lantu.hazards import clocks, parties
from lantu.hazards.models import Hazard, KeptSubmission
from lantu.hazards.phone.events import SubmissionKept
from lantu.hazards.phone.marks import state_in
from lantu.hazards.services.passing import clean_text, unit_of
from lantu.hazards.services.photos import keep_files

KEPT = "hazards.keptsubmission"
MOST_PENDING = 9
# What the unit that rectifies sends is looked at by the supervising unit; what others send, by the bureau.
OF_RECTIFIER = frozenset(
    {"accept_order", "submit_reply", "submit_plan", "ask_resume", "dispute", "ask_extension"}
)


@transaction.atomic
def keep_submission(
    hazard: Hazard,
    *,
    verb: str,
    values: Mapping[str, str],
    files: Sequence[Any],
    by: User,
    key: str,
    seen: str,
    why: str,
    agreed: bool,
    captured_at: datetime | None,
    now: datetime,
) -> KeptSubmission:
    """Both versions stay: this row and what the hazard has become. ``agreed``: nothing to decide, no duty.

    Raises Refused when somebody has nine of them waiting, or for a bad file.
    """
    kept = KeptSubmission(
        pk=_next_pk(),
        hazard=hazard,
        verb=verb,
        values={name: clean_text(value) for name, value in values.items()},
        key=key,
        by=by,
        unit_id=unit_of(by),
        captured_at=captured_at,
        received_at=now,
        seen_state=state_in(seen),
        met_state=hazard.state,
        why=why[:300],
        state=KeptSubmission.State.AGREED if agreed else KeptSubmission.State.PENDING,
    )
    if not agreed:
        _not_too_many(hazard, by)
        kept.duty = _duty(kept, hazard, by, now)
    kept.save(force_insert=True)
    evidence = keep_files(files, hazard=hazard, supports_type=KEPT, supports_id=kept.pk, by=by, now=now)
    emit(
        SubmissionKept(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            kept_id=kept.pk,
            verb=verb,
            agreed=agreed,
            seen_state=kept.seen_state,
            met_state=kept.met_state,
            evidence_ids=[one.pk for one in evidence],
        ),
        actor=by,
        at=now,
        reason=kept.why,
    )
    return kept


def _next_pk() -> int:
    """Duty and row name each other, and neither may be without the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('hazards_keptsubmission', 'id'))")
        return int(cursor.fetchone()[0])


def _not_too_many(hazard: Hazard, by: User) -> None:
    waiting = KeptSubmission.objects.filter(hazard=hazard, by=by, state=KeptSubmission.State.PENDING).count()
    if waiting >= MOST_PENDING:
        raise Refused(
            "hazards.too_many_kept",
            _("您在这条隐患上已有 %(n)d 份离线提交待合并。") % {"n": waiting},
            remedy=_("请等合并人处理后再提交。"),
        )


def _duty(kept: KeptSubmission, hazard: Hazard, by: User, now: datetime) -> Duty:
    return open_duty(
        subject_type=KEPT,
        subject_id=kept.pk,
        project=hazard.project,
        step="merge_kept",
        title=f"{hazard.title} · {hazard.project.name}"[:200],
        action_label=gettext_noop("合并离线提交"),
        action_url=f"{reverse('hazards:detail', args=[hazard.pk])}#kept-{kept.pk}",
        holder=_holder(hazard, kept.verb, by),
        due_at=clocks.acknowledge_by(hazard.grade, now),
        severity=hazard.grade,
        now=now,
        actor=by,
    )


def _holder(hazard: Hazard, verb: str, by: User) -> User:
    if verb in OF_RECTIFIER:
        return parties.supervising_person(hazard.project, rectifier=by)
    return parties.deciding_person(hazard.project, other_than=by)
