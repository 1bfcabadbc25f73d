"""Who decides on two versions that met. That it is another unit than the one that sent, the service asks."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import define
from lantu.accounts.roles import Role

define(
    "hazards.decide_kept",
    _("合并离线提交"),
    roles={Role.OFFICER, Role.INSPECTOR, Role.SUPERVISOR, Role.OWNER},
)
