"""A project's own limit, with the document that says so."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.monitoring.devices.models import Device
from lantu.projects.models import Project


class ProjectRuleOverride(models.Model):
    """What the designer says instead of the table (GB 50497-2019 8.0.1 and the like). Never edited: withdrawn and made anew.

    ``item``: the code of a rule, or the part before a dot that its variants share (``pit.top_h`` means the rule of
    whatever grade and support the device has). ``limits``: {"cumulative": mm, "rate": mm/d} for a colour band,
    {"rate": …} for a rate, else {"levels": {"2": 60, "3": 80}} by severity. ``looser``: some limit lies further out than
    the table's, which readers are to see. Judgements name the override in their inputs.
    """

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="rule_overrides", verbose_name=_("项目")
    )
    device = models.ForeignKey(
        Device,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rule_overrides",
        verbose_name=_("设备"),
    )
    item = models.CharField(_("监测项目"), max_length=80)
    limits = models.JSONField(_("设计限值"))
    looser = models.BooleanField(_("宽于缺省值"), default=False)
    document_no = models.CharField(_("设计文件编号"), max_length=120)
    clause = models.CharField(_("条款或图号"), max_length=200, blank=True, default="")
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, related_name="+", verbose_name=_("设计文件")
    )
    reason = models.CharField(_("说明"), max_length=300, blank=True, default="")
    effective_from = models.DateField(_("生效日期"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("登记时间"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdraw_reason = models.CharField(_("撤回理由"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["item", "-id"]
        verbose_name = _("设计限值")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "item"],
                condition=Q(withdrawn_at=None, device=None),
                name="override_one_per_project_item",
            ),
            models.UniqueConstraint(
                fields=["device", "item"],
                condition=Q(withdrawn_at=None, device__isnull=False),
                name="override_one_per_device_item",
            ),
            models.CheckConstraint(
                name="override_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdraw_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.item}"
