"""A spreadsheet of devices on its way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DeviceImport(models.Model):
    """The cleaned rows and the problems of one sheet. The tokens of its devices are handed out once, never stored.

    rows: [{"row": 2, "code", "name", "project", "type", "place", "lon", "lat", "owner", "installed_on",
    "calibrated_until", "facts"}, …]; errors: [{"row", "letter", "heading", "detail", "remedy"}, …].
    """

    class State(models.TextChoices):
        READY = "ready", _("可登记")
        REJECTED = "rejected", _("有错误")
        APPLIED = "applied", _("已登记")

    file_name = models.CharField(_("文件"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    rows = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    tokens_at = models.DateTimeField(_("口令表下载时间"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("设备导入")

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:device_import", args=[self.pk])
