"""How signing in works here: accounts are given by the administrators, nobody signs up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantu.accounts.services.demo import demo_refused
from lantu.accounts.services.sessions import keep_session
from lantu.accounts.services.sign_in import note_failed_sign_in, note_password_changed


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up; the session cap is enforced when a person has signed in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("该账号已停用。如需恢复，请联系系统管理员。"),
        "too_many_login_attempts": _(
            "连续 5 次密码错误，登录已锁定 15 分钟。请稍后再试；忘记密码请联系本单位系统管理员重置。"
        ),
        "username_password_mismatch": _("用户名或密码不正确。连续错 5 次将锁定 15 分钟。"),
        "incorrect_password": _("密码不正确。"),
        "enter_current_password": _("请输入当前密码。"),
        "incorrect_code": _("验证码不正确，请核对手机时间后重试。"),
        "rate_limited": _("操作过于频繁，请稍后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """As allauth does, but a demonstration account is refused where strangers can reach the house."""
        user: Any = super().authenticate(request, **credentials)
        if user is not None and demo_refused(user):
            raise ValidationError(
                _("演示账号只能在本机使用。本服务对外开放，请使用系统管理员分配的正式账号登录。"),
                code="demo_refused",
            )
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failed_sign_in(
            str(credentials.get("username", "")), address=self.get_client_ip(request), now=timezone.now()
        )

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        response = super().post_login(request, user, **kwargs)
        if request.session.session_key is None:
            request.session.save()
        keep_session(
            user,
            session_key=str(request.session.session_key),
            address=self.get_client_ip(request),
            device=self.get_http_user_agent(request),
            now=timezone.now(),
        )
        return response

    def set_password(self, user: Any, password: str) -> None:
        """The person chose a password: the administrator's first one is spent."""
        user.must_change_password = False
        super().set_password(user, password)
        note_password_changed(user, now=timezone.now())
