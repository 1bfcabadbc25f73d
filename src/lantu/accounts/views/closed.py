"""Doors of the sign-in library that this house does not use: no sign-up, no e-mail confirmation or recovery."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lantu.accounts.middleware import public
from lantu.core.refusals import Missing


@public
def closed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Accounts are given by the administrators; passwords are reset by them."""
    raise Missing(
        "accounts.closed",
        _("这里没有自助注册和邮件找回。"),
        remedy=_("开户或忘记密码，请联系本单位的系统管理员。"),
    )
