"""What duties hear from the floor below."""

from __future__ import annotations

from lantu.accounts.models import User
from lantu.core.models import Event
from lantu.core.subscriptions import subscribe
from lantu.duties.services.delegate import move_duties_of


@subscribe("accounts.person_left", "accounts.person_went_away")
def take_over(event: Event) -> None:
    """The open duties of a person who left or is out move the same day. Repeating it moves nothing more."""
    person = User.objects.select_related("deputy", "organisation__head").get(pk=event.subject_id)
    move_duties_of(person, now=event.at)
