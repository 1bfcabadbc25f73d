"""Who reads, prepares and signs bulletins. One-pagers follow the project."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define(
    "lifecycle.reports_read",
    _("查看月度通报"),
    roles=BUREAU | {Role.VICEMAYOR, Role.CLERK, Role.COUNTY, Role.INSPECTOR, Role.AUDITOR},
)
define("lifecycle.reports_prepare", _("编制月度通报"), roles=BUREAU)
define("lifecycle.reports_sign", _("签发月度通报"), roles={Role.DIRECTOR, Role.VICEMAYOR})
define("lifecycle.reports_one_pager", _("查看项目一页纸"), roles=READERS)
