"""What the sign-in page tells of accounts: the demonstration's names, or that there is none yet. Never a password."""

from __future__ import annotations

from django import template

from lantu.accounts.models import User
from lantu.accounts.selectors import DemoAccount, demo_logins
from lantu.accounts.services.demo import demo_is_open

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[DemoAccount]:
    """``{% demo_accounts as people %}``; empty where demonstration accounts are refused."""
    return demo_logins() if demo_is_open() else []


@register.simple_tag
def nobody_yet() -> bool:
    """``{% nobody_yet as empty_house %}``: whether this house has no account at all, so that nobody can sign in."""
    return not User.objects.exists()
