"""Who may steer other people's duties."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import BUREAU, READERS, define
from lantu.accounts.roles import Role

define("duties.read", _("查看责任事项"), roles=READERS)
define("duties.dispatch", _("派单、改派和催办"), roles=BUREAU)
define("duties.decide", _("审批延期和停钟"), roles=BUREAU)
define("duties.lead", _("查看本周必办"), roles=BUREAU | {Role.VICEMAYOR, Role.COUNTY})
