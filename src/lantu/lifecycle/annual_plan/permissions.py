"""Who proposes, checks, ticks, balances and issues."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, define
from lantu.accounts.roles import Role

READERS = BUREAU | {Role.VICEMAYOR, Role.CLERK, Role.COUNTY, Role.OWNER, Role.EXPERT, Role.AUDITOR}

define("lifecycle.plan_read", _("查看年度计划"), roles=READERS)
define(
    "lifecycle.plan_propose", _("申报年度计划项目"), roles={Role.OFFICER, Role.COUNTY, Role.OWNER, Role.CLERK}
)
define("lifecycle.plan_check", _("初审计划申报"), roles=BUREAU)
define("lifecycle.plan_element", _("要素会审"), roles={Role.CLERK})
define("lifecycle.plan_expert", _("计划专家论证"), roles={Role.EXPERT})
define("lifecycle.plan_balance", _("编制和平衡年度计划"), roles=BUREAU)
define("lifecycle.plan_import", _("导入年度计划"), roles={Role.OFFICER})
define("lifecycle.plan_issue", _("下达和调整年度计划"), roles={Role.DIRECTOR})
