"""The first two accounts of a house: nobody is there yet who could propose or confirm a right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lantu.accounts.events import PersonAdded
from lantu.accounts.models import Grant, Organisation, User
from lantu.accounts.roles import Reach, Role
from lantu.accounts.services.people import first_password, require_free_name
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit

# Any number: it only has to be the same wherever the house is founded.
FOUNDING_LOCK = 7_304_711


@dataclass(frozen=True, kw_only=True)
class Founder:
    """One of the two, with the first password, readable only now."""

    person: User
    role: Role
    password: str


@transaction.atomic
def found_house(*, sysadmin: str, secadmin: str, unit: Organisation, now: datetime) -> list[Founder]:
    """Create the system and the security administrator (two people: 三员分立), each with a right over the city.

    Everybody else comes by them: one proposes, the other confirms. Raises Refused where the house has
    an administrator already, or where a name is taken or used twice.
    """
    with connection.cursor() as cursor:
        # Two founders at once would make two houses.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOUNDING_LOCK])
    wanted = {Role.SYSADMIN: sysadmin.strip(), Role.SECADMIN: secadmin.strip()}
    _require_free(wanted, now)
    return [_founder(role, name, unit, now) for role, name in wanted.items()]


def _require_free(wanted: dict[Role, str], now: datetime) -> None:
    standing = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), role__in=list(wanted), user__is_active=True, user__is_demo=False
    ).select_related("user")
    if standing:
        raise Refused(
            "accounts.already_founded",
            _("已经有管理员：%(names)s。")
            % {"names": "、".join(sorted({grant.user.username for grant in standing}))},
            remedy=_("请由系统管理员在“人员”中添加账号，由安全保密员确认授权。"),
        )
    if not all(wanted.values()):
        raise Refused("accounts.username_missing", _("请给出两个用户名。"))
    if len({name.lower() for name in wanted.values()}) < len(wanted):
        raise Refused(
            "accounts.same_person",
            _("系统管理员和安全保密员须是两个人。"),
            remedy=_("请给出两个不同的用户名。"),
        )
    for name in wanted.values():
        require_free_name(name)


def _founder(role: Role, username: str, unit: Organisation, now: datetime) -> Founder:
    password = first_password()
    person = User.objects.create_user(
        username=username,
        password=password,
        display_name=str(role.label),
        organisation=unit,
        must_change_password=True,
    )
    emit(
        PersonAdded(subject_id=person.pk, username=username, organisation_id=unit.pk),
        actor=None,
        at=now,
        reason=_("由服务器上的命令设立：%(role)s") % {"role": role.label},
    )
    Grant.objects.create(user=person, role=role, reach=Reach.CITY, granted_at=now)
    return Founder(person=person, role=role, password=password)
