"""Who may do what with projects."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define("projects.read", _("查看项目"), roles=READERS)
define("projects.edit", _("登记和修改项目"), roles={Role.OFFICER, Role.COUNTY})
define("projects.import", _("导入项目清单"), roles={Role.OFFICER})
define("projects.export", _("导出项目"), roles=READERS - {Role.CONTRACTOR})
define("projects.report_month", _("报送月度进度"), roles={Role.OWNER, Role.COUNTY, Role.OFFICER})
define("projects.set_parties", _("设置参建单位"), roles=BUREAU | {Role.OWNER, Role.COUNTY})
