"""Hazards, the replies to them, and the judgement of each reply. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.duties.models import Duty
from lantu.hazards.inspections.models import Draw, Entry, Inspection
from lantu.hazards.risk_points.models import (
    Assessment,
    PatrolCheck,
    PatrolPlan,
    PatrolRound,
    PatrolStop,
    RiskPoint,
)
from lantu.hazards.states import CLOSED_STATES, Field, Grade, HazardState, OrderType, Source
from lantu.monitoring.models import Alert
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def person(label: Any) -> models.ForeignKey:
    """A person with a part in a hazard; people are never deleted."""
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class Hazard(models.Model):
    """One finding on one site, with the order to put it right. Never deleted: a mistake is voided and stays."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="hazards", verbose_name=_("项目")
    )
    alert = models.ForeignKey(
        Alert, on_delete=models.PROTECT, null=True, blank=True, related_name="hazards", verbose_name=_("预警")
    )
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices)
    title = models.CharField(_("隐患"), max_length=160)
    description = models.TextField(_("情况描述"), blank=True, default="")
    place = models.CharField(_("工点部位"), max_length=120, blank=True, default="")
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    grade = models.PositiveSmallIntegerField(_("等级"), choices=Grade.choices)
    clause = models.CharField(_("违反条款"), max_length=400, blank=True, default="")
    measures_required = models.TextField(_("整改要求"), blank=True, default="")
    rule_label = models.CharField(_("判定规则"), max_length=120, blank=True, default="")
    # A red grade is a colour; 重大 is a judgement by the clause of the national list, made by a person.
    major_clause = models.CharField(_("重大隐患判定条款号"), max_length=20, blank=True, default="")
    major_basis = models.TextField(_("重大隐患判定依据"), blank=True, default="")
    field = models.CharField(_("类别"), max_length=12, choices=Field.choices, default=Field.SAFETY)
    sub_type = models.CharField(_("子类"), max_length=60, blank=True, default="")
    ifc_guid = models.CharField(_("模型构件 GlobalId"), max_length=22, blank=True, default="")
    pin = models.JSONField(_("图纸定位"), default=dict, blank=True)
    checked_by = models.CharField(_("检查人员"), max_length=160, blank=True, default="")
    source_ref = models.CharField(_("来源对象"), max_length=80, blank=True, default="")
    source_inputs = models.JSONField(_("判定输入"), default=dict, blank=True)
    order_type = models.CharField(
        _("处理方式"), max_length=12, choices=OrderType.choices, default=OrderType.IN_TIME
    )
    order_units = models.JSONField(_("责任各方"), default=dict, blank=True)
    penalty_note = models.CharField(_("处罚或移送"), max_length=200, blank=True, default="")
    state = models.CharField(
        _("状态"), max_length=16, choices=HazardState.choices, default=HazardState.DETECTED
    )

    opened_at = models.DateTimeField(_("发现时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    ordered_at = models.DateTimeField(_("下发时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("整改期限"), null=True, blank=True)
    # What the rates are measured against. Extensions move ``due_at`` only.
    original_due_at = models.DateTimeField(_("原定期限"), null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(_("延期次数"), default=0)
    submitted_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    sv_confirmed_at = models.DateTimeField(_("监理确认时间"), null=True, blank=True)
    rechecked_at = models.DateTimeField(_("复查时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    last_closed_at = models.DateTimeField(_("上次销号时间"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("重新打开时间"), null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(_("复发次数"), default=0)
    warning_cleared_at = models.DateTimeField(_("读数恢复时间"), null=True, blank=True)

    order_year = models.PositiveSmallIntegerField(null=True, blank=True)
    order_seq = models.PositiveIntegerField(null=True, blank=True)
    order_no = models.CharField(_("整改通知单号"), max_length=40, blank=True, default="")
    issued_automatically = models.BooleanField(_("系统自动派单"), default=False)
    returned_count = models.PositiveSmallIntegerField(_("退回次数"), default=0)

    reporter = person(_("发现人"))
    issuer = person(_("签发人"))
    rectifier_unit = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("整改单位"),
    )
    rectifier = person(_("整改责任人"))
    supervisor = person(_("确认监理"))
    rechecker = person(_("复查人"))
    false_proposed_by = person(_("误报提出人"))
    false_proposed_at = models.DateTimeField(null=True, blank=True)
    ended_by = person(_("办结人"))
    end_reason = models.CharField(_("排除理由"), max_length=300, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("隐患")
        constraints = [
            models.CheckConstraint(
                name="hazard_open_has_a_duty", condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="hazard_closed_at_when_closed",
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="hazard_closed_by_three_people",
                condition=~Q(state=HazardState.CLOSED)
                | (
                    Q(rectifier__isnull=False, supervisor__isnull=False, rechecker__isnull=False)
                    & ~Q(rectifier=F("supervisor"))
                    & ~Q(rectifier=F("rechecker"))
                    & ~Q(supervisor=F("rechecker"))
                ),
            ),
            models.CheckConstraint(
                name="hazard_issuer_is_not_rectifier",
                condition=Q(issuer=None) | Q(rectifier=None) | ~Q(issuer=F("rectifier")),
            ),
            models.CheckConstraint(
                name="hazard_order_is_complete",
                condition=Q(ordered_at=None, order_seq=None, order_no="", due_at=None, original_due_at=None)
                | Q(
                    ordered_at__isnull=False,
                    order_year__isnull=False,
                    order_seq__isnull=False,
                    due_at__isnull=False,
                    original_due_at__isnull=False,
                    rectifier_unit__isnull=False,
                ),
            ),
            models.CheckConstraint(name="hazard_grade_1_to_4", condition=Q(grade__range=(1, 4))),
            models.CheckConstraint(
                name="hazard_major_is_red", condition=Q(major_basis="") | Q(grade=Grade.RED)
            ),
            models.CheckConstraint(name="hazard_extended_twice_at_most", condition=Q(extensions__lte=2)),
            models.CheckConstraint(
                name="hazard_void_has_a_reason",
                condition=~Q(state__in=(HazardState.VOID, HazardState.FALSE_POSITIVE)) | ~Q(end_reason=""),
            ),
            models.UniqueConstraint(fields=["alert"], name="hazard_one_per_alert"),
            models.UniqueConstraint(
                fields=["source_ref"], condition=~Q(source_ref=""), name="hazard_one_per_source"
            ),
            models.UniqueConstraint(fields=["order_year", "order_seq"], name="hazard_order_number_once"),
        ]
        indexes = [
            models.Index(fields=["project", "-opened_at"], name="hazard_by_project"),
            models.Index(fields=["state", "-grade", "due_at"], name="hazard_by_state"),
            models.Index(fields=["rectifier_unit", "state"], name="hazard_by_rectifier"),
            models.Index(fields=["-opened_at", "-id"], name="hazard_by_time"),
            models.Index(fields=["closed_at"], name="hazard_by_closing"),
            models.Index(fields=["original_due_at"], name="hazard_by_original_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("hazards:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_major(self) -> bool:
        """重大事故隐患: red, and judged so by a clause. A red warning alone does not make it one."""
        return self.grade == Grade.RED and self.major_basis != ""

    @property
    def needs_judging(self) -> bool:
        """A red warning opened it, and nobody has said yet whether it is a major hazard."""
        return self.is_open and self.grade == Grade.RED and self.major_basis == ""

    @property
    def was_extended(self) -> bool:
        return (
            self.due_at is not None
            and self.original_due_at is not None
            and self.due_at > self.original_due_at
        )

    @property
    def grade_words(self) -> Any:
        """The grade in words that claim no more than was judged."""
        if self.grade == Grade.RED and not self.is_major:
            return _("红色（是否重大待判定）")
        return self.get_grade_display()


class Reply(models.Model):
    """What the rectifying unit says it did. Photos are evidence that supports this row."""

    hazard = models.ForeignKey(Hazard, on_delete=models.PROTECT, related_name="replies")
    no = models.PositiveSmallIntegerField(_("次数"))
    text = models.TextField(_("整改情况"))
    no_photo_reason = models.CharField(_("无照片理由"), max_length=200, blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("回复人"))
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("回复时间"))

    class Meta:
        ordering = ["no"]
        verbose_name = _("整改回复")
        constraints = [models.UniqueConstraint(fields=["hazard", "no"], name="reply_numbered_once")]

    def __str__(self) -> str:
        return f"{self.hazard_id}-{self.no}"


class Review(models.Model):
    """The judgement of a reply: first by the supervising engineer, then by the independent re-checker."""

    class Stage(models.TextChoices):
        SUPERVISOR = "supervisor", _("监理确认")
        RECHECK = "recheck", _("复查")

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="reviews")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    passed = models.BooleanField(_("通过"))
    note = models.TextField(_("意见"), blank=True, default="")
    experts = models.JSONField(_("参加专家"), default=list, blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("核查")
        constraints = [
            models.UniqueConstraint(fields=["reply", "stage"], name="review_one_per_stage"),
            models.CheckConstraint(name="review_return_has_a_reason", condition=Q(passed=True) | ~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.stage} {self.passed}"


class OrderCounter(models.Model):
    """The last number given to a rectification order in a year. Locked while a number is taken: no gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class NumberSeries(models.Model):
    """The last number of a year in one series: stop orders, resume orders, listings. Locked while one is taken."""

    series = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="series_one_a_year")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


from lantu.hazards.addressee.models import Dispute, ExtensionConsent  # noqa: E402
from lantu.hazards.documents.models import Document  # noqa: E402
from lantu.hazards.grave.models import InPlace, Listing, Plan, StopOrder  # noqa: E402
from lantu.hazards.lookbacks.models import LookBack  # noqa: E402
from lantu.hazards.phone.models import KeptSubmission  # noqa: E402

__all__ = [
    "Assessment", "Dispute", "Document", "Draw", "Entry", "ExtensionConsent", "Hazard", "InPlace", "Inspection",
    "KeptSubmission", "Listing", "LookBack", "NumberSeries", "OrderCounter", "PatrolCheck", "PatrolPlan", "PatrolRound", "PatrolStop",
    "Plan", "Reply", "Review", "RiskPoint", "StopOrder",
]  # fmt: skip
