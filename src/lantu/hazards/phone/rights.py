"""Who could have taken a step at its time, whatever state the hazard has reached meanwhile."""

from __future__ import annotations

from typing import Any

from lantu.accounts.permissions import may
from lantu.core.refusals import Refused
from lantu.hazards import actions, actions_beside
from lantu.hazards.models import Hazard
from lantu.hazards.offers import Offer


def _offer(verb: str) -> Offer | None:
    offers = (*actions.ORDINARY, *actions_beside.OFFERS)
    return next((one for one in offers if one.action.verb == verb), None)


def may_in_principle(reader: Any, hazard: Hazard, verb: str) -> bool:
    """Whether right and unit fit the step; its place in the order of steps is not asked."""
    found = _offer(verb)
    if found is None or not may(reader, found.permission, hazard.project):
        return False
    try:
        found.check(hazard, reader)
    except Refused:
        return False
    return True


def label_of(verb: str) -> Any:
    """The words on the button of a verb."""
    found = _offer(verb)
    return found.action.label if found is not None else verb
