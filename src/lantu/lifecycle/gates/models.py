"""Gates of a project, their documents and conditions, and tender records. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.core.models import Evidence
from lantu.duties.models import Duty
from lantu.lifecycle.gates.states import (
    CLOSED_CONDITIONS,
    PASSED_STATES,
    RESTING_STATES,
    ConditionState,
    GateState,
    StepState,
)
from lantu.projects.models import Lamp, Project, Stage

USER = settings.AUTH_USER_MODEL


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def _duty() -> models.ForeignKey:
    return models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )


class GatePlan(models.Model):
    """The gates of one project, from one template of the pack. ``permit_on`` and ``statistics_on`` repeat two of its
    documents, so that the lamps of 20,000 projects need no look at their steps."""

    project = models.OneToOneField(
        Project, on_delete=models.PROTECT, related_name="gate_plan", verbose_name=_("项目")
    )
    template = models.CharField(_("模板"), max_length=20)
    template_version = models.CharField(_("模板版本"), max_length=40)
    # Links between the steps as they were when the gates were opened: [[needs, step, label, basis], …].
    links = models.JSONField(default=list)
    opened_by = _person(_("建立人"), null=False)
    opened_at = models.DateTimeField(_("建立时间"))
    permit_on = models.DateField(_("施工许可日期"), null=True, blank=True)
    permit_waived = models.BooleanField(default=False)
    statistics_on = models.DateField(_("入统日期"), null=True, blank=True)
    has_statistics_step = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("关口计划")

    def __str__(self) -> str:
        return f"{self.project_id} {self.template}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:gates_project", args=[self.project.code])


class Gate(models.Model):
    """One of the six gates. ``original_due_on`` is never changed; ``passed_on`` is the latest evidence date, not the
    day of the decision (no back-dating)."""

    plan = models.ForeignKey(GatePlan, on_delete=models.PROTECT, related_name="gates")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gates")
    stage = models.CharField(_("关口"), max_length=14, choices=Stage.choices)
    number = models.PositiveSmallIntegerField()
    # Stages whose gates come before this one.
    after = models.JSONField(default=list, blank=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=GateState.choices, default=GateState.NOT_STARTED
    )
    # Where a suspended gate stood.
    stood_at = models.CharField(max_length=12, choices=GateState.choices, blank=True, default="")
    responsible = _person(_("责任人"), null=False)
    lead_unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("牵头单位")
    )
    keeper = _person(_("把关人"), null=False)
    due_on = models.DateField(_("时限"))
    original_due_on = models.DateField(_("原定时限"))
    started_at = models.DateTimeField(_("启动时间"), null=True, blank=True)
    submitted_by = _person(_("提交人"))
    submitted_at = models.DateTimeField(null=True, blank=True)
    checked_by = _person(_("核对人"))
    decided_by = _person(_("决定人"))
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    passed_on = models.DateField(_("通过日期"), null=True, blank=True)
    reason = models.CharField(_("意见"), max_length=300, blank=True, default="")
    document_no = models.CharField(_("决定文号"), max_length=80, blank=True, default="")
    duty = _duty()
    # Kept in step with the documents: hard ones and others still missing.
    hard_missing = models.PositiveSmallIntegerField(default=0)
    soft_missing = models.PositiveSmallIntegerField(default=0)
    lamp = models.CharField(_("灯色"), max_length=6, choices=Lamp.choices, default=Lamp.GREY)
    lamp_codes = models.JSONField(default=list, blank=True)
    lamp_rule = models.CharField(max_length=60, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["project_id", "number"]
        verbose_name = _("关口")
        constraints = [
            models.UniqueConstraint(fields=["project", "stage"], name="gate_once_per_stage"),
            models.CheckConstraint(
                name="gate_open_has_a_duty", condition=Q(state__in=RESTING_STATES) | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="gate_passed_has_dates",
                condition=~Q(state__in=PASSED_STATES)
                | Q(passed_on__isnull=False, decided_at__isnull=False, hard_missing=0)
                | Q(passed_on__isnull=False, decided_at__isnull=False, state=GateState.CONDITIONAL),
            ),
            models.CheckConstraint(
                name="gate_decided_by_another",
                condition=Q(decided_by=None) | Q(submitted_by=None) | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="gate_stopped_by_document",
                condition=~Q(state__in=(GateState.SUSPENDED, GateState.CANCELLED)) | ~Q(document_no=""),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="gate_by_state"),
            models.Index(fields=["stage", "lamp"], name="gate_by_lamp"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.project_id}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:gate", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state not in RESTING_STATES

    @property
    def is_passed(self) -> bool:
        return self.state in PASSED_STATES


class GateStep(models.Model):
    """One document of a gate: who issues it, by when, whether it is there. ``took_days``: working days from the
    application to the confirmation, from which forecasts are made."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="steps")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gate_steps")
    code = models.CharField(max_length=30)
    label = models.CharField(_("要件"), max_length=80)
    label_en = models.CharField(max_length=120, blank=True, default="")
    lane = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField(default=0)
    hard = models.BooleanField(_("必备"), default=True)
    may_wait = models.BooleanField(_("可容缺"), default=False)
    source = models.CharField(max_length=10, default="upload")
    term = models.CharField(_("办理时限"), max_length=8)
    basis = models.CharField(_("依据"), max_length=120, blank=True, default="")
    unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理单位")
    )
    holder = _person(_("经办人"), null=False)
    due_on = models.DateField(_("时限"))
    state = models.CharField(_("状态"), max_length=10, choices=StepState.choices, default=StepState.MISSING)
    applied_by = _person(_("申请人"))
    applied_at = models.DateTimeField(_("申请时间"), null=True, blank=True)
    confirmed_by = _person(_("确认人"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    evidence_on = models.DateField(_("文件日期"), null=True, blank=True)
    took_days = models.FloatField(_("办理工作日"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    duty = _duty()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["gate_id", "order"]
        verbose_name = _("关口要件")
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="gate_step_once"),
            models.CheckConstraint(
                name="gate_step_applied_has_a_duty",
                condition=~Q(state=StepState.APPLIED) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="gate_step_confirmed_has_a_date",
                condition=~Q(state=StepState.CONFIRMED) | Q(evidence_on__isnull=False),
            ),
            models.CheckConstraint(
                name="gate_step_ticked_by_another",
                condition=Q(confirmed_by=None) | Q(applied_by=None) | ~Q(confirmed_by=F("applied_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state"], name="gate_step_by_unit"),
            models.Index(
                fields=["code", "unit"],
                include=["took_days"],
                condition=Q(took_days__isnull=False),
                name="gate_step_durations",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:gate_step", args=[self.pk])


class GateDocument(models.Model):
    """A paper that proves a step. Never deleted: a wrong one is voided and stays. ``sha256``: of the file, or of the
    reference (number, issuer, date) where the paper itself lies in another system."""

    class Source(models.TextChoices):
        UPLOAD = "upload", _("上传")
        REFERENCE = "reference", _("登记文号")
        REGISTRY = "registry", _("按代码取得")

    step = models.ForeignKey(GateStep, on_delete=models.PROTECT, related_name="documents")
    number = models.CharField(_("文号"), max_length=80, blank=True, default="")
    issuer = models.CharField(_("签发单位"), max_length=120)
    issued_on = models.DateField(_("签发日期"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件")
    )
    sha256 = models.CharField(max_length=64)
    added_by = _person(_("登记人"), null=False)
    added_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["id"]
        verbose_name = _("要件文件")
        constraints = [
            models.CheckConstraint(
                name="gate_document_proves",
                condition=Q(evidence__isnull=False) | ~Q(number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.issuer


class GateCondition(models.Model):
    """What a conditional pass 容缺 still asks for, by a day, of one person."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="conditions")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gate_conditions")
    step = models.ForeignKey(
        GateStep, on_delete=models.PROTECT, null=True, blank=True, related_name="conditions"
    )
    text = models.CharField(_("条件"), max_length=200)
    holder = _person(_("责任人"), null=False)
    due_on = models.DateField(_("时限"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ConditionState.choices, default=ConditionState.OPEN
    )
    set_by = _person(_("提出人"), null=False)
    set_at = models.DateTimeField()
    met_by = _person(_("确认人"))
    met_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    duty = _duty()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("容缺条件")
        constraints = [
            models.CheckConstraint(
                name="gate_condition_open_has_a_duty",
                condition=Q(state__in=CLOSED_CONDITIONS) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="gate_condition_met_by_another",
                condition=Q(met_by=None) | ~Q(met_by=F("holder")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="open"), name="gate_condition_open"),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return self.gate.get_absolute_url()


class GateTender(models.Model):
    """The tender of one contract section: dates and amounts as they are known; the rules are checked at each entry."""

    class Kind(models.TextChoices):
        WORKS = "works", _("施工")
        GOODS = "goods", _("货物")
        SERVICES = "services", _("勘察设计监理服务")

    class Method(models.TextChoices):
        OPEN = "open", _("公开招标")
        INVITED = "invited", _("邀请招标")
        DIRECT = "direct", _("直接发包")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="tenders", verbose_name=_("项目")
    )
    name = models.CharField(_("标段"), max_length=120)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices, default=Kind.WORKS)
    method = models.CharField(_("方式"), max_length=10, choices=Method.choices, default=Method.OPEN)
    winner = models.CharField(_("中标人"), max_length=120, blank=True, default="")
    # Days by the names of the pack's rules (ISO), amounts in whole yuan and numbers of people.
    dates = models.JSONField(default=dict, blank=True)
    amounts = models.JSONField(default=dict, blank=True)
    # What is told about a broken rule, by its code.
    explanations = models.JSONField(default=dict, blank=True)
    rule_version = models.CharField(max_length=40)
    created_by = _person(_("登记人"), null=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["project_id", "id"]
        verbose_name = _("招标记录")
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="gate_tender_once_per_section"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:gates_tender", args=[self.project.code, self.pk])
