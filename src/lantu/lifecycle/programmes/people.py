"""People whom the forms offer: answered by one query, not by one question a person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from lantu.accounts.models import Grant, User
from lantu.accounts.permissions import defined_permissions


def active_people() -> QuerySet[User]:
    """Everybody who can hold a duty, by unit."""
    return (
        User.objects.filter(is_active=True, organisation__isnull=False)
        .select_related("organisation")
        .order_by("organisation__name", "display_name")
    )


def people_who_may(permission: str, *, now: datetime, but: User | None = None) -> QuerySet[User]:
    """Those whose grants in force hold ``permission`` somewhere, without ``but``. The services decide again."""
    roles = next(one.roles for one in defined_permissions() if one.key == permission)
    grants = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), role__in=roles)
    found = active_people().filter(pk__in=grants.values("user_id"))
    return found if but is None else found.exclude(pk=but.pk)
