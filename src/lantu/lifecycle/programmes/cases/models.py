"""Templates made of finished projects, and where they were used. All writes go through services."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.programmes.cases.states import WITHOUT_DUTY, CaseState
from lantu.lifecycle.programmes.models import duty_field, person
from lantu.projects.models import Project, Sector


class CaseTemplate(models.Model):
    """An anonymised template. ``parts``: key of the registry → content; days are counted from the start of the project.

    ``sha256`` is over the parts in canonical JSON. The project it was made of is kept for whoever may see that project.
    """

    name = models.CharField(_("模板"), max_length=120)
    summary = models.TextField(_("适用范围"), blank=True, default="")
    sector = models.CharField(_("领域"), max_length=12, choices=Sector.choices)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    source = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="case_templates")
    parts = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    # How many names, numbers and amounts were taken out, by kind.
    removed = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=CaseState.choices, default=CaseState.DRAFT)
    created_by = person(_("编制人"))
    created_at = models.DateTimeField()
    approver = person(_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    end_reason = models.CharField(_("取消理由"), max_length=300, blank=True, default="")
    edited_no = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    duty = duty_field()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("经验模板")
        constraints = [
            models.CheckConstraint(
                name="case_open_has_a_duty", condition=Q(state__in=WITHOUT_DUTY) | Q(duty__isnull=False)
            ),
            models.CheckConstraint(name="case_two_people", condition=~Q(approver=F("created_by"))),
            models.UniqueConstraint(
                fields=["replaces"], condition=~Q(state=CaseState.VOID), name="case_replaced_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def is_open(self) -> bool:
        return self.state not in WITHOUT_DUTY

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:cases_detail", args=[self.pk])


class CaseUse(models.Model):
    """A template put to work for a project: what the preview promised and what was made."""

    template = models.ForeignKey(CaseTemplate, on_delete=models.PROTECT, related_name="uses")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="case_uses")
    starts_on = models.DateField(_("开始日期"))
    preview_sha256 = models.CharField(max_length=64)
    # Key of the part → what was made, in words.
    made = models.JSONField(default=dict)
    by = person(_("办理人"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("模板套用")
        constraints = [
            models.UniqueConstraint(fields=["template", "project"], name="case_used_once_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} → {self.project_id}"
