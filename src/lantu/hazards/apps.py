from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HazardsConfig(AppConfig):
    name = "lantu.hazards"
    label = "hazards"
    verbose_name = _("隐患与整改")
