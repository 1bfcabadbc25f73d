"""Schedules, their activities, links, calendars and baselines. All writes go through services.

Durations, lags and floats are whole working minutes; times are moments. A calendar's minute decides what a
minute is: see ``lantu.calc.work_time``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.lifecycle.schedule.states import (
    ActivityKind,
    ConstraintKind,
    CriticalRule,
    EvidenceGrade,
    LagCalendar,
    LinkKind,
    MilestoneSide,
    PercentKind,
    ProgressRule,
    ScheduleKind,
    ScheduleStatus,
    Source,
)
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def _moment(label: Any) -> models.DateTimeField:
    return models.DateTimeField(label, null=True, blank=True)


class Schedule(models.Model):
    """One network of activities. ``edited_no`` grows with every change: whoever edits names the number they saw."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="schedules", verbose_name=_("项目")
    )
    name = models.CharField(_("计划名称"), max_length=160)
    kind = models.CharField(_("类别"), max_length=8, choices=ScheduleKind.choices)
    status = models.CharField(
        _("状态"), max_length=12, choices=ScheduleStatus.choices, default=ScheduleStatus.DRAFT
    )
    revision = models.PositiveIntegerField(_("版次"), default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    start_at = models.DateTimeField(_("计划开始"))
    must_finish_at = _moment(_("必须完成"))
    # Actuals lie before it, remaining work after it.
    data_date = models.DateTimeField(_("数据日期"))
    progress_rule = models.CharField(
        max_length=16, choices=ProgressRule.choices, default=ProgressRule.RETAINED_LOGIC
    )
    critical_rule = models.CharField(
        _("关键判定"), max_length=14, choices=CriticalRule.choices, default=CriticalRule.LONGEST_PATH
    )
    critical_float_min = models.IntegerField(default=0)
    edited_no = models.PositiveIntegerField(default=1)
    edited_by = _person(_("最后编辑人"))
    edited_at = _moment(_("最后编辑时间"))
    created_by = _person(_("编制人"), null=False)
    created_at = models.DateTimeField()
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, default=Source.OWN)
    source_name = models.CharField(_("来源文件"), max_length=200, blank=True, default="")
    source_file = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the file itself says of the whole (program, version, options, dates it states).
    source_facts = models.JSONField(default=dict, blank=True)
    # Written by the calculation; ``computed_no`` is the ``edited_no`` it was made from.
    computed_no = models.PositiveIntegerField(default=0)
    computed_at = _moment(_("计算时间"))
    finish_at = _moment(_("计算完工"))
    activity_count = models.PositiveIntegerField(default=0)
    critical_count = models.PositiveIntegerField(default=0)
    dangling_count = models.PositiveIntegerField(default=0)
    proposed_by = _person(_("报批人"))
    proposed_at = _moment(_("报批时间"))
    approved_by = _person(_("批准人"))
    approved_at = _moment(_("批准时间"))
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    duty = models.ForeignKey(
        "duties.Duty",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任"),
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("进度计划")
        constraints = [
            models.CheckConstraint(
                name="schedule_open_has_a_duty",
                condition=~Q(status=ScheduleStatus.PROPOSED) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="schedule_approved_by_a_second_person",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(status=ScheduleStatus.IN_FORCE),
                name="schedule_one_in_force_per_name",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(status=ScheduleStatus.IN_FORCE, kind=ScheduleKind.MASTER),
                name="schedule_one_master_in_force",
            ),
        ]
        indexes = [models.Index(fields=["project", "status"], name="schedule_by_project")]

    def __str__(self) -> str:
        return self.name


class ScheduleCalendar(models.Model):
    """Working time. ``week``: seven lists (Monday first) of ``[from_minute, to_minute]`` of the day, e.g.
    ``[[480, 720], [780, 1020]]``; ``exceptions``: ``{"2026-10-01": []}``, a day with its own spans. A night shift
    is written as two spans, ``[1320, 1440]`` and ``[0, 360]`` of the next day. Beijing time.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="calendars")
    code = models.CharField(_("日历代码"), max_length=60)
    name = models.CharField(_("日历"), max_length=120)
    week = models.JSONField()
    exceptions = models.JSONField(default=dict, blank=True)
    # How many minutes people call “a day” when they type or read durations.
    hours_per_day = models.FloatField(_("每日工时"), default=8)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("日历")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "code"], name="schedule_calendar_once"),
            models.UniqueConstraint(
                fields=["schedule"], condition=Q(is_default=True), name="schedule_one_default_calendar"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleActivity(models.Model):
    """One row of the plan. A summary only groups: its dates are those of what lies below it, and it has no links."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="activities")
    code = models.CharField(_("编号"), max_length=60)
    name = models.CharField(_("名称"), max_length=300)
    # “1.2.3” of the tree; ``order`` is the place in the list, level is its depth from 0.
    wbs_path = models.CharField(_("WBS"), max_length=200, blank=True, default="")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    level = models.PositiveSmallIntegerField(default=0)
    order = models.PositiveIntegerField(default=0)
    kind = models.CharField(_("类型"), max_length=10, choices=ActivityKind.choices, default=ActivityKind.TASK)
    milestone_side = models.CharField(max_length=6, choices=MilestoneSide.choices, blank=True, default="")
    calendar = models.ForeignKey(
        ScheduleCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="activities"
    )
    duration_min = models.PositiveIntegerField(_("工期（分钟）"), default=0)
    remaining_min = models.PositiveIntegerField(_("剩余工期（分钟）"), default=0)
    constraint_kind = models.CharField(
        _("限制"), max_length=14, choices=ConstraintKind.choices, blank=True, default=""
    )
    constraint_at = _moment(_("限制日期"))
    constraint2_kind = models.CharField(max_length=14, choices=ConstraintKind.choices, blank=True, default="")
    constraint2_at = _moment(_("第二限制日期"))
    deadline_at = _moment(_("最后期限"))
    # When whoever does the work says it will be done: what is left lasts from its start until then.
    expected_finish_at = _moment(_("预计完成"))
    early_start_at = _moment(_("最早开始"))
    early_finish_at = _moment(_("最早完成"))
    late_start_at = _moment(_("最迟开始"))
    late_finish_at = _moment(_("最迟完成"))
    total_float_min = models.IntegerField(_("总时差（分钟）"), null=True, blank=True)
    free_float_min = models.IntegerField(_("自由时差（分钟）"), null=True, blank=True)
    is_critical = models.BooleanField(_("关键"), default=False)
    is_on_longest_path = models.BooleanField(default=False)
    percent = models.FloatField(_("完成 %"), default=0)
    percent_kind = models.CharField(max_length=10, choices=PercentKind.choices, default=PercentKind.PHYSICAL)
    evidence_grade = models.CharField(
        _("证据等级"), max_length=1, choices=EvidenceGrade.choices, blank=True, default=""
    )
    actual_start_at = _moment(_("实际开始"))
    actual_finish_at = _moment(_("实际完成"))
    weight = models.FloatField(_("权重"), default=0)
    budget_yuan = models.DecimalField(_("预算"), max_digits=18, decimal_places=2, default=0)
    actual_yuan = models.DecimalField(_("实际费用"), max_digits=18, decimal_places=2, default=0)
    quantity = models.FloatField(_("工程量"), null=True, blank=True)
    quantity_unit = models.CharField(_("计量单位"), max_length=20, blank=True, default="")
    owner = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    responsible = _person(_("责任人"))
    source_uid = models.CharField(max_length=60, blank=True, default="")
    source_row = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("任务")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "code"], name="schedule_activity_code_once"),
            models.CheckConstraint(
                name="schedule_activity_percent", condition=Q(percent__gte=0, percent__lte=100)
            ),
            models.CheckConstraint(
                name="schedule_activity_finished_after_start",
                condition=Q(actual_finish_at=None) | Q(actual_finish_at__gte=F("actual_start_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "order"], name="schedule_activity_order"),
            models.Index(fields=["schedule", "is_critical"], name="schedule_activity_critical"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ScheduleLink(models.Model):
    """A dependency; ``lag_min`` may be negative and counts minutes of ``lag_calendar``."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="links")
    predecessor = models.ForeignKey(ScheduleActivity, on_delete=models.CASCADE, related_name="links_out")
    successor = models.ForeignKey(ScheduleActivity, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(max_length=2, choices=LinkKind.choices, default=LinkKind.FS)
    lag_min = models.IntegerField(default=0)
    lag_calendar = models.CharField(
        max_length=12, choices=LagCalendar.choices, default=LagCalendar.PREDECESSOR
    )
    # The link decides its successor's date (written by the calculation).
    is_driving = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("逻辑关系")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "kind"], name="schedule_link_once"),
            models.CheckConstraint(
                name="schedule_link_not_to_itself", condition=~Q(predecessor=F("successor"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} {self.kind} {self.successor_id}"
