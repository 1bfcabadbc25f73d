"""Roles and the reach a grant may have."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who a person is towards the city's projects. The last three are the 三员 (separation of powers)."""

    DIRECTOR = "director", _("局领导")
    OFFICER = "officer", _("局经办")
    VICEMAYOR = "vicemayor", _("分管副市长")
    CLERK = "clerk", _("部门联络员")
    COUNTY = "county", _("县区重点办")
    OWNER = "owner", _("建设单位")
    CONTRACTOR = "contractor", _("施工单位")
    SUPERVISOR = "supervisor", _("监理单位")
    DESIGNER = "designer", _("设计单位")
    INSPECTOR = "inspector", _("质量安全监督")
    EXPERT = "expert", _("第三方专家")
    AUDITOR = "auditor", _("审计")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全保密员")


# The three administrators of 三员分立: nobody may hold two of these at once.
SEPARATED_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})


class Reach(models.TextChoices):
    """How far a grant carries."""

    CITY = "city", _("全市")
    COUNTY = "county", _("县市区")
    ORGANISATION = "organisation", _("本单位参建项目")
    PROJECT = "project", _("单个项目")
