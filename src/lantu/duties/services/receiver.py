"""Who really receives a duty: the named deputy while the holder is away, else the unit's head, else the bureau."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused
from lantu.duties import wording
from lantu.duties.selectors import people_in_role

MAX_STEPS = 5


def is_away(user: User, now: datetime) -> bool:
    """Gone for good, or out until a later moment."""
    return not user.is_active or (user.away_until is not None and user.away_until > now)


def receiver_of(holder: User, now: datetime) -> tuple[User, str]:
    """The person who takes the duty meant for ``holder``, and why it is somebody else ("" if it is not).

    Follows the deputies, then the heads of the unit and its parents, then the bureau's leaders: a duty is
    never left with a person who has gone. A holder who is merely out and whom nobody replaces keeps it.
    """
    if not is_away(holder, now):
        return _with_unit(holder), ""
    deputy: User | None = holder.deputy
    for _step in range(MAX_STEPS):
        if deputy is None or deputy.pk == holder.pk:
            break
        if not is_away(deputy, now) and deputy.organisation_id is not None:
            return deputy, wording.TO_DEPUTY % {"holder": holder}
        deputy = deputy.deputy
    head = _head_above(holder.organisation, holder, now)
    if head is not None:
        return head, wording.TO_HEAD % {"holder": holder}
    if holder.is_active:
        return _with_unit(holder), ""
    for leader in people_in_role(Role.DIRECTOR, now):
        if leader.pk != holder.pk and not is_away(leader, now) and leader.organisation_id is not None:
            return leader, wording.TO_LEADER % {"holder": holder}
    raise Refused(
        "duties.nobody",
        _("%(holder)s 已离岗，且没有可以承接的人。") % {"holder": holder},
        remedy=_("请先指定其代理人或单位负责人。"),
    )


def _with_unit(user: User) -> User:
    if user.organisation_id is None:
        raise Refused(
            "duties.no_unit",
            _("%(user)s 没有所属单位，不能承担责任。") % {"user": user},
            remedy=_("请先在人员管理里填写其单位。"),
        )
    return user


def _head_above(unit: Organisation | None, person: User, now: datetime) -> User | None:
    for _step in range(MAX_STEPS):
        if unit is None:
            return None
        head = unit.head
        if head is not None and head.pk != person.pk and not is_away(head, now) and head.organisation_id:
            return head
        unit = unit.parent
    return None
