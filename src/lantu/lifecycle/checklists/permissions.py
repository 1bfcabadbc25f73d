"""Who compiles, countersigns, issues, reports, verifies and scores checklists."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

UNITS = {
    Role.OWNER, Role.CONTRACTOR, Role.SUPERVISOR, Role.DESIGNER, Role.CLERK, Role.COUNTY, Role.OFFICER, Role.INSPECTOR,
}  # fmt: skip

define("lifecycle.checklists_read", _("查看清单与月度考核"), roles=READERS)
define("lifecycle.checklists_edit", _("编制清单"), roles={Role.OWNER, Role.COUNTY, Role.OFFICER})
define("lifecycle.checklists_sign", _("会签清单"), roles=UNITS)
define("lifecycle.checklists_issue", _("下达清单"), roles=BUREAU)
define("lifecycle.checklists_report", _("核对本月清单"), roles=UNITS)
define("lifecycle.checklists_verify", _("核验本月清单"), roles=UNITS)
define("lifecycle.appraisal_run", _("办理月度考核"), roles={Role.OFFICER, Role.DIRECTOR})
define("lifecycle.appraisal_appeal", _("考核申诉"), roles=UNITS)
define("lifecycle.appraisal_decide", _("裁定考核申诉与调整"), roles=BUREAU)
define("lifecycle.appraisal_publish", _("公布考核结果"), roles=BUREAU)
