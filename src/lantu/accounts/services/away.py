"""Out of office: a named deputy and a last day. Whoever keeps duties hears of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.events import PersonCameBack, PersonWentAway
from lantu.accounts.models import User
from lantu.core.refusals import Denied, Refused
from lantu.core.services.emit import emit


@transaction.atomic
def go_away(user: User, *, deputy: User, until: datetime, now: datetime, actor: User) -> User:
    """Record the leave. Raises Refused for a deputy who cannot stand in."""
    _require_own_or_head(user, actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if until <= now:
        raise Refused("accounts.away_until", _("外出截止时间须晚于现在。"), field="until")
    if deputy.pk == user.pk:
        raise Refused("accounts.own_deputy", _("代理人不能是本人。"), field="deputy")
    if not deputy.is_active or (deputy.away_until is not None and deputy.away_until > now):
        raise Refused(
            "accounts.deputy_away",
            _("%(deputy)s 离岗或外出，不能代理。") % {"deputy": deputy},
            remedy=_("请另选代理人。"),
            field="deputy",
        )
    if deputy.organisation_id != user.organisation_id:
        raise Refused(
            "accounts.deputy_elsewhere",
            _("代理人须与本人同一单位。"),
            remedy=_("请在本单位内选择。"),
            field="deputy",
        )
    user.deputy = deputy
    user.away_until = until
    user.save(update_fields=["deputy", "away_until"])
    emit(
        PersonWentAway(subject_id=user.pk, deputy_id=deputy.pk, until=until.isoformat()), actor=actor, at=now
    )
    return user


@transaction.atomic
def come_back(user: User, *, now: datetime, actor: User) -> User:
    """End the leave early. What the deputy took over stays there until it is handed back openly."""
    _require_own_or_head(user, actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.away_until is None or user.away_until <= now:
        raise Refused("accounts.not_away", _("没有登记外出。"))
    user.away_until = None
    user.save(update_fields=["away_until"])
    emit(PersonCameBack(subject_id=user.pk), actor=actor, at=now)
    return user


def _require_own_or_head(user: User, actor: User) -> None:
    head_id = user.organisation.head_id if user.organisation is not None else None
    if actor.pk not in {user.pk, head_id}:
        raise Denied("accounts.not_yours", _("只有本人或本单位负责人可以登记外出。"))
