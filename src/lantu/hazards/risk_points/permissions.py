"""Who may take which step with risk points and patrols."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import READERS, define
from lantu.accounts.roles import Role

BUILDERS = {Role.CONTRACTOR, Role.OWNER}
REVIEWERS = {Role.SUPERVISOR, Role.INSPECTOR}

define("risk_points.read", _("查看风险点"), roles=READERS)
define("risk_points.create", _("编制风险点"), roles=BUILDERS)
define("risk_points.review", _("审核风险点"), roles=REVIEWERS)
define("risk_points.control", _("落实风险管控"), roles=BUILDERS)
define("risk_points.reassess", _("复评风险点"), roles=BUILDERS | {Role.SUPERVISOR})
define("risk_points.close", _("风险点销项"), roles=REVIEWERS)
define("risk_points.void", _("作废风险点"), roles=BUILDERS | REVIEWERS)
define("risk_points.plan_patrol", _("制定巡查计划"), roles=BUILDERS | {Role.SUPERVISOR})
define("risk_points.patrol", _("现场巡查"), roles=BUILDERS | REVIEWERS | {Role.OFFICER})
