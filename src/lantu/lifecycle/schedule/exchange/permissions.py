"""Who brings schedules in and takes them out."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define(
    "lifecycle.schedule_import",
    _("导入进度计划文件"),
    roles=BUREAU | {Role.COUNTY, Role.OWNER, Role.CONTRACTOR, Role.SUPERVISOR},
)
define("lifecycle.schedule_export", _("导出进度计划"), roles=READERS)
