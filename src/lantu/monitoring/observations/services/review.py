"""A person looks at the picture and says whether it is so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Denied, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.monitoring.events_desk import ObservationDismissed
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.observations.services.announce import announce
from lantu.monitoring.observations.states import next_status
from lantu.projects.models import Party


@transaction.atomic
def confirm(made: Observation, *, note: str, now: datetime, actor: User) -> Observation:
    """It is so: hazards are told. Raises Refused when it has been decided already."""
    made = _locked(made.pk)
    _decide(made, "confirm", note=note, now=now, actor=actor, outcome=gettext_noop("属实"))
    announce(made, now=now, actor=actor)
    return made


@transaction.atomic
def dismiss(made: Observation, *, note: str, now: datetime, actor: User) -> Observation:
    """It is not an issue; the reason is kept, because it teaches what the algorithm takes for what.

    Raises Denied for the unit whose work was seen: nobody clears themselves.
    """
    if len(note.strip()) < 4:
        raise Unacceptable(
            "monitoring.no_reason", _("请写明为何不是问题。"), remedy=_("例如：工人在休息区。"), field="note"
        )
    if is_of_the_works(made, actor):
        raise Denied(
            "monitoring.own_work",
            _("不能由施工单位自己认定“不是问题”。"),
            remedy=_("请由监理、建设单位或监督人员看画面后认定。"),
        )
    made = _locked(made.pk)
    _decide(made, "dismiss", note=note, now=now, actor=actor, outcome=gettext_noop("不是问题"))
    emit(
        ObservationDismissed(project_id=made.project_id, subject_id=made.pk, observation=made.type),
        actor=actor,
        at=now,
        reason=made.note,
    )
    return made


def is_of_the_works(made: Observation, actor: User) -> bool:
    """Whether this person belongs to the unit that builds what the camera saw."""
    return (
        actor.organisation_id is not None
        and Party.objects.filter(
            project=made.project_id, role=Party.Role.CONTRACTOR, organisation=actor.organisation_id
        ).exists()
    )


def _locked(pk: int) -> Observation:
    return (
        Observation.objects.select_for_update(of=("self",))
        .select_related("project", "device", "duty")
        .get(pk=pk)
    )


def _decide(made: Observation, verb: str, *, note: str, now: datetime, actor: User, outcome: str) -> None:
    made.state = next_status(made.state, verb)
    made.note, made.reviewed_by, made.reviewed_at = note.strip()[:300], actor, now
    made.save(update_fields=["state", "note", "reviewed_by", "reviewed_at"])
    if made.duty is not None and made.duty.closed_at is None:
        close_duty(made.duty, now=now, actor=actor, outcome=outcome)
