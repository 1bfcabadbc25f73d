"""Life of a device."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeviceStatus(models.TextChoices):
    """Readings of a device under maintenance are stored but not judged; a retired device may not send."""

    IN_SERVICE = "in_service", _("在用")
    MAINTENANCE = "maintenance", _("检修")
    RETIRED = "retired", _("停用")
