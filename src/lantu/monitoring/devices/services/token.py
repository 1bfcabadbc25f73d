"""Device tokens: random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.events import DeviceTokenIssued

PREFIX = "ltd_"


def hash_token(token: str) -> str:
    """SHA-256 of a token. A token has 192 random bits, so a slow hash would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue_token(device: Device, *, now: datetime, actor: User | None) -> str:
    """Give the device a new token; the old one is refused at its next connection. Returned once, never stored."""
    token = PREFIX + secrets.token_urlsafe(24)
    Device.objects.filter(pk=device.pk).update(token_hash=hash_token(token), token_issued_at=now)
    emit(
        DeviceTokenIssued(project_id=device.project_id, subject_id=device.pk, code=device.code),
        actor=actor,
        at=now,
    )
    return token


def token_matches(device: Device, token: str) -> bool:
    """True when the device may send with this token: it is in use and the hash is the same."""
    return (
        bool(device.token_hash)
        and device.status != DeviceStatus.RETIRED
        and hmac.compare_digest(device.token_hash, hash_token(token))
    )
