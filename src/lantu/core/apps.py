"""Core wires the house: it imports every app's registrations once Django is ready."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

# What an app may offer upwards, in the order in which it is read.
REGISTRATION_MODULES = ("events", "permissions", "hooks", "figures", "subscribers", "jobs")


class CoreConfig(AppConfig):
    name = "lantu.core"
    label = "core"
    verbose_name = _("平台内核")

    def ready(self) -> None:
        for config in apps.get_app_configs():
            if not config.name.startswith("lantu."):
                continue
            for module in REGISTRATION_MODULES:
                dotted = f"{config.name}.{module}"
                if find_spec(dotted) is not None:
                    import_module(dotted)
