"""The names of the demonstration accounts for the sign-in page. Never a password."""

from __future__ import annotations

from django import template

from lantu.accounts.selectors import DemoAccount, demo_logins
from lantu.accounts.services.demo import demo_is_open

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[DemoAccount]:
    """``{% demo_accounts as people %}``; empty where demonstration accounts are refused."""
    return demo_logins() if demo_is_open() else []
