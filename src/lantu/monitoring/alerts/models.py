"""An alert: a rule found something, and somebody has to look."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.duties.models import Duty
from lantu.monitoring.alerts.states import OPEN_STATES, AlertKind, AlertState
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.projects.models import Project


class Alert(models.Model):
    """One open alert per rule and channel; further excesses update it.

    inputs: what the rule saw when it decided: {"rule", "version", "stat", "window_s", "limit", "values": [[ms, v], …]}.
    ``cleared_at`` says that the value came back to normal; only people close a risk.
    """

    kind = models.CharField(_("类别"), max_length=10, choices=AlertKind.choices)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="alerts", verbose_name=_("规则"))
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="alerts")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="alerts", verbose_name=_("项目")
    )
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, related_name="alerts", verbose_name=_("设备")
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    severity = models.PositiveSmallIntegerField(_("等级"))
    level = models.CharField(_("级别"), max_length=40)
    limit = models.FloatField(_("限值"), null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=20, blank=True, default="")
    opened_at = models.DateTimeField(_("超限开始"))
    judged_at = models.DateTimeField(_("判定时间"))
    first_value = models.FloatField(_("首个超限值"), null=True, blank=True)
    peak_value = models.FloatField(_("峰值"), null=True, blank=True)
    peak_at = models.DateTimeField(null=True, blank=True)
    last_value = models.FloatField(_("最近值"), null=True, blank=True)
    last_at = models.DateTimeField(_("最近超限"), null=True, blank=True)
    hits = models.PositiveIntegerField(_("超限次数"), default=1)
    late = models.BooleanField(_("迟到数据"), default=False)
    inputs = models.JSONField(_("判定输入"), default=dict)
    state = models.CharField(_("状态"), max_length=16, choices=AlertState.choices, default=AlertState.NEW)
    cleared_at = models.DateTimeField(_("恢复正常"), null=True, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    taken_up_ref = models.CharField(_("转入对象"), max_length=80, blank=True, default="")
    false_reason = models.CharField(_("误报理由"), max_length=300, blank=True, default="")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("预警")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "channel"],
                condition=Q(closed_at=None),
                name="alert_one_open_per_rule_channel",
            ),
            models.UniqueConstraint(
                fields=["rule", "device"],
                condition=Q(closed_at=None, channel=None),
                name="alert_one_open_per_rule_device",
            ),
            models.CheckConstraint(
                name="alert_new_has_a_duty", condition=~Q(state=AlertState.NEW) | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="alert_open_until_closed",
                condition=Q(state__in=OPEN_STATES, closed_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(name="alert_severity_1_to_4", condition=Q(severity__range=(1, 4))),
        ]
        indexes = [
            models.Index(fields=["project", "-opened_at"], name="alert_by_project"),
            models.Index(fields=["device", "-opened_at"], name="alert_by_device"),
            models.Index(fields=["state", "-severity", "-opened_at"], name="alert_by_state"),
            models.Index(fields=["rule_version", "state"], name="alert_by_rule_version"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.device_id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:alert", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
