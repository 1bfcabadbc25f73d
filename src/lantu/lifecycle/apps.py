"""The lifecycle app: one label, one migrations folder, six applets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "lantu.lifecycle"
    label = "lifecycle"
    verbose_name = _("项目全过程")
