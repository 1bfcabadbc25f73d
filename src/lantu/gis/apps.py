from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GisConfig(AppConfig):
    name = "lantu.gis"
    label = "gis"
    verbose_name = _("一张图")
