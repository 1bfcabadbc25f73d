"""Plans of rectification, orders to stop and to resume work, and listed supervision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation

USER = settings.AUTH_USER_MODEL


class InPlace(models.TextChoices):
    """五到位: what must be in place before the work on a major hazard begins."""

    MEASURES = "measures", _("措施到位")
    FUNDS = "funds", _("资金到位")
    DEADLINE = "deadline", _("期限到位")
    PERSON = "person", _("责任人到位")
    EMERGENCY = "emergency", _("预案到位")


class Plan(models.Model):
    """整改方案: the six items that the rules ask for, and who judged it."""

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="plans")
    no = models.PositiveSmallIntegerField(_("次数"))
    goals = models.TextField(_("治理的目标和任务"), blank=True, default="")
    methods = models.TextField(_("采取的方法和措施"))
    resources = models.TextField(_("经费和物资的落实"), blank=True, default="")
    people = models.TextField(_("负责治理的机构和人员"), blank=True, default="")
    schedule = models.TextField(_("治理的时限和要求"))
    emergency = models.TextField(_("安全措施和应急预案"), blank=True, default="")
    finish_at = models.DateTimeField(_("计划完成时间"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制人"))
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("提交时间"))
    in_place = models.JSONField(_("五到位"), default=list)
    passed = models.BooleanField(_("批准"), null=True, blank=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("审查意见"), blank=True, default="")

    class Meta:
        ordering = ["no"]
        verbose_name = _("整改方案")
        constraints = [
            models.UniqueConstraint(fields=["hazard", "no"], name="plan_numbered_once"),
            models.CheckConstraint(
                name="plan_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")),
            ),
            models.CheckConstraint(
                name="plan_decided_whole",
                condition=Q(passed=None, decided_by=None, decided_at=None)
                | Q(passed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard_id}-{self.no}"


class StopOrder(models.Model):
    """停工令 with its 复工令: work stands still until evidence is in and a second person lets it go on."""

    class Scope(models.TextChoices):
        PART = "part", _("局部停工")
        WHOLE = "whole", _("全部停工")

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="stops")
    number = models.CharField(_("停工令编号"), max_length=40, unique=True)
    scope = models.CharField(_("停工范围"), max_length=5, choices=Scope.choices)
    area = models.CharField(_("停工部位"), max_length=160, blank=True, default="")
    reason = models.CharField(_("停工理由"), max_length=300)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("签发人"))
    at = models.DateTimeField(_("停工时间"))
    resume_asked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复工申请人")
    )
    resume_asked_at = models.DateTimeField(null=True, blank=True)
    resume_text = models.TextField(_("复工条件落实情况"), blank=True, default="")
    resumed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复工签发人")
    )
    resumed_at = models.DateTimeField(_("复工时间"), null=True, blank=True)
    resume_number = models.CharField(_("复工令编号"), max_length=40, blank=True, default="")
    resume_note = models.TextField(_("复工意见"), blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("停工令")
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(resumed_at=None), name="stop_one_in_force_per_hazard"
            ),
            models.CheckConstraint(
                name="stop_resumed_by_another",
                condition=Q(resumed_by=None)
                | (Q(resume_asked_by__isnull=False) & ~Q(resumed_by=F("resume_asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Listing(models.Model):
    """挂牌督办: an authority puts a major hazard on its public list, and takes it off after acceptance."""

    hazard = models.ForeignKey("hazards.Hazard", on_delete=models.PROTECT, related_name="listings")
    number = models.CharField(_("督办编号"), max_length=40, unique=True)
    authority = models.CharField(_("督办机关"), max_length=80)
    document_no = models.CharField(_("督办文号"), max_length=60)
    requirement = models.TextField(_("督办要求"))
    until = models.DateTimeField(_("督办期限"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("挂牌时间"))
    delisted_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    delisted_at = models.DateTimeField(_("摘牌时间"), null=True, blank=True)
    delist_document_no = models.CharField(_("摘牌文号"), max_length=60, blank=True, default="")
    delist_note = models.TextField(_("验收意见"), blank=True, default="")

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("挂牌督办")
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(delisted_at=None), name="listing_one_in_force_per_hazard"
            ),
            models.CheckConstraint(
                name="listing_ends_with_a_document",
                condition=Q(delisted_at=None) | (~Q(delist_document_no="") & Q(delisted_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.number
