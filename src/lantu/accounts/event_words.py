"""What events are called on screen. Each app names its own in hooks.py; an unnamed one shows its kind."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_words: dict[str, Any] = {}


def name_events(words: dict[str, Any]) -> None:
    """Add names: ``{"hazards.order_issued": _("下达整改单")}``."""
    _words.update(words)


def event_name(kind: str) -> Any:
    """The name on screen, or the kind itself."""
    return _words.get(kind, kind)


name_events(
    {
        "accounts.person_added": _("新增人员"),
        "accounts.person_changed": _("修改人员"),
        "accounts.person_left": _("停用人员"),
        "accounts.person_returned": _("恢复人员"),
        "accounts.person_went_away": _("登记外出"),
        "accounts.person_came_back": _("结束外出"),
        "accounts.password_reset": _("重置密码"),
        "accounts.password_changed": _("修改密码"),
        "accounts.signed_in": _("登录"),
        "accounts.sign_in_failed": _("登录失败"),
        "accounts.session_ended": _("结束会话"),
        "accounts.token_issued": _("签发令牌"),
        "accounts.token_revoked": _("撤销令牌"),
        "accounts.organisation_added": _("新增单位"),
        "accounts.organisation_changed": _("修改单位"),
        "accounts.grant_proposed": _("提出授权"),
        "accounts.grant_confirmed": _("确认授权"),
        "accounts.grant_refused": _("驳回授权"),
        "accounts.grant_revoked": _("撤销授权"),
        "accounts.log_verified": _("核验日志"),
    }
)
