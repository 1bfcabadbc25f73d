"""Disputes about an order, and the inspector's consent to more time for a major hazard."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation

USER = settings.AUTH_USER_MODEL


class Dispute(models.Model):
    """异议: the addressee says why the order is wrong; the bureau decides once, and its decision binds."""

    class Ground(models.TextChoices):
        NOT_OURS = "not_ours", _("非本单位责任")
        FACTS = "facts", _("事实不符")
        CLAUSE = "clause", _("条款或等级适用不当")
        DUPLICATE = "duplicate", _("与另一整改单重复")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("维持整改通知")
        REDIRECTED = "redirected", _("改由其他单位整改")
        WITHDRAWN = "withdrawn", _("撤销整改通知")

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="disputes")
    ground = models.CharField(_("异议类型"), max_length=10, choices=Ground.choices)
    reason = models.CharField(_("异议理由"), max_length=300)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人"))
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("提出时间"))
    outcome = models.CharField(_("裁定"), max_length=10, choices=Outcome.choices, blank=True, default="")
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("裁定理由"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("整改异议")
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(decided_at=None), name="dispute_one_open_per_hazard"
            ),
            models.CheckConstraint(
                name="dispute_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.ground}"


class ExtensionConsent(models.Model):
    """The inspector's agreement to one request for more time. Without it a major hazard's deadline stands."""

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="consents")
    extension = models.OneToOneField("duties.Extension", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(_("意见"), max_length=300)

    class Meta:
        ordering = ["at"]
        verbose_name = _("延期同意")

    def __str__(self) -> str:
        return f"{self.hazard_id} {self.extension_id}"
