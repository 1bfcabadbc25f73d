"""A group of cranes on one site: where they stand and how long their jibs are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.monitoring.devices.models import Device
from lantu.projects.models import Project


class CraneGroup(models.Model):
    """Cranes of one project whose circles meet."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="crane_groups", verbose_name=_("项目")
    )
    name = models.CharField(_("名称"), max_length=120)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["project", "name"]
        verbose_name = _("群塔")
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="crane_group_name_once")]

    def __str__(self) -> str:
        return self.name


class CraneMember(models.Model):
    """One crane of a group. Metres in the site's own grid (x east, y north); heights above the site's zero.

    ``slew_zero_deg``: what its encoder shows when the jib points north.
    """

    group = models.ForeignKey(CraneGroup, on_delete=models.CASCADE, related_name="members")
    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="crane")
    x_m = models.FloatField(_("东坐标（米）"))
    y_m = models.FloatField(_("北坐标（米）"))
    jib_m = models.FloatField(_("起重臂长（米）"))
    counter_jib_m = models.FloatField(_("平衡臂长（米）"))
    jib_height_m = models.FloatField(_("臂架高度（米）"))
    top_m = models.FloatField(_("塔顶高度（米）"), default=0)
    slew_zero_deg = models.FloatField(_("回转零位（度）"), default=0)

    class Meta:
        ordering = ["group", "device"]
        verbose_name = _("群塔成员")
        constraints = [
            models.CheckConstraint(
                name="crane_lengths_positive",
                condition=models.Q(jib_m__gt=0, counter_jib_m__gte=0, jib_height_m__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.device_id}"
