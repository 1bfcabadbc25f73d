"""Who prepares, confirms, checks and decides. That doer and decider differ is the services' business."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define("lifecycle.gates_read", _("查看阶段关口"), roles=READERS)
define("lifecycle.gates_open", _("建立项目关口"), roles=BUREAU | {Role.COUNTY})
define("lifecycle.gates_prepare", _("准备和提交关口要件"), roles={Role.OWNER, Role.COUNTY, Role.OFFICER})
define(
    "lifecycle.gates_confirm",
    _("确认本部门要件"),
    roles=BUREAU | {Role.CLERK, Role.INSPECTOR, Role.SUPERVISOR, Role.COUNTY},
)
define("lifecycle.gates_check", _("核对关口完整性"), roles=BUREAU)
define("lifecycle.gates_decide", _("关口把关"), roles=BUREAU | {Role.CLERK, Role.INSPECTOR, Role.COUNTY})
define("lifecycle.gates_stop", _("停缓建、取消和重开关口"), roles=BUREAU)
define("lifecycle.gates_tender", _("登记招标记录"), roles=BUREAU | {Role.OWNER, Role.COUNTY, Role.CLERK})
