"""What a schedule keeps about itself: edits, baselines, progress reports, slips, shared resources."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, _moment, _person
from lantu.lifecycle.schedule.states import EvidenceGrade, LevellingState


class ScheduleEdit(models.Model):
    """One change that led to ``edited_no``; ``changes``: ``[{"code","what","before","after"}]``. Append-only."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="edits")
    edited_no = models.PositiveIntegerField()
    by = _person(_("编辑人"), null=False)
    at = models.DateTimeField()
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["edited_no"]
        verbose_name = _("计划修改")
        constraints = [models.UniqueConstraint(fields=["schedule", "edited_no"], name="schedule_edit_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id}#{self.edited_no}"


class ScheduleBaseline(models.Model):
    """A frozen copy, with the document that approved it; never changed afterwards (``content_hash`` proves it)."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="baselines")
    number = models.PositiveIntegerField(_("基准号"))
    name = models.CharField(_("基准"), max_length=120)
    frozen_at = models.DateTimeField(_("冻结时间"))
    frozen_by = _person(_("提出人"), null=False)
    approved_by = _person(_("批准人"))
    document = models.ForeignKey(
        Evidence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准文件"),
    )
    document_no = models.CharField(_("文号"), max_length=80, blank=True, default="")
    # Stated by an imported file: shown, but not an approved baseline of this platform.
    is_imported = models.BooleanField(default=False)
    finish_at = _moment(_("基准完工"))
    budget_yuan = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        verbose_name = _("基准计划")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "number"], name="schedule_baseline_once"),
            models.CheckConstraint(
                name="schedule_baseline_has_its_document",
                condition=Q(is_imported=True) | Q(document__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="schedule_baseline_two_people",
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("frozen_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleBaselineActivity(models.Model):
    baseline = models.ForeignKey(ScheduleBaseline, on_delete=models.PROTECT, related_name="rows")
    activity = models.ForeignKey(
        ScheduleActivity, on_delete=models.SET_NULL, null=True, blank=True, related_name="baseline_rows"
    )
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=10)
    start_at = _moment(_("基准开始"))
    finish_at = _moment(_("基准完成"))
    duration_min = models.PositiveIntegerField(default=0)
    weight = models.FloatField(default=0)
    budget_yuan = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    quantity = models.FloatField(null=True, blank=True)
    quantity_unit = models.CharField(max_length=20, blank=True, default="")
    is_critical = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["baseline", "code"], name="schedule_baseline_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class ScheduleProgress(models.Model):
    """One report about one activity as of one moment; a later report does not change an earlier one."""

    activity = models.ForeignKey(ScheduleActivity, on_delete=models.CASCADE, related_name="reports")
    as_of = models.DateTimeField(_("截至"))
    percent = models.FloatField(_("完成 %"))
    remaining_min = models.PositiveIntegerField(_("剩余工期（分钟）"))
    actual_start_at = _moment(_("实际开始"))
    actual_finish_at = _moment(_("实际完成"))
    actual_yuan = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    grade = models.CharField(_("证据等级"), max_length=1, choices=EvidenceGrade.choices[1:])
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="+")
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    by = _person(_("填报人"), null=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["as_of", "id"]
        verbose_name = _("进度填报")
        indexes = [models.Index(fields=["activity", "as_of"], name="schedule_progress_of")]
        constraints = [
            models.CheckConstraint(
                name="schedule_progress_percent", condition=Q(percent__gte=0, percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.percent}"


class ScheduleSlip(models.Model):
    """A critical milestone that has passed its baseline without being reached: somebody owes a way out."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="slips")
    activity = models.ForeignKey(ScheduleActivity, on_delete=models.PROTECT, related_name="slips")
    baseline_finish_at = models.DateTimeField(_("基准完成"))
    forecast_finish_at = models.DateTimeField(_("预测完成"))
    opened_at = models.DateTimeField()
    closed_at = _moment(_("办结时间"))
    # What the holder answered: cause and measures.
    answer = models.CharField(_("原因与措施"), max_length=500, blank=True, default="")
    outcome = models.CharField(max_length=60, blank=True, default="")
    duty = models.ForeignKey(
        "duties.Duty",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任"),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("节点滞后")
        constraints = [
            models.CheckConstraint(
                name="schedule_slip_open_has_a_duty",
                condition=Q(closed_at__isnull=False) | Q(duty__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["activity"], condition=Q(closed_at=None), name="schedule_slip_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.opened_at:%Y-%m-%d}"


class ScheduleResource(models.Model):
    """Something the city has few of and several projects want: a shield machine, a paving crew, a road closure."""

    code = models.CharField(_("资源代码"), max_length=40, unique=True)
    name = models.CharField(_("资源"), max_length=120)
    unit = models.CharField(_("单位"), max_length=20, default="台")
    capacity = models.PositiveIntegerField(_("可用数量"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("共享资源")

    def __str__(self) -> str:
        return self.name


class ScheduleDemand(models.Model):
    """An activity uses ``amount`` of a shared resource as long as it lasts."""

    activity = models.ForeignKey(ScheduleActivity, on_delete=models.CASCADE, related_name="demands")
    resource = models.ForeignKey(ScheduleResource, on_delete=models.PROTECT, related_name="demands")
    amount = models.PositiveIntegerField(_("用量"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "resource"], name="schedule_demand_once"),
            models.CheckConstraint(name="schedule_demand_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.resource_id} {self.amount}"


class ScheduleLevelling(models.Model):
    """One levelling run over the schedules that share resources: a proposal, never applied by itself."""

    state = models.CharField(max_length=8, choices=LevellingState.choices, default=LevellingState.ASKED)
    resources = models.ManyToManyField(ScheduleResource, related_name="+")
    asked_by = _person(_("提出人"), null=False)
    asked_at = models.DateTimeField()
    from_on = models.DateField(_("起算日"))
    finished_at = _moment(_("算完时间"))
    status = models.CharField(max_length=12, blank=True, default="")
    # {"moves": [...], "before": {...}, "after": {...}, "bound": …}: read by the page.
    result = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("资源平衡")

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"


class ScheduleAdoption(models.Model):
    """A levelling proposal taken over into a draft of one plan: what it constrained, why, and whose it is."""

    run = models.ForeignKey(ScheduleLevelling, on_delete=models.PROTECT, related_name="adoptions")
    # The plan in force that the proposal was computed from, and the draft that carries its constraints.
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="adoptions")
    # The draft was made for this adoption and has no other purpose.
    made_draft = models.BooleanField(default=True)
    # ``edited_no`` of the draft after the adoption.
    edited_no = models.PositiveIntegerField()
    responsible = _person(_("责任人"), null=False)
    reason = models.CharField(_("理由"), max_length=300)
    # [{"code", "field", "to_on", "kind_before", "at_before"}]
    moves = models.JSONField(default=list)
    adopted_by = _person(_("采纳人"), null=False)
    adopted_at = models.DateTimeField(_("采纳时间"))
    undone_by = _person(_("撤销人"))
    undone_at = _moment(_("撤销时间"))
    undo_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("资源平衡采纳")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "schedule"], condition=Q(undone_at=None), name="schedule_adoption_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} → {self.draft_id}"
