"""One visit after closing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.duties.models import Duty

USER = settings.AUTH_USER_MODEL


class LookBack(models.Model):
    """回头看: ``window_days`` after closing somebody looks again. A failure reopens the same hazard."""

    class Why(models.TextChoices):
        MANDATORY = "mandatory", _("必查")
        RANDOM = "random", _("随机抽查")

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="look_backs")
    window_days = models.PositiveSmallIntegerField(_("销号后天数"))
    closed_at = models.DateTimeField(_("销号时间"))
    why = models.CharField(_("方式"), max_length=10, choices=Why.choices)
    opened_at = models.DateTimeField(_("下达时间"))
    due_at = models.DateTimeField(_("时限"))
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    done_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    passed = models.BooleanField(_("合格"), null=True, blank=True)
    note = models.TextField(_("情况"), blank=True, default="")

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("回头看")
        constraints = [
            models.UniqueConstraint(fields=["hazard", "closed_at", "window_days"], name="look_back_once"),
            models.CheckConstraint(
                name="look_back_open_has_a_duty", condition=Q(done_at__isnull=False) | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="look_back_done_whole",
                condition=Q(done_at=None, done_by=None, passed=None)
                | Q(done_at__isnull=False, done_by__isnull=False, passed__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["done_at", "due_at"], name="look_back_by_due")]

    def __str__(self) -> str:
        return f"{self.hazard_id} +{self.window_days}"
