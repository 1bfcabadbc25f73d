"""One thing that a camera says it has seen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.duties.models import Duty
from lantu.monitoring.devices.models import Device
from lantu.monitoring.observations.states import ObservationState
from lantu.projects.models import Project


class Observation(models.Model):
    """``type`` is a key of the pack's observation types, whose levels decided the first state.

    ``automatic``: taken as true without a person, because the confidence reached the automatic level.
    ``ref``: the sender's own number: the same event sent twice is one observation.
    """

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="observations", verbose_name=_("项目")
    )
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, related_name="observations", verbose_name=_("设备")
    )
    type = models.CharField(_("类型"), max_length=40)
    severity = models.PositiveSmallIntegerField(_("等级"))
    confidence = models.FloatField(_("置信度"))
    state = models.CharField(_("状态"), max_length=12, choices=ObservationState.choices)
    automatic = models.BooleanField(_("自动确认"), default=False)
    place = models.CharField(_("部位"), max_length=120, blank=True, default="")
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    ref = models.CharField(_("来源编号"), max_length=80, blank=True, default="")
    observed_at = models.DateTimeField(_("观察时间"))
    received_at = models.DateTimeField(_("接收时间"))
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("画面")
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    note = models.CharField(_("复核意见"), max_length=300, blank=True, default="")
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )

    class Meta:
        ordering = ["-observed_at", "-id"]
        verbose_name = _("视频观察")
        constraints = [
            models.CheckConstraint(
                name="observation_new_has_a_duty",
                condition=~Q(state=ObservationState.NEW) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="observation_confidence_is_a_share", condition=Q(confidence__range=(0, 1))
            ),
            models.UniqueConstraint(
                fields=["device", "ref"], condition=~Q(ref=""), name="observation_once_per_ref"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-observed_at"], name="observation_by_project"),
            models.Index(fields=["state", "-observed_at"], name="observation_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:observation", args=[self.pk])
