"""What each role may do. Apps define their permissions here at start; nobody grants them one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantu.accounts.roles import Role
from lantu.accounts.scopes import grants_of
from lantu.core.refusals import Denied


@dataclass(frozen=True)
class Permission:
    key: str
    label: Any
    roles: frozenset[str]


_permissions: dict[str, Permission] = {}

EVERYBODY = frozenset(Role.values)
BUREAU = frozenset({Role.DIRECTOR, Role.OFFICER})
READERS = EVERYBODY - {Role.SYSADMIN, Role.SECADMIN}


def define(key: str, label: Any, *, roles: Iterable[str]) -> None:
    """Declare a permission ``app.verb`` and the roles that hold it."""
    found = Permission(key, label, frozenset(str(role) for role in roles))
    if key in _permissions and _permissions[key].roles != found.roles:
        raise ValueError(f"permission {key} is defined twice")
    _permissions[key] = found


def defined_permissions() -> list[Permission]:
    return [_permissions[key] for key in sorted(_permissions)]


def is_defined(key: str) -> bool:
    return key in _permissions


def may(user: Any, key: str, project: Any = None) -> bool:
    """True when one of the person's grants holds the permission and reaches the project.

    ``project`` needs ``id``, ``area_code`` and ``organisation_ids()``; without it any reach will do.
    """
    permission = _permissions[key]
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return any(
        grant.role in permission.roles and (project is None or grant.covers(project))
        for grant in grants_of(user)
    )


def require(user: Any, key: str, project: Any = None) -> None:
    """Raise Denied, in plain words, unless :func:`may`."""
    if not may(user, key, project):
        raise Denied(
            "accounts.no_right",
            gettext("您没有“%(right)s”的权限。") % {"right": _permissions[key].label},
            remedy=gettext("如工作需要，请联系本单位的系统管理员申请授权。"),
        )


define("accounts.administer", _("管理人员与授权"), roles={Role.SYSADMIN})
define("accounts.confirm", _("确认授权"), roles={Role.SECADMIN})
define("accounts.read_log", _("查阅操作日志"), roles={Role.AUDITOR, Role.SECADMIN})
