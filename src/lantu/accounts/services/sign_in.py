"""What the log keeps of signing in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lantu.accounts.events import PasswordChanged, SignInFailed
from lantu.accounts.models import User
from lantu.core.services.emit import emit


@transaction.atomic
def note_failed_sign_in(username: str, *, address: str, now: datetime) -> None:
    """Only for an existing name: an unknown one may be a password typed into the wrong field."""
    person = User.objects.filter(username=username).first() if "\x00" not in username else None
    if person is not None:
        emit(SignInFailed(subject_id=person.pk, address=address[:45]), actor=None, at=now)


@transaction.atomic
def note_password_changed(user: User, *, now: datetime) -> None:
    emit(PasswordChanged(subject_id=user.pk), actor=user, at=now)
