"""Risk points, how they were assessed, and the rounds that look after them. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.duties.models import Duty
from lantu.hazards.risk_points.states import (
    CLOSED_STATES,
    ControlLevel,
    PointState,
    RiskColour,
    RoundState,
)
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def _duty() -> models.ForeignKey:
    return models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )


class RiskPoint(models.Model):
    """One place and kind of work that can hurt, with its colour, its controls and the person who answers for it."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="risk_points", verbose_name=_("项目")
    )
    no = models.PositiveIntegerField(_("编号"))
    name = models.CharField(_("风险点"), max_length=120)
    place = models.CharField(_("部位"), max_length=120)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    pin = models.JSONField(_("图纸定位"), default=dict, blank=True)
    # Code of the kind of work in the national pack, and what was entered about it.
    kind = models.CharField(_("作业类别"), max_length=40)
    parameters = models.JSONField(_("参数"), default=dict, blank=True)
    # 0 ordinary, 1 危大, 2 超规模; None: it cannot be said, and ``missing`` names why.
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    at_least = models.PositiveSmallIntegerField(default=0)
    missing = models.JSONField(default=list, blank=True)
    clause = models.CharField(_("判定条款"), max_length=200, blank=True, default="")
    pack_version = models.CharField(_("规则版本"), max_length=20, blank=True, default="")

    scheme_sections = models.JSONField(_("专项方案已编章节"), default=list, blank=True)
    scheme_approved_on = models.DateField(_("专项方案审批日期"), null=True, blank=True)
    scheme_approved_by = models.CharField(_("专项方案审批人"), max_length=80, blank=True, default="")
    experts = models.JSONField(_("论证专家"), default=list, blank=True)
    expert_result = models.CharField(_("论证结论"), max_length=24, blank=True, default="")
    expert_reviewed_on = models.DateField(_("论证日期"), null=True, blank=True)

    likelihood = models.FloatField("L")
    exposure = models.FloatField("E")
    consequence = models.FloatField("C")
    d = models.FloatField("D")
    # The colour in force. A lower one takes its place only when a second person agrees.
    grade = models.PositiveSmallIntegerField(_("风险等级"), choices=RiskColour.choices)
    control_level = models.CharField(_("管控层级"), max_length=8, choices=ControlLevel.choices)
    responsible = _person(_("管控责任人"), null=False)
    controls = models.JSONField(_("管控措施"), default=list, blank=True)
    work_from = models.DateField(_("作业开始"))
    work_to = models.DateField(_("作业结束"))

    state = models.CharField(_("状态"), max_length=12, choices=PointState.choices, default=PointState.DRAFT)
    token = models.CharField(max_length=24, unique=True)
    created_by = _person(_("编制人"), null=False)
    created_at = models.DateTimeField(_("编制时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    reviewed_by = _person(_("审核人"))
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    controlled_at = models.DateTimeField(_("纳入管控时间"), null=True, blank=True)
    reassess_due_at = models.DateTimeField(_("下次复评期限"), null=True, blank=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    closed_at = models.DateTimeField(_("销项时间"), null=True, blank=True)
    closed_by = _person(_("销项人"))
    end_reason = models.CharField(_("销项理由"), max_length=300, blank=True, default="")
    duty = _duty()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-grade", "work_to", "id"]
        verbose_name = _("风险点")
        constraints = [
            models.CheckConstraint(
                name="risk_point_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="risk_point_closed_at_when_closed",
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="risk_point_reviewed_by_another",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("created_by")),
            ),
            models.CheckConstraint(name="risk_point_work_window", condition=Q(work_from__lte=F("work_to"))),
            models.CheckConstraint(name="risk_point_colour", condition=Q(grade__range=(1, 4))),
            models.UniqueConstraint(fields=["project", "no"], name="risk_point_numbered_once"),
        ]
        indexes = [
            models.Index(fields=["state", "work_from", "work_to"], name="risk_point_by_week"),
            models.Index(fields=["project", "state"], name="risk_point_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def code(self) -> str:
        """The number as it stands on the sheet on site."""
        return f"FX-{self.no:03d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def get_absolute_url(self) -> str:
        return reverse("hazards:risk_point", args=[self.pk])


class Assessment(models.Model):
    """One judgement by LEC. Never changed: ``accepted`` is None until somebody else has looked at it."""

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="assessments")
    likelihood = models.FloatField("L")
    exposure = models.FloatField("E")
    consequence = models.FloatField("C")
    d = models.FloatField("D")
    grade = models.PositiveSmallIntegerField(_("风险等级"), choices=RiskColour.choices)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    by = _person(_("评估人"), null=False)
    at = models.DateTimeField(_("评估时间"))
    accepted = models.BooleanField(_("通过"), null=True)
    judged_by = _person(_("审核人"))
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("风险评估")
        constraints = [
            models.CheckConstraint(
                name="assessment_judged_by_another", condition=Q(judged_by=None) | ~Q(judged_by=F("by"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.point_id} D={self.d:g}"


class PatrolPlan(models.Model):
    """Who walks which points, how often. It opens one round after the other."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="patrol_plans", verbose_name=_("项目")
    )
    name = models.CharField(_("巡查计划"), max_length=80)
    period_days = models.PositiveSmallIntegerField(_("周期（天）"))
    due_hour = models.PositiveSmallIntegerField(_("当日截止（时）"), default=18)
    patroller = _person(_("巡查人"), null=False)
    next_on = models.DateField(_("下次巡查"))
    created_by = _person(_("制定人"), null=False)
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    points = models.ManyToManyField(RiskPoint, through="PatrolStop", related_name="patrol_plans")

    class Meta:
        ordering = ["project_id", "id"]
        verbose_name = _("巡查计划")
        constraints = [
            models.CheckConstraint(name="patrol_period", condition=Q(period_days__range=(1, 31))),
            models.CheckConstraint(name="patrol_hour", condition=Q(due_hour__range=(1, 23))),
        ]

    def __str__(self) -> str:
        return self.name


class PatrolStop(models.Model):
    """A point on the route, in the order of walking."""

    plan = models.ForeignKey(PatrolPlan, on_delete=models.CASCADE, related_name="stops")
    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="stops")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["plan", "point"], name="patrol_stop_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.order}"


class PatrolRound(models.Model):
    """One walk that is owed. A round that nobody walks stays open and counts every period that passes."""

    plan = models.ForeignKey(PatrolPlan, on_delete=models.PROTECT, related_name="rounds")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    patroller = _person(_("巡查人"), null=False)
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.OPEN)
    opened_at = models.DateTimeField(_("开始"))
    due_at = models.DateTimeField(_("应完成"))
    missed_periods = models.PositiveSmallIntegerField(_("漏巡次数"), default=0)
    closed_at = models.DateTimeField(_("完成"), null=True, blank=True)
    duty = _duty()

    class Meta:
        ordering = ["-due_at", "-id"]
        verbose_name = _("巡查")
        constraints = [
            models.CheckConstraint(
                name="patrol_round_open_has_a_duty",
                condition=~Q(state=RoundState.OPEN) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="patrol_round_closed_at",
                condition=Q(state=RoundState.OPEN, closed_at=None)
                | (~Q(state=RoundState.OPEN) & Q(closed_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state=RoundState.OPEN), name="patrol_round_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.due_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("hazards:patrol_round", args=[self.pk])


class PatrolCheck(models.Model):
    """What somebody found at one point. ``scanned``: they stood before its sheet."""

    round = models.ForeignKey(
        PatrolRound, on_delete=models.PROTECT, null=True, blank=True, related_name="checks"
    )
    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="checks")
    by = _person(_("巡查人"), null=False)
    at = models.DateTimeField(_("时间"))
    scanned = models.BooleanField(_("扫码"), default=False)
    all_right = models.BooleanField(_("措施落实"))
    failed_controls = models.JSONField(_("未落实的措施"), default=list, blank=True)
    note = models.CharField(_("情况"), max_length=500, blank=True, default="")
    hazard = models.ForeignKey(
        "hazards.Hazard", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("巡查记录")
        constraints = [
            models.UniqueConstraint(fields=["round", "point"], name="patrol_check_once_a_round"),
            models.CheckConstraint(
                name="patrol_finding_has_a_hazard", condition=Q(all_right=True) | Q(hazard__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.at:%Y-%m-%d %H:%M}"
