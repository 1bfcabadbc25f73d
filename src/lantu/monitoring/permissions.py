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
define(
    "monitoring.register_vehicle",
    _("登记渣土车"),
    roles={Role.OFFICER, Role.COUNTY, Role.OWNER, Role.CONTRACTOR},
)
define("monitoring.license_vehicle", _("核准渣土车、路线和消纳场"), roles={Role.OFFICER, Role.COUNTY})
define("monitoring.read_storage", _("查看数据存储"), roles=BUREAU | {Role.AUDITOR, Role.SYSADMIN})
define("monitoring.replay_quarantine", _("重放隔离报文"), roles={Role.OFFICER})
define("monitoring.propose_rule", _("提出监测规则修订"), roles={Role.OFFICER, Role.DIRECTOR})
# A replay names devices and readings of the whole city.
define("monitoring.read_proposal", _("查看规则修订与回放"), roles=BUREAU | {Role.AUDITOR})
define("monitoring.approve_rule", _("批准监测规则修订"), roles={Role.OFFICER, Role.DIRECTOR})
define("monitoring.set_design_limit", _("登记设计限值"), roles={Role.OFFICER, Role.INSPECTOR, Role.OWNER})
define("monitoring.set_crane_group", _("登记群塔"), roles={Role.OFFICER, Role.OWNER, Role.CONTRACTOR})
define(
    "monitoring.make_checkup",
    _("开展接入体检"),
    roles={Role.OFFICER, Role.INSPECTOR, Role.COUNTY, Role.OWNER, Role.CONTRACTOR, Role.SUPERVISOR},
)
define(
    "monitoring.send_observation", _("代设备上报视频观察"), roles={Role.OFFICER, Role.OWNER, Role.CONTRACTOR}
)
define(
    "monitoring.review_observation",
    _("复核视频观察"),
    roles={Role.OFFICER, Role.COUNTY, Role.INSPECTOR, Role.SUPERVISOR, Role.OWNER, Role.CONTRACTOR},
)
