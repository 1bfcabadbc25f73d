"""A check-up that was made: it stays as it was found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.projects.models import Project


class CheckupReport(models.Model):
    """results: [{"code", "name", "type", "verdict", "items": [{"key", "verdict", "found", "remedy", "rows"}]}, …]."""

    class Verdict(models.TextChoices):
        PASS = "pass", _("符合")
        WARN = "warn", _("基本符合")
        FAIL = "fail", _("不符合")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="checkups", verbose_name=_("项目")
    )
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    devices = models.PositiveIntegerField(_("设备数"))
    passed = models.PositiveIntegerField(_("符合的设备数"))
    results = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("体检时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("接入体检报告")

    def __str__(self) -> str:
        return f"{self.project_id} {self.verdict}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:checkup_report", args=[self.pk])
