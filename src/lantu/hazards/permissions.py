"""Who may take which step. That the steps are taken by different people is the services' business."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

CHECKERS = {Role.OFFICER, Role.INSPECTOR}
RECTIFIERS = {Role.CONTRACTOR, Role.OWNER, Role.DESIGNER}
# Where a project has no supervising engineer, the owner confirms; the service asks which unit it is.
SUPERVISORS = {Role.SUPERVISOR, Role.OWNER}

define("hazards.read", _("查看隐患"), roles=READERS)
define(
    "hazards.report",
    _("登记隐患"),
    roles=CHECKERS | RECTIFIERS | {Role.DIRECTOR, Role.COUNTY, Role.CLERK, Role.SUPERVISOR},
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
define("hazards.submit_plan", _("提交整改方案"), roles=RECTIFIERS)
define("hazards.approve_plan", _("审定整改方案"), roles=CHECKERS | SUPERVISORS)
define("hazards.return_plan", _("退回整改方案"), roles=CHECKERS | SUPERVISORS)
define("hazards.recheck_major", _("复查重大隐患"), roles={Role.INSPECTOR})
define("hazards.regrade", _("调整隐患等级"), roles=CHECKERS)
define("hazards.order_stop", _("签发停工令"), roles=CHECKERS)
define("hazards.ask_resume", _("申请复工"), roles=RECTIFIERS)
define("hazards.order_resume", _("签发复工令"), roles=CHECKERS)
define("hazards.list_hazard", _("挂牌督办"), roles=BUREAU)
define("hazards.delist", _("挂牌督办摘牌"), roles=BUREAU)
define("hazards.dispute", _("提出整改异议"), roles=RECTIFIERS)
define("hazards.decide_dispute", _("裁定整改异议"), roles=BUREAU)
define("hazards.transfer", _("改派整改单位"), roles=CHECKERS)
define("hazards.ask_extension", _("申请整改延期"), roles=RECTIFIERS)
define("hazards.consent_extension", _("同意红色隐患延期"), roles={Role.INSPECTOR})
define("hazards.decide_extension", _("审批整改延期"), roles=BUREAU | {Role.VICEMAYOR})
define("hazards.reopen", _("重新打开隐患"), roles=CHECKERS)
define("hazards.look_back", _("办理回头看"), roles=CHECKERS)
define("hazards.make_document", _("生成隐患文书"), roles=CHECKERS | RECTIFIERS | SUPERVISORS | BUREAU)
