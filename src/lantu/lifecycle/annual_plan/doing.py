"""Every step of a proposal by its verb: pages and API do the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.lifecycle.annual_plan import forms
from lantu.lifecycle.annual_plan.models import PlanProposal
from lantu.lifecycle.annual_plan.services import reviewing
from lantu.lifecycle.annual_plan.services.proposing import move_early
from lantu.lifecycle.annual_plan.states import Verb


def take_step(proposal: PlanProposal, verb: str, given: Any, *, by: Any, now: datetime) -> None:
    """One verb with what the form says. Raises Missing for a verb that does not exist."""
    version = forms.whole(given, "version")
    match verb:
        case Verb.SHELVE | Verb.PROPOSE | Verb.RESUBMIT | Verb.WITHDRAW:
            move_early(
                proposal, Verb(verb), by=by, now=now, version=version, reason=forms.plain(given, "reason")
            )
        case Verb.CHECK:
            reviewing.check(proposal, by=by, now=now, version=version, note=forms.plain(given, "reason"))
        case Verb.TO_ELEMENTS:
            reviewing.send_to_elements(proposal, by=by, now=now, version=version)
        case Verb.TO_EXPERT:
            expert = forms.person(given, "expert")
            if expert is None:
                raise forms.unfit("expert", _("请选择专家。"))
            reviewing.send_to_expert(proposal, expert=expert, by=by, now=now, version=version)
        case Verb.RECOMMEND:
            reviewing.give_opinion(
                proposal,
                benefit=given,
                note=forms.plain(given, "reason", 500),
                by=by,
                now=now,
                version=version,
            )
        case Verb.RETURN:
            reviewing.send_back(
                proposal, code=forms.plain(given, "code", 20), reason=forms.plain(given, "reason"), by=by, now=now,
                version=version,
            )  # fmt: skip
        case _:
            raise Missing("plans.no_verb", _("没有这一步。"))
