"""Who plans, fills in and signs inspections."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

INSPECTORS = {Role.INSPECTOR, Role.OFFICER}

define("inspections.read", _("查看检查"), roles=READERS)
define("inspections.plan", _("安排检查"), roles=INSPECTORS | BUREAU | {Role.SUPERVISOR})
define("inspections.draw", _("双随机抽取"), roles=INSPECTORS | BUREAU)
define("inspections.fill", _("填写检查表"), roles=INSPECTORS | {Role.SUPERVISOR})
define("inspections.sign", _("复核签字"), roles=INSPECTORS | BUREAU | {Role.SUPERVISOR, Role.OWNER})
