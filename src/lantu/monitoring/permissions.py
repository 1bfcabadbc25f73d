"""Who may do what in monitoring."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

SITE = {Role.OWNER, Role.CONTRACTOR, Role.SUPERVISOR}

define("monitoring.read", _("查看监测数据与预警"), roles=READERS)
define("monitoring.register_device", _("登记监测设备"), roles={Role.OFFICER, Role.OWNER, Role.CONTRACTOR})
define("monitoring.issue_token", _("签发设备口令"), roles={Role.OFFICER, Role.OWNER, Role.CONTRACTOR})
define("monitoring.send_telemetry", _("代设备上报读数"), roles={Role.OFFICER, Role.OWNER, Role.CONTRACTOR})
define(
    "monitoring.mark_false",
    _("认定预警为误报"),
    roles={Role.OFFICER, Role.COUNTY, Role.INSPECTOR, Role.SUPERVISOR, Role.OWNER, Role.CONTRACTOR},
)
define(
    "monitoring.read_quarantine",
    _("查看隔离报文"),
    roles=BUREAU | SITE | {Role.AUDITOR, Role.INSPECTOR, Role.COUNTY},
)
define("monitoring.replay_quarantine", _("重放隔离报文"), roles={Role.OFFICER})
define("monitoring.propose_rule", _("提出监测规则修订"), roles={Role.OFFICER, Role.DIRECTOR})
define("monitoring.approve_rule", _("批准监测规则修订"), roles={Role.OFFICER, Role.DIRECTOR})
