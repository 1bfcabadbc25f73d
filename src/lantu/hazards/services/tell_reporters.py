"""Tell people what became of a report that was merged into another hazard: when it is merged, and at the end."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.sentences import as_stored, sentence
from lantu.duties.models import Notice
from lantu.duties.services.notify import tell
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState
from lantu.hazards.twins import absorbed_rows

MERGED = sentence(
    gettext_noop(
        "您上报的“%(title)s”与“%(into)s”是同一件事，已并入后者继续办理，照片一并保留；有结果再告知您。"
    )
)
ORDER_MERGED = sentence(
    gettext_noop("整改通知单 %(number)s 与“%(into)s”是同一件事，不再单独办理，请按后者整改。")
)
ENDED = sentence(gettext_noop("您上报的“%(title)s”有了结果：%(state)s（已并入“%(into)s”办理）。"))


def tell_of_merging(hazard: Hazard, into: Hazard, *, by: User, now: datetime) -> None:
    """Who reported ``hazard``, and who its order was addressed to, learn where it goes on; never whoever merged it."""
    if into.duty is None:
        return
    if hazard.reporter is not None and hazard.reporter_id != by.pk:
        text = MERGED % {"title": hazard.title, "into": into.title}
        tell([hazard.reporter], duty=into.duty, kind=Notice.Kind.OUTCOME, text=text, now=now)
    if hazard.rectifier is not None and hazard.rectifier_id != by.pk:
        text = ORDER_MERGED % {"number": hazard.order_no, "into": into.order_no or into.title}
        tell([hazard.rectifier], duty=into.duty, kind=Notice.Kind.OUTCOME, text=text, now=now)


def tell_of_the_end(hazard: Hazard, *, actor: User | None, now: datetime) -> None:
    """``hazard`` has ended: who reported what was merged into it is told how."""
    if hazard.duty is None:
        return
    for row in absorbed_rows(hazard):
        if row.reporter is not None and (actor is None or row.reporter_id != actor.pk):
            state = as_stored(HazardState(hazard.state).label)
            text = ENDED % {"title": row.title, "state": state, "into": hazard.title}
            tell([row.reporter], duty=hazard.duty, kind=Notice.Kind.OUTCOME, text=text, now=now)
