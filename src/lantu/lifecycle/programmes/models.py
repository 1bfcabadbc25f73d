"""A programme (三年行动计划): goals, member projects, shared milestones. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.duties.models import Duty
from lantu.lifecycle.programmes.states import (
    CLOSED_MILESTONES,
    CLOSED_STATES,
    MilestoneState,
    ProgrammeState,
)
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def person(label: Any, *, null: bool = False) -> models.ForeignKey:
    """A person that a row names; people are never deleted."""
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def duty_field() -> models.ForeignKey:
    return models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )


class Programme(models.Model):
    """A programme of some years in an area: who leads it, its lanes, and the steward who answers for it.

    ``lanes``: list of ``{"key", "label", "unit"}``; ``county_codes``: GB/T 2260; ``geometry``: GeoJSON, CGCS2000.
    """

    name = models.CharField(_("行动计划"), max_length=120)
    summary = models.TextField(_("目标任务"), blank=True, default="")
    basis = models.CharField(_("依据文件"), max_length=200, blank=True, default="")
    starts_on = models.DateField(_("开始"))
    finishes_on = models.DateField(_("结束"))
    county_codes = models.JSONField(_("县市区"), default=list)
    geometry = models.JSONField(_("范围（GeoJSON）"), null=True, blank=True)
    lanes = models.JSONField(_("并行线"), default=list)
    lead_unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="led_programmes", verbose_name=_("牵头单位")
    )
    steward = person(_("责任人"))
    approver = person(_("批准人"))
    state = models.CharField(
        _("状态"), max_length=10, choices=ProgrammeState.choices, default=ProgrammeState.DRAFT
    )
    created_by = person(_("编制人"))
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    end_reason = models.CharField(_("结束说明"), max_length=300, blank=True, default="")
    edited_no = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    duty = duty_field()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("行动计划")
        constraints = [
            models.CheckConstraint(
                name="programme_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="programme_closed_at_when_closed",
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="programme_approver_is_another",
                condition=~Q(approver=F("created_by")) & ~Q(approver=F("steward")),
            ),
            models.CheckConstraint(
                name="programme_ends_after_start", condition=Q(finishes_on__gt=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:programmes_detail", args=[self.pk])


class ProgrammeGoal(models.Model):
    """A goal with its number and unit. ``measure``: reported by hand, or counted from the member projects."""

    class Measure(models.TextChoices):
        MANUAL = "manual", _("按节点填报")
        BEGUN = "begun", _("已开工成员（自动）")
        FINISHED = "finished", _("已竣工成员（自动）")
        INVESTED = "invested", _("成员累计完成投资（自动，万元）")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="goals")
    name = models.CharField(_("目标"), max_length=80)
    lane = models.CharField(_("并行线"), max_length=16, blank=True, default="")
    unit = models.CharField(_("单位"), max_length=16)
    target = models.DecimalField(_("目标值"), max_digits=16, decimal_places=2)
    measure = models.CharField(_("取数"), max_length=10, choices=Measure.choices, default=Measure.MANUAL)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("目标")
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="programme_goal_once"),
            models.CheckConstraint(name="programme_goal_positive", condition=Q(target__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeGoalValue(models.Model):
    """What had been reached of a goal at the end of a day. Never changed: a later report stands beside it."""

    goal = models.ForeignKey(ProgrammeGoal, on_delete=models.PROTECT, related_name="values")
    on = models.DateField(_("截至"))
    value = models.DecimalField(_("完成值"), max_digits=16, decimal_places=2)
    note = models.CharField(_("依据"), max_length=200)
    by = person(_("填报人"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("目标完成值")
        constraints = [models.CheckConstraint(name="programme_value_not_negative", condition=Q(value__gte=0))]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.on} {self.value}"


class ProgrammeMember(models.Model):
    """A project's time in a programme. Leaving ends the row; joining again opens another."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="members")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="programme_memberships")
    lane = models.CharField(_("并行线"), max_length=16)
    joined_on = models.DateField(_("纳入"))
    join_reason = models.CharField(_("纳入理由"), max_length=300)
    joined_by = person(_("纳入人"))
    left_on = models.DateField(_("退出"), null=True, blank=True)
    leave_reason = models.CharField(_("退出理由"), max_length=300, blank=True, default="")
    left_by = person(_("退出办理人"), null=True)

    class Meta:
        ordering = ["joined_on", "id"]
        verbose_name = _("成员项目")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "project"], condition=Q(left_on=None), name="programme_member_once"
            ),
            models.CheckConstraint(
                name="programme_member_leaves_with_reason",
                condition=Q(left_on=None, left_by=None)
                | (Q(left_on__gte=F("joined_on"), left_by__isnull=False) & ~Q(leave_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["project"], name="programme_member_project")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.project_id}"


class ProgrammeMilestone(models.Model):
    """A milestone shared by the members: one owner reports it, somebody else confirms it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="milestones")
    name = models.CharField(_("节点"), max_length=120)
    lane = models.CharField(_("并行线"), max_length=16)
    done_when = models.CharField(_("完成标准"), max_length=300)
    due_on = models.DateField(_("时限"))
    original_due_on = models.DateField(_("原定时限"))
    owner = person(_("责任人"))
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("项目")
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=MilestoneState.choices, default=MilestoneState.PENDING
    )
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    report_text = models.CharField(_("完成情况"), max_length=300, blank=True, default="")
    reported_by = person(_("报告人"), null=True)
    confirmed_by = person(_("确认人"), null=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("取消理由"), max_length=300, blank=True, default="")
    moves = models.PositiveSmallIntegerField(_("调整次数"), default=0)
    duty = duty_field()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("共同节点")
        constraints = [
            models.CheckConstraint(
                name="programme_milestone_open_has_a_duty",
                condition=Q(state__in=CLOSED_MILESTONES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="programme_milestone_two_people",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("reported_by")),
            ),
            models.CheckConstraint(
                name="programme_milestone_done_has_a_day",
                condition=~Q(state=MilestoneState.DONE)
                | (Q(done_on__isnull=False) & Q(confirmed_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_MILESTONES

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:programmes_milestone", args=[self.pk])


class ProgrammeCheck(models.Model):
    """The steward's check of one month: the roll-up as it was read, frozen with its hash."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="checks")
    month = models.DateField(_("月份"))
    figures = models.JSONField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    by = person(_("核对人"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "-id"]
        verbose_name = _("月度核对")
        constraints = [
            models.UniqueConstraint(fields=["programme", "month"], name="programme_check_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.month:%Y-%m}"
