"""The annual plan, what is proposed for it, who ticked what, and every version there ever was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.core.models import Evidence
from lantu.duties.models import Duty
from lantu.lifecycle.annual_plan.states import (
    CARRIED_STATES,
    CLOSED_PLAN_STATES,
    CLOSED_STATES,
    Entry,
    Outcome,
    PlanState,
    ProposalState,
    Verdict,
    VersionKind,
)
from lantu.projects.models import Category, PlanClass, Project, Sector

USER = settings.AUTH_USER_MODEL


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=label
    )


def _money(label: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=2, default=0)


def _duty() -> models.ForeignKey:
    return models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )


class AnnualPlan(models.Model):
    """The plan of one year. ``limits``: resource → whole units; ``edited_no`` counts every change of the balance."""

    year = models.SmallIntegerField(_("年度"), unique=True)
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(
        _("状态"), max_length=12, choices=PlanState.choices, default=PlanState.COLLECTING
    )
    keeper = _person(_("编制人"), null=False)
    approver = _person(_("审定人"), null=False)
    limits = models.JSONField(_("约束"), default=dict)
    area_least = models.JSONField(_("县市区最少项目数"), default=dict, blank=True)
    # Chosen at the moment, not yet a version: keys are proposal ids.
    chosen = models.JSONField(default=list, blank=True)
    edited_no = models.PositiveIntegerField(default=1)
    document_no = models.CharField(_("文号"), max_length=40, blank=True, default="")
    meeting = models.CharField(_("审议会议"), max_length=200, blank=True, default="")
    opened_at = models.DateTimeField()
    issued_at = models.DateTimeField(_("下达时间"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    duty = _duty()
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-year"]
        verbose_name = _("年度计划")
        constraints = [
            models.CheckConstraint(
                name="plan_open_has_a_duty",
                condition=Q(state__in=CLOSED_PLAN_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(name="plan_two_people", condition=~Q(keeper=F("approver"))),
            models.CheckConstraint(
                name="plan_issued_with_number",
                condition=~Q(state__in=[PlanState.ISSUED, PlanState.APPRAISED])
                | (~Q(document_no="") & Q(issued_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_issued(self) -> bool:
        return self.issued_at is not None

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:plan", args=[self.year])


class PlanProposal(models.Model):
    """One project proposed for one year. Money in yuan; the record is frozen into versions, never changed after issue."""

    plan = models.ForeignKey(AnnualPlan, on_delete=models.PROTECT, related_name="proposals")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_proposals"
    )
    state = models.CharField(
        _("状态"), max_length=14, choices=ProposalState.choices, default=ProposalState.IDEA
    )
    code = models.CharField(_("项目代码"), max_length=24)
    name = models.CharField(_("项目名称"), max_length=160)
    category = models.CharField(_("投资类别"), max_length=16, choices=Category.choices)
    plan_class = models.CharField(_("计划类别"), max_length=12, choices=PlanClass.choices)
    sector = models.CharField(_("领域"), max_length=12, choices=Sector.choices)
    industry_code = models.CharField(_("行业（GB/T 4754）"), max_length=6, blank=True, default="")
    area_code = models.CharField(_("县市区"), max_length=6)
    geometry = models.JSONField(_("位置（GeoJSON）"), null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    owner_org = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("建设单位")
    )
    summary = models.TextField(_("建设内容及规模"), blank=True, default="")
    content_scale = models.JSONField(_("规模明细"), default=list, blank=True)
    total_yuan = _money(_("总投资"))
    works_yuan = _money(_("其中工程费"))
    land_yuan = _money(_("其中征迁费"))
    other_yuan = _money(_("其中其他费"))
    funds = models.JSONField(_("资金来源"), default=list)
    annual_yuan = _money(_("年度投资"))
    # Twelve amounts of the single months (not cumulative), as decimal strings; their sum is annual_yuan.
    monthly_yuan = models.JSONField(_("分月投资"), default=list)
    annual_goal = models.CharField(_("年度目标"), max_length=300, blank=True, default="")
    starts_on = models.DateField(_("计划开工"), null=True, blank=True)
    finishes_on = models.DateField(_("计划竣工"), null=True, blank=True)
    approvals = models.JSONField(_("审批办理情况"), default=list, blank=True)
    land_mu = models.PositiveIntegerField(_("用地（亩）"), default=0)
    energy_tce = models.PositiveIntegerField(_("能耗（tce）"), default=0)
    lead_unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("责任部门"),
    )  # fmt: skip
    leader = _person(_("责任领导"))
    targets = models.JSONField(_("绩效目标"), default=list, blank=True)
    public_summary = models.TextField(_("公开简介"), blank=True, default="")
    # Must stay in: begun in an earlier year. Of one group at most one may be in.
    must = models.BooleanField(_("必保"), default=False)
    group = models.CharField(_("互斥组"), max_length=40, blank=True, default="")
    benefit = models.JSONField(_("效益评分"), default=dict, blank=True)
    expert = _person(_("论证专家"))
    expert_note = models.CharField(_("论证意见"), max_length=500, blank=True, default="")
    score = models.DecimalField(_("准入得分"), max_digits=5, decimal_places=2, default=0)
    score_lines = models.JSONField(default=list, blank=True)
    score_rule = models.CharField(max_length=40, blank=True, default="")
    returned_from = models.CharField(max_length=14, blank=True, default="")
    return_code = models.CharField(_("退回原因"), max_length=20, blank=True, default="")
    return_reason = models.CharField(_("退回说明"), max_length=300, blank=True, default="")
    proposed_by = _person(_("申报人"), null=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    duty = _duty()
    version = models.PositiveIntegerField(default=1)
    source_row = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["plan", "area_code", "id"]
        verbose_name = _("计划申报")
        constraints = [
            models.CheckConstraint(
                name="plan_proposal_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(state__in=CARRIED_STATES) | Q(duty__isnull=False),
            ),
            # One row a project and year: it cannot stand in two categories or classes at once.
            models.UniqueConstraint(fields=["plan", "code"], name="plan_code_once_a_year"),
            models.UniqueConstraint(
                fields=["plan", "project"],
                name="plan_project_once_a_year",
                condition=Q(project__isnull=False),
            ),
            models.CheckConstraint(name="plan_category_is_one", condition=Q(category__in=Category.values)),
            models.CheckConstraint(name="plan_class_is_one", condition=Q(plan_class__in=PlanClass.values)),
            models.CheckConstraint(name="plan_has_a_code", condition=~Q(code="")),
            models.CheckConstraint(
                name="plan_annual_within_total",
                condition=Q(annual_yuan__gte=0) & Q(annual_yuan__lte=F("total_yuan")),
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "state"], name="plan_proposal_by_state"),
            models.Index(fields=["plan", "area_code"], name="plan_proposal_by_area"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_STATES

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:plan_proposal", args=[self.pk])


class PlanElementReview(models.Model):
    """One department's tick on one element of one proposal."""

    proposal = models.ForeignKey(PlanProposal, on_delete=models.PROTECT, related_name="reviews")
    element = models.CharField(_("要素"), max_length=20)
    round = models.PositiveSmallIntegerField(default=1)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reviewer = _person(_("会审人"), null=False)
    verdict = models.CharField(_("意见"), max_length=12, choices=Verdict.choices, default=Verdict.PENDING)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    decided_by = _person(_("签署人"))
    decided_at = models.DateTimeField(null=True, blank=True)
    void = models.BooleanField(default=False)
    duty = _duty()

    class Meta:
        ordering = ["id"]
        verbose_name = _("要素会审")
        constraints = [
            models.CheckConstraint(
                name="plan_review_open_has_a_duty",
                condition=~Q(verdict=Verdict.PENDING) | Q(void=True) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(fields=["proposal", "element", "round"], name="plan_element_once"),
            models.CheckConstraint(
                name="plan_review_decided_by_somebody",
                condition=Q(verdict=Verdict.PENDING) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} {self.element}"

    def get_absolute_url(self) -> str:
        return self.proposal.get_absolute_url()


class PlanVersion(models.Model):
    """A frozen state of a plan. The database refuses to change or delete one."""

    plan = models.ForeignKey(AnnualPlan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版次"))
    kind = models.CharField(_("类别"), max_length=12, choices=VersionKind.choices)
    made_by = _person(_("制作人"), null=False)
    made_at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("说明"), max_length=300, blank=True, default="")
    document_no = models.CharField(_("文号"), max_length=40, blank=True, default="")
    document = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    limits = models.JSONField(default=dict)
    # Sums of the chosen items: all, and by area, class, category. See totals.py.
    totals = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # What moved against the version before, and why.
    moves = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering = ["plan", "-number"]
        verbose_name = _("计划版次")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_once"),
            models.CheckConstraint(
                name="plan_adjusted_with_document",
                condition=~Q(kind__in=[VersionKind.ISSUED, VersionKind.ADJUSTED]) | ~Q(document_no=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} #{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:plan_version", args=[self.plan.year, self.number])


class PlanVersionItem(models.Model):
    """A proposal as it stood in a version, chosen or not."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="items")
    proposal = models.ForeignKey(PlanProposal, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=160)
    area_code = models.CharField(max_length=6)
    category = models.CharField(max_length=16, choices=Category.choices)
    plan_class = models.CharField(max_length=12, choices=PlanClass.choices)
    chosen = models.BooleanField(default=True)
    total_yuan = _money(_("总投资"))
    annual_yuan = _money(_("年度投资"))
    monthly_yuan = models.JSONField(default=list)
    annual_goal = models.CharField(max_length=300, blank=True, default="")
    uses = models.JSONField(default=dict)
    score = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    reason = models.CharField(_("缘由"), max_length=300, blank=True, default="")
    # Only in the version of the year-end appraisal.
    issued_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    done_yuan = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")

    class Meta:
        ordering = ["area_code", "id"]
        verbose_name = _("版次项目")
        constraints = [
            models.UniqueConstraint(fields=["version", "proposal"], name="plan_item_once"),
            models.UniqueConstraint(fields=["version", "code"], name="plan_item_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanMapping(models.Model):
    """How the columns of a unit's own spreadsheet are read, remembered by its headings."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    units = models.JSONField(default=dict, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("列对应")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "signature"], name="plan_mapping_once")
        ]

    def __str__(self) -> str:
        return self.signature


class PlanImport(models.Model):
    """A spreadsheet that was read and previewed; it becomes proposals whole or not at all."""

    plan = models.ForeignKey(AnnualPlan, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    started_by = _person(_("导入人"), null=False)
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    headings = models.JSONField(default=list)
    # Row numbers with their cells as text; the mapping decides what they mean.
    rows = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    title_row = models.PositiveIntegerField(default=1)
    enters_as = models.CharField(_("导入为"), max_length=10, choices=Entry.choices, default=Entry.BALANCED)
    # Of a plan that was issued elsewhere: its paper. Somebody else compares both before it is recorded.
    document_no = models.CharField(_("文号"), max_length=40, blank=True, default="")
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    document = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(_("提请核对时间"), null=True, blank=True)
    confirmed_by = _person(_("核对人"))
    note = models.CharField(_("退回说明"), max_length=300, blank=True, default="")
    duty = _duty()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("计划导入")
        constraints = [
            models.CheckConstraint(
                name="plan_import_asked_has_a_duty",
                condition=Q(asked_at__isnull=True) | Q(applied_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_import_recorded_with_document",
                condition=~Q(enters_as=Entry.ISSUED)
                | Q(asked_at__isnull=True)
                | (~Q(document_no="") & Q(issued_on__isnull=False, document__isnull=False)),
            ),
            models.CheckConstraint(
                name="plan_import_two_people",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("started_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:plan_import", args=[self.pk])

    @property
    def is_asked(self) -> bool:
        """Somebody else is asked to compare it with the document."""
        return self.asked_at is not None and self.applied_at is None
