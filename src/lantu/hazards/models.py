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
from lantu.hazards.states import CLOSED_STATES, Grade, HazardState, Source
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
    state = models.CharField(
        _("状态"), max_length=16, choices=HazardState.choices, default=HazardState.DETECTED
    )

    opened_at = models.DateTimeField(_("发现时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    ordered_at = models.DateTimeField(_("下发时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("整改期限"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    sv_confirmed_at = models.DateTimeField(_("监理确认时间"), null=True, blank=True)
    rechecked_at = models.DateTimeField(_("复查时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
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
                condition=Q(ordered_at=None, order_seq=None, order_no="", due_at=None)
                | Q(
                    ordered_at__isnull=False,
                    order_year__isnull=False,
                    order_seq__isnull=False,
                    due_at__isnull=False,
                    rectifier_unit__isnull=False,
                ),
            ),
            models.CheckConstraint(name="hazard_grade_1_to_4", condition=Q(grade__range=(1, 4))),
            models.CheckConstraint(
                name="hazard_void_has_a_reason",
                condition=~Q(state__in=(HazardState.VOID, HazardState.FALSE_POSITIVE)) | ~Q(end_reason=""),
            ),
            models.UniqueConstraint(fields=["alert"], name="hazard_one_per_alert"),
            models.UniqueConstraint(fields=["order_year", "order_seq"], name="hazard_order_number_once"),
        ]
        indexes = [
            models.Index(fields=["project", "-opened_at"], name="hazard_by_project"),
            models.Index(fields=["state", "-grade", "due_at"], name="hazard_by_state"),
            models.Index(fields=["rectifier_unit", "state"], name="hazard_by_rectifier"),
            models.Index(fields=["-opened_at", "-id"], name="hazard_by_time"),
            models.Index(fields=["closed_at"], name="hazard_by_closing"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("hazards:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


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
