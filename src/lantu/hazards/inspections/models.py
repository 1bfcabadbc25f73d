"""Inspections, their sheets and the draws that sent somebody there. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.duties.models import Duty
from lantu.hazards.inspections.states import CLOSED_STATES, InspectionKind, InspectionState, Result
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


class Draw(models.Model):
    """A random draw 双随机: seed, everybody who could have been drawn, and who was. Anybody can repeat it."""

    seed = models.CharField(_("随机种子"), max_length=64)
    made_by = _person(_("抽取人"), null=False)
    made_at = models.DateTimeField(_("抽取时间"))
    kind = models.CharField(_("检查类别"), max_length=12, choices=InspectionKind.choices)
    projects = models.JSONField(_("备选项目代码"))
    inspectors = models.JSONField(_("备选检查人"))
    drawn_projects = models.JSONField(_("抽中项目代码"))
    drawn_inspectors = models.JSONField(_("抽中检查人"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("随机抽取")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.seed}"

    def get_absolute_url(self) -> str:
        return reverse("hazards:draw", args=[self.pk])


class Inspection(models.Model):
    """One visit with one sheet. Once finished, ``sheet`` is frozen and ``sheet_hash`` is its SHA-256."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="inspections", verbose_name=_("项目")
    )
    kind = models.CharField(_("检查类别"), max_length=12, choices=InspectionKind.choices)
    # Codes of the pack's tables that the sheet is made of.
    tables = models.JSONField(_("检查表"))
    title = models.CharField(_("检查"), max_length=120)
    place = models.CharField(_("检查部位"), max_length=120, blank=True, default="")
    pack_version = models.CharField(_("规则版本"), max_length=20)
    planned_on = models.DateField(_("计划日期"))
    draw = models.ForeignKey(
        Draw,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        verbose_name=_("抽取"),
    )
    inspector = _person(_("检查人"), null=False)
    second = _person(_("复核人"), null=False)
    state = models.CharField(
        _("状态"), max_length=12, choices=InspectionState.choices, default=InspectionState.PLANNED
    )
    created_by = _person(_("计划人"), null=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("签字时间"), null=True, blank=True)
    total = models.FloatField(_("得分"), null=True, blank=True)
    result = models.CharField(
        _("结论"), max_length=12, choices=Result.choices, blank=True, default=Result.NONE
    )
    sheet = models.JSONField(default=dict, blank=True)
    sheet_hash = models.CharField(max_length=64, blank=True, default="")
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    end_reason = models.CharField(_("取消理由"), max_length=300, blank=True, default="")
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-planned_on", "-id"]
        verbose_name = _("检查")
        constraints = [
            models.CheckConstraint(
                name="inspection_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="inspection_closed_at_when_closed",
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at=None)),
            ),
            models.CheckConstraint(name="inspection_two_people", condition=~Q(inspector=F("second"))),
            models.CheckConstraint(
                name="inspection_signed_sheet_is_frozen",
                condition=~Q(state=InspectionState.SIGNED) | ~Q(sheet_hash=""),
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-planned_on"], name="inspection_by_project"),
            models.Index(fields=["state", "planned_on"], name="inspection_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def get_absolute_url(self) -> str:
        return reverse("hazards:inspection", args=[self.pk])


class Entry(models.Model):
    """One item of the sheet. Safety deducts points; quality counts conforming points; the rest is yes or no."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="entries")
    table = models.CharField(max_length=16)
    item = models.CharField(max_length=8)
    name = models.CharField(_("检查项目"), max_length=120)
    full = models.FloatField(_("应得分"), default=0)
    main = models.BooleanField(_("保证／主控项目"), default=False)
    applies = models.BooleanField(_("适用"), default=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    deducted = models.FloatField(_("扣分"), default=0)
    points = models.PositiveSmallIntegerField(_("抽检点数"), default=0)
    conforming = models.PositiveSmallIntegerField(_("合格点数"), default=0)
    grave = models.BooleanField(_("有严重偏差"), default=False)
    finding = models.CharField(_("问题"), max_length=300, blank=True, default="")
    grade = models.PositiveSmallIntegerField(_("隐患等级"), null=True, blank=True)
    place = models.CharField(_("部位"), max_length=120, blank=True, default="")
    pin = models.JSONField(_("图纸定位"), default=dict, blank=True)
    remedied = models.BooleanField(_("当场整改"), default=False)
    hazard = models.ForeignKey(
        "hazards.Hazard", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("检查项")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "table", "item"], name="entry_once"),
            models.CheckConstraint(
                name="entry_points", condition=Q(conforming__lte=F("points")) & Q(deducted__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table}-{self.item} {self.name}"
