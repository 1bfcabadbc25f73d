"""What a reader may see: computed from grants, once per request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lantu.accounts.models import Grant
from lantu.accounts.roles import Reach, Role

# System and security administrators run the platform; they do not read the city's business.
_BLIND_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN})


@dataclass(frozen=True)
class HeldGrant:
    """One grant in force, as plain values."""

    role: str
    reach: str
    county_code: str
    organisation_id: int | None
    project_id: int | None

    def covers(self, project: Any) -> bool:
        """Whether this grant reaches the project (``id``, ``area_code``, ``organisation_ids()``)."""
        if self.reach == Reach.CITY:
            return True
        if self.reach == Reach.COUNTY:
            return bool(project.area_code == self.county_code)
        if self.reach == Reach.ORGANISATION:
            return self.organisation_id in project.organisation_ids()
        return bool(project.id == self.project_id)


@dataclass(frozen=True)
class Scope:
    """The union of what a person's reading grants reach."""

    city: bool
    county_codes: frozenset[str]
    organisation_ids: frozenset[int]
    project_ids: frozenset[int]

    @property
    def is_empty(self) -> bool:
        return not (self.city or self.county_codes or self.organisation_ids or self.project_ids)


NOTHING = Scope(False, frozenset(), frozenset(), frozenset())


def grants_of(user: Any) -> tuple[HeldGrant, ...]:
    """The person's grants in force. Kept on the user object, that is: for one request or job."""
    held = getattr(user, "_held_grants", None)
    if held is None:
        now = timezone.now()
        held = tuple(
            HeldGrant(grant.role, grant.reach, grant.county_code, grant.organisation_id, grant.project_id)
            for grant in Grant.objects.filter(user_id=user.pk)
            if grant.ends_at is None or grant.ends_at > now
        )
        user._held_grants = held
    return held


def roles_of(user: Any) -> frozenset[str]:
    return frozenset(grant.role for grant in grants_of(user))


def scope_of(user: Any) -> Scope:
    """What the person may read. Anonymous, inactive and platform-only accounts read nothing."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOTHING
    reading = [grant for grant in grants_of(user) if grant.role not in _BLIND_ROLES]
    return Scope(
        city=any(grant.reach == Reach.CITY for grant in reading),
        county_codes=frozenset(g.county_code for g in reading if g.reach == Reach.COUNTY),
        organisation_ids=frozenset(g.organisation_id for g in reading if g.organisation_id is not None),
        project_ids=frozenset(g.project_id for g in reading if g.project_id is not None),
    )
