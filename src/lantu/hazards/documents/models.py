"""Papers that have been made. A row is never changed: what is made again is a new version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence

USER = settings.AUTH_USER_MODEL


class Document(models.Model):
    """One version of one paper: ``facts`` is what it says, ``content_sha256`` the hash over it."""

    class Kind(models.TextChoices):
        ORDER = "order", _("隐患整改通知单")
        STOP = "stop", _("停工令")
        RESUME = "resume", _("复工令")
        REPLY = "reply", _("隐患整改回复单")
        RECHECK = "recheck", _("隐患整改复查意见书")
        LISTING = "listing", _("重大事故隐患挂牌督办通知书")
        CLOSING = "closing", _("隐患销号单")

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("文种"), max_length=8, choices=Kind.choices)
    version = models.PositiveSmallIntegerField(_("版本"))
    number = models.CharField(_("编号"), max_length=60)
    facts = models.JSONField()
    content_sha256 = models.CharField(_("内容指纹"), max_length=64)
    fonts = models.JSONField(_("字体"), default=dict)
    made_at = models.DateTimeField(_("生成时间"))
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("生成人"))
    word = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["kind", "-version"]
        verbose_name = _("隐患文书")
        constraints = [
            models.UniqueConstraint(fields=["hazard", "kind", "version"], name="document_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("hazards:documents", args=[self.hazard_id])
