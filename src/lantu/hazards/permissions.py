"""Who may take which step. That the steps are taken by different people is the services' business."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

CHECKERS = {Role.OFFICER, Role.INSPECTOR}
RECTIFIERS = {Role.CONTRACTOR, Role.OWNER}
# Where a project has no supervising engineer, the owner confirms; the service asks which unit it is.
SUPERVISORS = {Role.SUPERVISOR, Role.OWNER}

define("hazards.read", _("查看隐患"), roles=READERS)
define(
    "hazards.report",
    _("登记隐患"),
    roles=CHECKERS | {Role.DIRECTOR, Role.COUNTY, Role.CLERK, Role.SUPERVISOR, Role.OWNER},
)
define("hazards.confirm", _("核实隐患"), roles=CHECKERS)
define("hazards.issue_order", _("下发整改通知单"), roles=CHECKERS)
define("hazards.accept_order", _("签收整改通知单"), roles=RECTIFIERS)
define("hazards.submit_reply", _("提交整改回复"), roles=RECTIFIERS)
define("hazards.supervisor_confirm", _("确认整改回复"), roles=SUPERVISORS)
define("hazards.supervisor_return", _("退回整改回复"), roles=SUPERVISORS)
define("hazards.recheck_close", _("复查销号"), roles=CHECKERS)
define("hazards.recheck_return", _("复查退回"), roles=CHECKERS)
define("hazards.propose_false", _("提出误报"), roles=CHECKERS | RECTIFIERS | {Role.SUPERVISOR})
define("hazards.decide_false", _("复核误报"), roles=CHECKERS)
define("hazards.merge", _("合并隐患"), roles=CHECKERS)
define("hazards.void", _("作废隐患"), roles=BUREAU)
