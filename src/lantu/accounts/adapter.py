"""How signing in works here: accounts are given by the administrators, nobody signs up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up; the session cap is enforced when a person has signed in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        from lantu.accounts.services.sessions import keep_session

        response = super().post_login(request, user, **kwargs)
        keep_session(request, user)
        return response


def display_name(user: Any) -> str:
    return str(user)
