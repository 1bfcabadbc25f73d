"""A submission from a phone's queue: carried out if the question is still the one that was seen, else kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Denied, Refused
from lantu.core.submissions import Claim
from lantu.hazards.asking import Request
from lantu.hazards.doing import do
from lantu.hazards.models import Hazard, KeptSubmission
from lantu.hazards.phone.marks import mark_of
from lantu.hazards.phone.rights import may_in_principle
from lantu.hazards.phone.services.keep import keep_submission
from lantu.hazards.services.passing import lock
from lantu.hazards.states import HazardState

# Refusals that say "it has moved on", not "you may not" or "something is missing".
MOVED_ON = frozenset({"hazards.changed_meanwhile", "hazards.wrong_order", "hazards.false_pending"})
# What the form itself sends beside what the person wrote.
NOT_WRITTEN = frozenset({"version", "seen", "door", "claims", "csrfmiddlewaretoken"})


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """``kept`` is None when the step was carried out as sent."""

    said: str
    kept: KeptSubmission | None = None


@transaction.atomic
def take_in(hazard: Hazard, verb: str, asked: Request, claim: Claim) -> TakenIn:
    """Carry out ``verb``, or keep what was sent beside what happened meanwhile.

    The clock of the phone decides nothing: what was seen does (``seen``, see marks.py). Raises Refused for what the
    step itself forbids, Denied for somebody who could not have taken the step at any time.
    """
    row = lock(hazard)
    seen = asked.text("seen")
    if not seen or seen == mark_of(row):
        try:
            with transaction.atomic():
                sent = replace(asked, values={**asked.values, "version": ""}) if seen else asked
                return TakenIn(said=do(verb, hazard, sent))
        except Refused as refused:
            if refused.code not in MOVED_ON:
                raise
            why = refused.detail
    else:
        why = _("填写之后隐患已变为“%(state)s”。") % {"state": row.get_state_display()}
    return _keep(row, verb, asked, claim, seen=seen, why=why)


def _keep(hazard: Hazard, verb: str, asked: Request, claim: Claim, *, seen: str, why: str) -> TakenIn:
    if not may_in_principle(asked.by, hazard, verb):
        raise Denied("hazards.not_yours", _("您无权办理这一步。"), remedy=_("请由该步骤的责任单位办理。"))
    agreed = agrees(hazard, verb, asked.by)
    kept = keep_submission(
        hazard,
        verb=verb,
        values={name: value for name, value in asked.values.items() if name not in NOT_WRITTEN and value},
        files=asked.files,
        by=asked.by,
        key=claim.key,
        seen=seen,
        why=why,
        agreed=agreed,
        captured_at=claim.captured_at,
        now=asked.now,
    )
    if agreed:
        return TakenIn(said=_("这一步本单位已经办过，您的提交已存入记录。"), kept=kept)
    assert kept.duty is not None
    holder = str(kept.duty.holder)
    return TakenIn(said=_("%(why)s两份都已保留，由 %(who)s 合并。") % {"why": why, "who": holder}, kept=kept)


def agrees(hazard: Hazard, verb: str, by: User) -> bool:
    """Whether the same unit has done the very same already: then there is nothing for a person to decide."""
    done_by = {
        "accept_order": hazard.rectifier if hazard.accepted_at is not None else None,
        "supervisor_confirm": hazard.supervisor if _stands_confirmed(hazard) else None,
        "recheck_close": hazard.rechecker if hazard.state == HazardState.CLOSED else None,
    }.get(verb)
    return done_by is not None and done_by.organisation_id == by.organisation_id


def _stands_confirmed(hazard: Hazard) -> bool:
    return hazard.state in {HazardState.SV_CONFIRMED, HazardState.RECHECKED, HazardState.CLOSED}
