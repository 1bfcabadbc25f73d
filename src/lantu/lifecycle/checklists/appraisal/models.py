"""The tables of a month: runs, sheets, facts, scores, appeals, exclusions, questions, corrections."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.lifecycle.checklists.appraisal.states import HELD, FactState, RunState, SheetKind
from lantu.lifecycle.checklists.appraisal.words import word_of
from lantu.lifecycle.checklists.models import Checklist, ChecklistItem, a_person, duty_field
from lantu.lifecycle.checklists.months import rules


class AppraisalMonth(models.Model):
    """One month of the city, held by one officer until it is published. ``rules``: the rubric as it stood at opening."""

    month = models.DateField(_("月份"), unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=RunState.choices, default=RunState.REPORTING)
    rules = models.JSONField(default=dict)
    pack_version = models.CharField(_("规则版本"), max_length=20)
    officer = a_person(_("经办人"))
    seed = models.CharField(_("抽样种子"), max_length=64)
    sample = models.JSONField(_("抽中"), default=list, blank=True)
    opened_at = models.DateTimeField(_("预填时间"))
    frozen_at = models.DateTimeField(_("冻结时间"), null=True, blank=True)
    scored_at = models.DateTimeField(_("评分时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    published_by = a_person(_("公布人"), null=True)
    burden = models.JSONField(_("负担"), default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    duty = duty_field()

    class Meta:
        ordering = ["-month"]
        verbose_name = _("月度考核")
        constraints = [
            models.CheckConstraint(
                name="appraisal_month_open_has_a_duty",
                condition=Q(state=RunState.PUBLISHED) | Q(duty__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:appraisal_month", args=[f"{self.month:%Y-%m}"])


class ChecklistSheet(models.Model):
    """One person's one pass through one month of one checklist: all their items together, one duty."""

    run = models.ForeignKey(AppraisalMonth, on_delete=models.CASCADE, related_name="sheets")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="sheets")
    kind = models.CharField(_("类别"), max_length=8, choices=SheetKind.choices)
    person = a_person(_("承办人"))
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    duty = duty_field()

    class Meta:
        ordering = ["id"]
        verbose_name = _("月度核对单")
        constraints = [
            models.CheckConstraint(
                name="checklist_sheet_open_has_a_duty",
                condition=Q(closed_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["run", "checklist", "kind", "person"],
                condition=Q(closed_at=None),
                name="checklist_sheet_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:checklists_sheet", args=[self.pk])


class ChecklistFact(models.Model):
    """One item in one month. Percentages are cumulative. What is frozen is never changed afterwards."""

    run = models.ForeignKey(AppraisalMonth, on_delete=models.CASCADE, related_name="facts")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="facts")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="facts")
    code = models.CharField(_("编号"), max_length=20)
    state = models.CharField(_("状态"), max_length=14, choices=FactState.choices, default=FactState.OPEN)
    sheet = models.ForeignKey(
        ChecklistSheet, on_delete=models.PROTECT, null=True, blank=True, related_name="facts"
    )
    reporter = a_person(_("填报人"))
    verifier = a_person(_("核验人"))
    weight = models.DecimalField(_("权重"), max_digits=6, decimal_places=3)
    planned_pct = models.DecimalField(_("计划 %"), max_digits=5, decimal_places=2)
    planned_yuan = models.DecimalField(_("计划投资"), max_digits=16, decimal_places=2, default=0)
    before_pct = models.DecimalField(_("上月 %"), max_digits=5, decimal_places=2, default=0)
    source_pct = models.DecimalField(_("系统 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    source_text = models.CharField(_("系统来源"), max_length=200, blank=True, default="")
    pct = models.DecimalField(_("完成 %"), max_digits=5, decimal_places=2)
    done_yuan = models.DecimalField(_("完成投资"), max_digits=16, decimal_places=2, default=0)
    paid_yuan = models.DecimalField(_("支付"), max_digits=16, decimal_places=2, default=0)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    grade = models.CharField(_("证据等级"), max_length=1, default="D")
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    corrected = models.BooleanField(_("有更正"), default=False)
    reported_by = a_person(_("实际填报人"), null=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    verified_pct = models.DecimalField(_("核验 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    verified_by = a_person(_("实际核验人"), null=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("核验意见"), max_length=300, blank=True, default="")
    bounces = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    bounced = models.JSONField(default=list, blank=True)
    sampled = models.BooleanField(_("抽中"), default=False)
    visit_pct = models.DecimalField(_("抽查 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    visit_note = models.CharField(_("抽查情况"), max_length=300, blank=True, default="")
    visited_by = a_person(_("抽查人"), null=True)
    visited_at = models.DateTimeField(null=True, blank=True)
    excluded = models.BooleanField(_("扣除外因"), default=False)
    # Set at the freeze.
    final_pct = models.DecimalField(_("冻结 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    late_days = models.PositiveSmallIntegerField(_("滞后天数"), default=0)
    node_due = models.BooleanField(_("节点到期"), default=False)
    node_late_days = models.PositiveSmallIntegerField(null=True, blank=True)
    reported_late = models.BooleanField(_("逾期填报"), default=False)
    disagrees = models.BooleanField(_("来源不一致"), default=False)
    score = models.FloatField(_("任务得分"), null=True, blank=True)

    class Meta:
        ordering = ["checklist_id", "item__order", "id"]
        verbose_name = _("清单月度事实")
        constraints = [
            models.UniqueConstraint(fields=["run", "checklist", "code"], name="checklist_fact_once"),
            models.CheckConstraint(
                name="checklist_fact_open_has_a_sheet",
                condition=~Q(state__in=HELD) | Q(sheet__isnull=False),
            ),
            models.CheckConstraint(
                name="checklist_fact_verified_by_another",
                condition=Q(verified_by=None) | Q(reported_by=None) | ~Q(verified_by=F("reported_by")),
            ),
            models.CheckConstraint(name="checklist_fact_two_people", condition=~Q(reporter=F("verifier"))),
            models.CheckConstraint(
                name="checklist_fact_percent",
                condition=Q(pct__range=(0, 100))
                & (Q(verified_pct=None) | Q(verified_pct__range=(0, 100)))
                & (Q(final_pct=None) | Q(final_pct__range=(0, 100))),
            ),
            models.CheckConstraint(
                name="checklist_fact_frozen_is_known",
                condition=Q(state__in=[*HELD, "self_reported", "auto_verified", "verified"])
                | Q(final_pct__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["item", "run"], name="checklist_fact_by_item")]

    def __str__(self) -> str:
        return f"{self.code} {self.run_id}"


class AppraisalScore(models.Model):
    """The score of one checklist in one month; a new revision after an appeal, the old one stays."""

    run = models.ForeignKey(AppraisalMonth, on_delete=models.CASCADE, related_name="scores")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="scores")
    revision = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    peer_group = models.CharField(_("同类组"), max_length=20)
    lines = models.JSONField(_("得分明细"))
    adjustments = models.JSONField(default=list)
    base = models.FloatField(_("折算得分"))
    total = models.FloatField(_("总分"))
    tasks_mean = models.FloatField(_("清单任务均分"), null=True, blank=True)
    grade = models.CharField(_("等次"), max_length=10)
    veto = models.BooleanField(_("一票否决"), default=False)
    months_running = models.PositiveSmallIntegerField(default=0)
    rank = models.PositiveSmallIntegerField(_("名次"), null=True, blank=True)
    below_plan = models.BooleanField(_("低于计划"), default=False)
    talk = models.CharField(_("建议约谈"), max_length=30, blank=True, default="")
    facts_hash = models.CharField(_("事实指纹"), max_length=64)
    scored_at = models.DateTimeField()

    class Meta:
        ordering = ["peer_group", F("rank").asc(nulls_last=True), "-total"]
        verbose_name = _("考核得分")
        constraints = [
            models.UniqueConstraint(fields=["run", "checklist", "revision"], name="appraisal_revision_once"),
            models.UniqueConstraint(
                fields=["run", "checklist"], condition=Q(is_current=True), name="appraisal_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.checklist_id} {self.total:.2f}"

    @property
    def grade_label(self) -> str:
        """The grade in the reader's language, where the pack still knows it."""
        return next((word_of(one) for one in rules().grades if one.name == self.grade), self.grade)

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:appraisal_score", args=[self.pk])


class AppraisalAppeal(models.Model):
    """A unit objects to its score within the term; somebody who did not score decides with a reason."""

    class Outcome(models.TextChoices):
        OPEN = "", _("待裁定")
        UPHELD = "upheld", _("采纳")
        PARTLY = "partly", _("部分采纳")
        REJECTED = "rejected", _("不采纳")

    score = models.ForeignKey(AppraisalScore, on_delete=models.PROTECT, related_name="appeals")
    fact = models.ForeignKey(ChecklistFact, on_delete=models.PROTECT, related_name="appeals")
    asked_by = a_person(_("申诉人"))
    asked_at = models.DateTimeField(_("申诉时间"))
    wanted_pct = models.DecimalField(_("应为 %"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("申诉理由"), max_length=300)
    outcome = models.CharField(_("裁定"), max_length=8, choices=Outcome.choices, blank=True, default="")
    decided_pct = models.DecimalField(_("裁定 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    decided_by = a_person(_("裁定人"), null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(_("裁定理由"), max_length=300, blank=True, default="")
    duty = duty_field()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("考核申诉")
        constraints = [
            models.CheckConstraint(
                name="appraisal_appeal_open_has_a_duty", condition=~Q(outcome="") | Q(duty__isnull=False)
            ),
            models.CheckConstraint(
                name="appraisal_appeal_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.UniqueConstraint(
                fields=["fact"], condition=Q(outcome=""), name="appraisal_appeal_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} {self.outcome}"


class AppraisalAdjustment(models.Model):
    """Exclusion of an outside cause, bonus, deduction or veto: proposed by one, agreed by another, printed in the report."""

    class Kind(models.TextChoices):
        EXCLUSION = "exclusion", _("扣除外因")
        BONUS = "bonus", _("加减分")
        DEDUCTION = "deduction", _("扣分")
        VETO = "veto", _("一票否决")

    run = models.ForeignKey(AppraisalMonth, on_delete=models.CASCADE, related_name="adjustments")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="adjustments")
    fact = models.ForeignKey(
        ChecklistFact, on_delete=models.PROTECT, null=True, blank=True, related_name="adjustments"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    code = models.CharField(_("理由代码"), max_length=20)
    points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2, default=0)
    reason = models.CharField(_("理由"), max_length=300)
    document_no = models.CharField(_("文号"), max_length=80)
    proposed_by = a_person(_("提出人"))
    proposed_at = models.DateTimeField()
    decided_by = a_person(_("第二人"), null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True)
    duty = duty_field()

    class Meta:
        ordering = ["id"]
        verbose_name = _("考核调整")
        constraints = [
            models.CheckConstraint(
                name="appraisal_adjustment_open_has_a_duty",
                condition=Q(decided_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="appraisal_adjustment_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class ChecklistQuestion(models.Model):
    """What a guard asks: the reporter answers, nobody is punished."""

    fact = models.ForeignKey(ChecklistFact, on_delete=models.PROTECT, related_name="questions")
    guard = models.CharField(_("规则"), max_length=30)
    values = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    person = a_person(_("答复人"))
    answer = models.CharField(_("答复"), max_length=300, blank=True, default="")
    answered_by = a_person(_("实际答复人"), null=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    duty = duty_field()

    class Meta:
        ordering = ["id"]
        verbose_name = _("清单询问")
        constraints = [
            models.CheckConstraint(
                name="checklist_question_open_has_a_duty",
                condition=Q(answered_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(fields=["fact", "guard"], name="checklist_question_once"),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} {self.guard}"


class ChecklistPhoto(models.Model):
    """The perceptual hashes of a photo that supports a fact (64 bits each, as 16 hex digits)."""

    fact = models.ForeignKey(ChecklistFact, on_delete=models.CASCADE, related_name="photos")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="+")
    dhash = models.CharField(max_length=16)
    phash = models.CharField(max_length=16)
    flat = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.phash


class ChecklistCorrection(models.Model):
    """A frozen fact was wrong: what it should have been. The freeze stays; the next month shows it."""

    fact = models.ForeignKey(ChecklistFact, on_delete=models.PROTECT, related_name="corrections")
    pct = models.DecimalField(_("应为 %"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("理由"), max_length=300)
    made_by = a_person(_("更正人"))
    made_at = models.DateTimeField()
    shown_in = models.ForeignKey(
        AppraisalMonth, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("冻结后更正")

    def __str__(self) -> str:
        return f"{self.fact_id} {self.pct}"
