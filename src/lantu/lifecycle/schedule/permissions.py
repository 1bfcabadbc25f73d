"""Who plans, approves, reports and verifies."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

PLANNERS = {Role.CONTRACTOR, Role.OWNER, Role.DESIGNER}

define("lifecycle.schedule_read", _("查看进度计划"), roles=READERS)
define("lifecycle.schedule_edit", _("编制进度计划"), roles=PLANNERS | BUREAU | {Role.COUNTY})
define("lifecycle.schedule_approve", _("批准进度计划与基准"), roles=BUREAU | {Role.OWNER, Role.COUNTY})
define("lifecycle.schedule_report", _("填报计划进度"), roles=PLANNERS | BUREAU | {Role.SUPERVISOR})
define("lifecycle.schedule_measure", _("以监理计量（B 级）填报进度"), roles=BUREAU | {Role.SUPERVISOR})
define("lifecycle.schedule_verify", _("以多方核对（A 级）填报进度"), roles=BUREAU | {Role.INSPECTOR})
define("lifecycle.schedule_level", _("平衡全市共享资源"), roles=BUREAU)
