"""Who may open the cockpit. What it shows is narrowed to what the reader may see."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import READERS, define

define("cockpit.view", _("查看指挥舱"), roles=READERS)
