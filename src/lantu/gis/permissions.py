"""Who may open the map. What it shows is narrowed to what each reader may see."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import READERS, define

define("gis.read", _("查看一张图"), roles=READERS)
