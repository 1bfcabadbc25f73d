"""Tokens for scripts, and who am I."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lantu.accounts.models import User
from lantu.accounts.scopes import grants_of
from lantu.accounts.services.tokens import issue_token
from lantu.core.refusals import Refused

router = Router(tags=["账号"])
MAX_FAILURES = 5
LOCK_SECONDS = 900


class Credentials(Schema):
    username: str
    password: str


class TokenOut(Schema):
    token: str


class MeOut(Schema):
    username: str
    name: str
    organisation: str | None
    roles: list[str]


@router.post("/auth/token", auth=None, response=TokenOut)
def create_token(request: HttpRequest, body: Credentials) -> dict[str, str]:
    """A bearer token for scripts, valid for seven days. Five failures lock the name for 15 minutes."""
    key = f"token-failures:{body.username[:60].encode().hex()}"
    failures = cache.get(key, 0)
    if failures >= MAX_FAILURES:
        raise Refused("accounts.locked", "失败次数过多，请 15 分钟后再试。", status=429)
    user = (
        authenticate(request, username=body.username, password=body.password)
        if "\x00" not in body.username + body.password
        else None
    )
    if not isinstance(user, User):
        cache.set(key, failures + 1, LOCK_SECONDS)
        raise Refused("accounts.wrong_password", "用户名或密码不正确。", status=401)
    cache.delete(key)
    return {"token": issue_token(user, now=timezone.now(), name="api")}


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> dict[str, Any]:
    """The caller's own account and roles."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return {
        "username": user.username,
        "name": str(user),
        "organisation": user.organisation.name if user.organisation else None,
        "roles": sorted({grant.role for grant in grants_of(user)}),
    }
