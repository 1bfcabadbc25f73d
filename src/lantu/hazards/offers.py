"""What an action is, and what an entry of the table of actions needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from lantu.accounts.models import User
from lantu.hazards.models import Hazard
from lantu.hazards.states import TRANSITIONS, Verb

Check = Callable[[Hazard, User], None]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One verb offered to one person. ``main``: the step that the hazard waits for; others are ways out of it."""

    verb: str
    label: str | Promise
    icon: str
    main: bool = False
    danger: bool = False

    @property
    def template(self) -> str:
        """The form of this verb."""
        return f"hazards/actions/_{self.verb}.html"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An action, the right that it takes, and the rules that decide whether it is shown."""

    action: Action
    permission: str
    allows: Callable[[Hazard], bool]
    check: Check


def anybody(hazard: Hazard, by: User) -> None:
    """No rule about units for this verb."""


def way(verb: Verb) -> Callable[[Hazard], bool]:
    """Whether the table of states has this step now."""

    def allows(hazard: Hazard) -> bool:
        return hazard.false_proposed_by_id is None and (hazard.state, verb) in TRANSITIONS

    return allows


def offer(
    verb: str,
    label: str | Promise,
    permission: str,
    allows: Callable[[Hazard], bool],
    check: Check = anybody,
    *,
    icon: str,
    main: bool = False,
    danger: bool = False,
) -> Offer:
    """One entry of the table; ``permission`` without the app's name."""
    action = Action(verb=verb, label=label, icon=icon, main=main, danger=danger)
    return Offer(action=action, permission=f"hazards.{permission}", allows=allows, check=check)
