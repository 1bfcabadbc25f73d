"""Who of the demonstration's people is due to act now."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from lantu.core.refusals import Refused
from lantu.hazards.models import Hazard
from lantu.hazards.states import OPEN_STATES, HazardState
from lantu.projects.models import Party
from lantu.site.demo.acting import act, acts_at, share_of

log = structlog.get_logger(__name__)
VISITORS_CONTRACTOR = "contractor"
SENT_BACK_SHARE = 0.08


def visitors_project_ids() -> frozenset[int]:
    """Projects whose contractor is the visitor's own account: nobody takes the visitor's work away."""
    return frozenset(
        Party.objects.filter(role=Party.Role.CONTRACTOR, contact__username=VISITORS_CONTRACTOR).values_list(
            "project_id", flat=True
        )
    )


def act_once(*, now: datetime) -> int:
    """Let everybody act whose time has come; returns the number of steps taken."""
    steps = 0
    waiting = (
        Hazard.objects.filter(state__in=OPEN_STATES, duty__holder__is_demo=True, project__is_demo=True)
        .exclude(project_id__in=visitors_project_ids())
        .select_related("duty", "duty__holder", "project", "alert__rule")
        .order_by("duty__opened_at")
    )
    for hazard in waiting:
        duty = hazard.duty
        when = acts_at(hazard, duty) if duty is not None else None
        if duty is None or when is None or when > now:
            continue
        first_reply = hazard.state == HazardState.SUBMITTED and hazard.returned_count == 0
        try:
            with transaction.atomic():
                act(
                    hazard,
                    duty,
                    now=now,
                    send_back=first_reply and share_of(hazard.pk) < SENT_BACK_SHARE,
                )
            steps += 1
        except Refused as refusal:
            # A visitor may have acted a moment earlier: that is what the services are there to find out.
            log.info("demo_person_refused", hazard=hazard.pk, code=refusal.code)
    return steps
