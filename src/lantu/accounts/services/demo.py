"""Demonstration accounts have a well-known name: they are refused where strangers can reach the house."""

from __future__ import annotations

import ipaddress

from django.conf import settings

from lantu.accounts.models import User


def listens_on_loopback(host: str) -> bool:
    """True for 127.0.0.0/8, ::1 and localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def demo_refused(user: User) -> bool:
    """Whether this account must not be let in, because it is a demonstration account on an open host."""
    return user.is_demo and not listens_on_loopback(settings.HOST)


def demo_is_open() -> bool:
    """Whether demonstration accounts may be offered here at all."""
    return settings.DEMO and listens_on_loopback(settings.HOST)
