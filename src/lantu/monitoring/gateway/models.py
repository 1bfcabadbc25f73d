"""How the gateway processes stand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GatewayStatus(models.Model):
    """One row per gateway process, written every few seconds. counters: {protocol: {name: number}}."""

    name = models.CharField(_("进程"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("更新时间"))
    started_at = models.DateTimeField(_("启动时间"))
    ports = models.JSONField(_("端口"), default=dict)
    counters = models.JSONField(_("计数"), default=dict)

    class Meta:
        ordering = ["name"]
        verbose_name = _("网关进程")

    def __str__(self) -> str:
        return self.name
