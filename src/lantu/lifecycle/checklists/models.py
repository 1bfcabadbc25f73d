"""Checklists: a weighted tree of what a project owes in a year, month by month. All writes go through services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.duties.models import Duty
from lantu.lifecycle.checklists.states import CLOSED_STATES, ChecklistState
from lantu.projects.models import Project

USER = settings.AUTH_USER_MODEL


def a_person(label: Any, *, null: bool = False) -> models.ForeignKey:
    """A person who is named by a row and never deleted under it."""
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def duty_field() -> models.ForeignKey:
    """The open duty of a workflow row."""
    return models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )


class Checklist(models.Model):
    """One version of a project's checklist of one year. ``edited_no`` grows with every edit: a stale writer is refused."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="checklists", verbose_name=_("项目")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    name = models.CharField(_("清单名称"), max_length=160)
    state = models.CharField(
        _("状态"), max_length=12, choices=ChecklistState.choices, default=ChecklistState.DRAFT
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("替代"),
    )
    reason = models.CharField(_("调整理由"), max_length=300, blank=True, default="")
    created_by = a_person(_("编制人"))
    created_at = models.DateTimeField(_("编制时间"))
    submitted_at = models.DateTimeField(_("送会签时间"), null=True, blank=True)
    issued_by = a_person(_("下达人"), null=True)
    issued_at = models.DateTimeField(_("下达时间"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    edited_no = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    duty = duty_field()

    class Meta:
        ordering = ["-year", "project_id", "-version"]
        verbose_name = _("清单")
        constraints = [
            models.CheckConstraint(
                name="checklist_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(fields=["project", "year", "version"], name="checklist_version_once"),
            models.UniqueConstraint(
                fields=["project", "year"],
                condition=Q(state=ChecklistState.IN_FORCE),
                name="checklist_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["project", "year"],
                condition=~Q(state__in=CLOSED_STATES),
                name="checklist_one_in_preparation",
            ),
            models.CheckConstraint(
                name="checklist_adjustment_has_a_reason", condition=Q(replaces=None) | ~Q(reason="")
            ),
        ]
        indexes = [models.Index(fields=["year", "state"], name="checklist_by_year")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:checklists_detail", args=[self.pk])


class ChecklistItem(models.Model):
    """A group, or a leaf that one person owes and another one verifies. ``code`` is stable over versions.

    ``weight`` of leaves: percent of the whole, all leaves make 100; of groups: what their leaves make together.
    """

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    is_group = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(_("编号"), max_length=20)
    title = models.CharField(_("子任务"), max_length=160)
    definition_of_done = models.CharField(_("完成标准"), max_length=400, blank=True, default="")
    owner = a_person(_("责任人"), null=True)
    unit = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    verifier = a_person(_("核验人"), null=True)
    weight = models.DecimalField(_("权重"), max_digits=6, decimal_places=3, default=0)
    start_on = models.DateField(_("开始"), null=True, blank=True)
    due_on = models.DateField(_("完成时限"), null=True, blank=True)
    evidence_type = models.CharField(_("佐证类型"), max_length=20, blank=True, default="document")
    source = models.CharField(_("自动来源"), max_length=30, blank=True, default="")
    source_ref = models.CharField(_("来源编号"), max_length=60, blank=True, default="")
    budget_yuan = models.DecimalField(_("投资"), max_digits=16, decimal_places=2, default=0)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("清单子任务")
        constraints = [
            models.UniqueConstraint(fields=["checklist", "code"], name="checklist_item_once"),
            models.CheckConstraint(
                name="checklist_item_verifier_is_not_doer",
                condition=Q(owner=None) | Q(verifier=None) | ~Q(owner=F("verifier")),
            ),
            models.CheckConstraint(
                name="checklist_item_leaf_is_owed",
                condition=Q(is_group=True)
                | Q(owner__isnull=False, unit__isnull=False, verifier__isnull=False)
                & Q(start_on__isnull=False, due_on__isnull=False)
                & Q(weight__gt=0),
            ),
            models.CheckConstraint(
                name="checklist_item_due_after_start",
                condition=Q(start_on=None) | Q(due_on=None) | Q(due_on__gte=F("start_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:checklists_item", args=[self.checklist_id, self.pk])


class ChecklistTarget(models.Model):
    """What a leaf is to reach by the end of a month: cumulative percent and money."""

    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, related_name="targets")
    month = models.DateField(_("月份"))
    planned_pct = models.DecimalField(_("计划 %"), max_digits=5, decimal_places=2)
    planned_yuan = models.DecimalField(_("计划投资"), max_digits=16, decimal_places=2, default=0)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["item", "month"], name="checklist_target_once"),
            models.CheckConstraint(name="checklist_target_percent", condition=Q(planned_pct__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.month:%Y-%m} {self.planned_pct}"


class ChecklistSignature(models.Model):
    """The countersignature of one responsible unit: agreed, or objected with a reason."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="signatures")
    unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位")
    )
    person = a_person(_("会签人"))
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(_("同意"), null=True)
    note = models.CharField(_("意见"), max_length=300, blank=True, default="")
    duty = duty_field()

    class Meta:
        ordering = ["id"]
        verbose_name = _("会签")
        constraints = [
            models.CheckConstraint(
                name="checklist_signature_open_has_a_duty",
                condition=Q(closed_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["checklist", "unit"],
                condition=Q(closed_at=None),
                name="checklist_signature_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist_id} {self.unit_id}"


class ChecklistImport(models.Model):
    """A Word or Excel table on its way in: previewed with its mapping, confirmed whole or not at all."""

    class State(models.TextChoices):
        READY = "ready", _("可导入")
        REJECTED = "rejected", _("有错误")
        APPLIED = "applied", _("已导入")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    headings = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    remembered = models.BooleanField(default=False)
    preview = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    started_by = a_person(_("导入人"))
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    checklist = models.ForeignKey(
        Checklist, on_delete=models.PROTECT, null=True, blank=True, related_name="imports"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("清单导入")

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:checklists_import", args=[self.pk])


class ChecklistMapping(models.Model):
    """Which column means what, remembered for the unit and the headings that it was confirmed for."""

    unit = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "signature"], name="checklist_mapping_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.signature[:8]}"
