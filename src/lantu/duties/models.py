"""Duty 责任: one accountable person owes one thing by one time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.projects.models import Project


class Clock(models.TextChoices):
    NATURAL = "natural", _("自然日")
    WORKING = "working", _("工作日")


class Slip(models.TextChoices):
    """三色督办单 (workflows §4.0)."""

    NONE = "", _("无")
    BLUE = "blue", _("蓝单：临期")
    YELLOW = "yellow", _("黄单：滞后")
    RED = "red", _("红单：逾期")


class Duty(models.Model):
    """One step owed. A subject (hazard, alert, gate step …) has at most one open duty."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    step = models.CharField(_("环节"), max_length=40)
    title = models.CharField(_("事项"), max_length=200)
    action_label = models.CharField(_("动作"), max_length=40)
    action_url = models.CharField(max_length=200)
    basis = models.CharField(_("依据"), max_length=200, blank=True, default="")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties", verbose_name=_("责任人")
    )
    unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="duties", verbose_name=_("责任单位")
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Who last put the ball into the holder's hands.
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    severity = models.SmallIntegerField(_("等级"), default=2)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(_("时限"))
    original_due_at = models.DateTimeField()
    clock = models.CharField(max_length=8, choices=Clock.choices, default=Clock.NATURAL)
    stopped_since = models.DateTimeField(null=True, blank=True)
    level = models.SmallIntegerField(_("升级层级"), default=0)
    slip = models.CharField(max_length=6, choices=Slip.choices, blank=True, default="")
    reminded_at = models.DateTimeField(null=True, blank=True)
    # The next moment at which the ladder has something to say; the timer reads only these.
    check_at = models.DateTimeField(null=True, blank=True)
    bounces = models.SmallIntegerField(default=0)
    extensions = models.SmallIntegerField(default=0)
    # Bounced twice: the holder is the arbiter and decides who takes it.
    arbitrating = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(closed_at=None),
                name="duty_one_open_per_subject",
            ),
            models.CheckConstraint(name="duty_due_after_opening", condition=Q(due_at__gte=F("opened_at"))),
            models.CheckConstraint(name="duty_severity_1_to_4", condition=Q(severity__range=(1, 4))),
            models.CheckConstraint(name="duty_bounces_once", condition=Q(bounces__lte=2)),
        ]
        indexes = [
            models.Index(
                fields=["holder", "due_at"], condition=Q(closed_at=None), name="duty_open_by_holder"
            ),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="duty_open_by_due"),
            models.Index(fields=["check_at"], condition=Q(closed_at=None), name="duty_open_by_check"),
            models.Index(fields=["unit", "due_at"], condition=Q(closed_at=None), name="duty_open_by_unit"),
            models.Index(fields=["subject_type", "subject_id", "opened_at"], name="duty_by_subject"),
            models.Index(fields=["project", "opened_at"], name="duty_by_project"),
        ]
        verbose_name = _("责任")

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """A span during which one person held a duty: the rows of the responsibility time bill."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="holdings")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty"], condition=Q(ended_at=None), name="holding_one_current"),
            models.CheckConstraint(
                name="holding_ends_after_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]
        ordering = ["started_at", "id"]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.holder_id}"


class ClockStop(models.Model):
    """A stop of the clock: asked by one person, approved by another, shown on the bill."""

    class Reason(models.TextChoices):
        HIGHER_APPROVAL = "higher_approval", _("等待上级批复")
        FORCE_MAJEURE = "force_majeure", _("不可抗力")
        STOP_ORDER = "stop_order", _("停工令")
        APPLICANT = "applicant", _("等待申报人补正")

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="stops")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expected_until = models.DateTimeField(_("预计恢复时间"))
    decision_duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(resumed_at=None, refused_at=None),
                name="stop_one_pending_or_running",
            ),
            models.CheckConstraint(
                name="stop_approved_by_another",
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="stop_open_has_duty",
                condition=Q(resumed_at__isnull=False)
                | Q(refused_at__isnull=False)
                | Q(decision_duty__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.reason}"


class Extension(models.Model):
    """A request for more time, made before expiry, decided by somebody else."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="extension_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    wanted_due_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    # The first extension is decided one rung up, the second two rungs up.
    rung = models.SmallIntegerField(default=1)
    decision_duty = models.ForeignKey(Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    granted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["duty"], condition=Q(decided_at=None), name="extension_one_pending"
            ),
            models.CheckConstraint(
                name="extension_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="extension_open_has_duty",
                condition=Q(decided_at__isnull=False) | Q(decision_duty__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} → {self.wanted_due_at}"


class Notice(models.Model):
    """What a person was told, and whether it was seen: one row per person, duty and step of the ladder."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("新待办")
        SLIP = "slip", _("催办")
        ESCALATION = "escalation", _("升级")
        REQUEST = "request", _("待审批")
        ANSWER = "answer", _("审批结果")
        OUTCOME = "outcome", _("处理结果")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GIVEN)
    level = models.SmallIntegerField(default=0)
    slip = models.CharField(max_length=6, choices=Slip.choices, blank=True, default="")
    text = models.CharField(max_length=300)
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-sent_at"], name="notice_by_recipient"),
            models.Index(fields=["recipient"], condition=Q(seen_at=None), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return self.text
