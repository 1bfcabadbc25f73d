"""What a phone sent after the hazard had moved on: kept beside what happened meanwhile until a person has looked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.duties.models import Duty

USER = settings.AUTH_USER_MODEL


class KeptSubmission(models.Model):
    """One late submission. Its photos are evidence that supports this row. Never deleted."""

    class State(models.TextChoices):
        PENDING = "pending", _("待合并")
        ADOPTED = "adopted", _("已并入记录")
        SET_ASIDE = "set_aside", _("不采用")
        # The same had been done already by the same unit: nothing to decide, the fact is kept.
        AGREED = "agreed", _("与已办结果一致")

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="kept_submissions")
    verb = models.CharField(_("操作"), max_length=40)
    values = models.JSONField(_("填写内容"), default=dict)
    key = models.CharField(max_length=80)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("填写人"))
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    captured_at = models.DateTimeField(_("现场填写时间（手机上报）"), null=True, blank=True)
    received_at = models.DateTimeField(_("送达时间"))
    seen_state = models.CharField(_("填写时的状态"), max_length=16, blank=True, default="")
    met_state = models.CharField(_("送达时的状态"), max_length=16)
    why = models.CharField(_("没有直接办理的原因"), max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    decided_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("合并人")
    )
    decided_at = models.DateTimeField(_("合并时间"), null=True, blank=True)
    reason = models.CharField(_("合并意见"), max_length=300, blank=True, default="")
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )

    class Meta:
        ordering = ["received_at", "id"]
        verbose_name = _("离线提交")
        constraints = [
            models.UniqueConstraint(fields=["by", "key"], name="kept_once"),
            models.CheckConstraint(
                name="kept_pending_has_a_duty", condition=~Q(state="pending") | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="kept_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")),
            ),
            models.CheckConstraint(
                name="kept_decision_is_complete",
                condition=Q(state__in=("pending", "agreed"), decided_by=None, decided_at=None)
                | (
                    Q(state__in=("adopted", "set_aside"), decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]
        indexes = [models.Index(fields=["hazard", "state"], name="kept_by_hazard")]

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.verb} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING
