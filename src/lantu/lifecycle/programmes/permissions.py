"""Who reads, writes, approves and checks programmes, and who makes and uses templates."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define("lifecycle.programmes_read", _("查看行动计划"), roles=READERS)
define("lifecycle.programmes_edit", _("编制行动计划"), roles=BUREAU | {Role.COUNTY})
define("lifecycle.programmes_approve", _("批准行动计划"), roles={Role.DIRECTOR, Role.VICEMAYOR})
define(
    "lifecycle.programmes_milestone",
    _("办理共同节点"),
    roles=READERS - {Role.AUDITOR, Role.EXPERT},
)
define(
    "lifecycle.cases_read",
    _("查看经验模板"),
    roles=BUREAU | {Role.VICEMAYOR, Role.CLERK, Role.COUNTY, Role.OWNER, Role.DESIGNER, Role.AUDITOR},
)
define("lifecycle.cases_make", _("编制经验模板"), roles=BUREAU)
define("lifecycle.cases_approve", _("批准经验模板"), roles=BUREAU)
define("lifecycle.cases_use", _("套用经验模板"), roles=BUREAU | {Role.COUNTY, Role.OWNER})
