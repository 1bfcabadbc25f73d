"""What the sign-in library is told to use (settings ACCOUNT_ADAPTER and ACCOUNT_USER_DISPLAY)."""

from __future__ import annotations

from typing import Any

from lantu.accounts.doors.sign_in import AccountAdapter

__all__ = ["AccountAdapter", "display_name"]


def display_name(user: Any) -> str:
    return str(user)
