"""The thing the city builds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.projects.lamp_words import words_of


class Category(models.TextChoices):
    GOVERNMENT = "government", _("政府投资")
    ENTERPRISE = "enterprise", _("企业投资")
    SPECIAL_BOND = "special_bond", _("专项债")
    CENTRAL_BUDGET = "central_budget", _("中央预算内")
    CONCESSION = "concession", _("特许经营")


class PlanClass(models.TextChoices):
    NEW_START = "new_start", _("新开工")
    CONTINUING = "continuing", _("续建")
    COMPLETING = "completing", _("竣工")
    RESERVE = "reserve", _("储备")


class Stage(models.TextChoices):
    """The six stages of the founding text, in order."""

    INITIATION = "initiation", _("立项")
    DESIGN = "design", _("设计")
    TENDER = "tender", _("招标")
    CONSTRUCTION = "construction", _("施工")
    ACCEPTANCE = "acceptance", _("验收")
    OPERATION = "operation", _("运营")


class Status(models.TextChoices):
    ACTIVE = "active", _("正常推进")
    SUSPENDED = "suspended", _("停缓建")
    CANCELLED = "cancelled", _("取消")
    FINISHED = "finished", _("已竣工投用")


class Sector(models.TextChoices):
    INDUSTRY = "industry", _("产业")
    TRANSPORT = "transport", _("交通")
    MUNICIPAL = "municipal", _("市政")
    WATER = "water", _("水利")
    ENERGY = "energy", _("能源")
    LIVELIHOOD = "livelihood", _("民生")
    HOUSING = "housing", _("住房与城市更新")
    ECOLOGY = "ecology", _("生态环保")


class Lamp(models.TextChoices):
    GREEN = "green", _("正常")
    YELLOW = "yellow", _("关注")
    RED = "red", _("滞后或有重大风险")
    GREY = "grey", _("无数据")


class Project(models.Model):
    """A major project. Money in yuan; geometry in CGCS2000 (EPSG:4490) longitude and latitude."""

    code = models.CharField(_("项目代码"), max_length=24, unique=True)
    code_scheme = models.CharField(
        max_length=3, choices=[("new", "GB/T 40058"), ("old", _("旧码"))], default="new"
    )
    local_no = models.CharField(_("市级编号"), max_length=20, blank=True, default="")
    name = models.CharField(_("项目名称"), max_length=160)
    name_pinyin = models.CharField(max_length=700, blank=True, default="")
    summary = models.TextField(_("建设内容及规模"), blank=True, default="")
    public_summary = models.TextField(_("公开简介"), blank=True, default="")
    content_scale = models.JSONField(_("规模明细"), default=list)
    category = models.CharField(_("投资类别"), max_length=16, choices=Category.choices)
    plan_class = models.CharField(_("计划类别"), max_length=12, choices=PlanClass.choices)
    sector = models.CharField(_("领域"), max_length=12, choices=Sector.choices)
    industry_code = models.CharField(_("行业（GB/T 4754）"), max_length=6, blank=True, default="")
    stage = models.CharField(_("阶段"), max_length=14, choices=Stage.choices)
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    area_code = models.CharField(_("县市区"), max_length=6)
    address = models.CharField(_("建设地点"), max_length=200, blank=True, default="")
    geometry = models.JSONField(_("位置（GeoJSON）"), null=True, blank=True)
    geometry_wkb = models.BinaryField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    # Where the coordinates came from, when they were not given in CGCS2000.
    geometry_note = models.CharField(_("坐标来源"), max_length=120, blank=True, default="")
    total_investment_yuan = models.DecimalField(_("总投资"), max_digits=18, decimal_places=2)
    works_yuan = models.DecimalField(_("其中工程费"), max_digits=18, decimal_places=2, default=0)
    land_yuan = models.DecimalField(_("其中征迁费"), max_digits=18, decimal_places=2, default=0)
    other_yuan = models.DecimalField(_("其中其他费"), max_digits=18, decimal_places=2, default=0)
    funds = models.JSONField(_("资金来源"), default=list)
    annual_goal = models.CharField(_("年度目标"), max_length=300, blank=True, default="")
    approvals = models.JSONField(_("审批办理情况"), default=list, blank=True)
    elements = models.JSONField(_("要素需求"), default=list, blank=True)
    targets = models.JSONField(_("绩效目标"), default=list, blank=True)
    planned_start_on = models.DateField(_("计划开工"), null=True, blank=True)
    planned_finish_on = models.DateField(_("计划竣工"), null=True, blank=True)
    actual_start_on = models.DateField(_("实际开工"), null=True, blank=True)
    actual_finish_on = models.DateField(_("实际竣工"), null=True, blank=True)
    owner_org = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="owned_projects", verbose_name=_("建设单位")
    )
    lead_unit = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name=_("责任部门"),
    )
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sponsored_projects",
        verbose_name=_("包保领导"),
    )
    lamp = models.CharField(_("灯色"), max_length=6, choices=Lamp.choices, default=Lamp.GREY)
    lamp_reason = models.CharField(max_length=300, blank=True, default="")
    # Why, as codes of calc.lamps with their numbers: shown in the reader's language by ``lamp_words``.
    lamp_codes = models.JSONField(default=list, blank=True)
    lamp_rule = models.CharField(max_length=40, blank=True, default="")
    lamp_at = models.DateTimeField(null=True, blank=True)
    # Figures of the latest reported month, kept beside the project so that lists of 20,000 need no join.
    latest_month = models.DateField(null=True, blank=True)
    planned_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    physical_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    invested_yuan = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    paid_yuan = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    tags = models.JSONField(_("标签"), default=list)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["stage", "status", "area_code"], name="project_by_stage"),
            models.Index(fields=["owner_org"], name="project_by_owner"),
            models.Index(fields=["area_code", "lamp"], name="project_by_area"),
            models.Index(fields=["lamp", "stage", "status"], name="project_by_lamp"),
            models.Index(fields=["-updated_at", "-id"], name="project_by_update"),
        ]
        constraints = [
            models.CheckConstraint(
                name="project_investment_not_negative", condition=Q(total_investment_yuan__gte=0)
            ),
            models.CheckConstraint(
                name="project_finishes_after_start",
                condition=Q(planned_finish_on=None)
                | Q(planned_start_on=None)
                | Q(planned_finish_on__gte=models.F("planned_start_on")),
            ),
            models.CheckConstraint(
                name="project_lon_lat_together",
                condition=Q(lon=None, lat=None) | Q(lon__range=(73, 136), lat__range=(3, 54)),
            ),
        ]
        ordering = ["-updated_at", "-id"]
        verbose_name = _("重点工程")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.code])

    @property
    def lamp_words(self) -> str:
        """The reasons of the lamp in the reader's language."""
        return words_of(self.lamp_codes)

    def organisation_ids(self) -> frozenset[int]:
        """All units that take part: what an organisation-wide grant is matched against."""
        cached = getattr(self, "_organisation_ids", None)
        if cached is None:
            cached = frozenset({self.owner_org_id} | {party.organisation_id for party in self.parties.all()})
            self._organisation_ids = cached
        return cached


class ProjectCode(models.Model):
    """The history of a project's codes: several studies, a wrong code re-issued, an old scheme."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(valid_to=None), name="project_one_current_code"
            ),
            models.UniqueConstraint(fields=["project", "code", "valid_from"], name="project_code_once"),
        ]
        indexes = [models.Index(fields=["code"], name="project_by_any_code")]

    def __str__(self) -> str:
        return self.code


class Party(models.Model):
    """A unit's part in a project, with the one person who answers for it."""

    class Role(models.TextChoices):
        OWNER = "owner", _("建设单位")
        AGENT = "agent", _("代建单位")
        CONTRACTOR = "contractor", _("施工单位")
        SUPERVISOR = "supervisor", _("监理单位")
        DESIGNER = "designer", _("设计单位")
        INSPECTOR = "inspector", _("质量安全监督")
        OFFICER = "officer", _("局经办")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=12, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parts")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="parts", verbose_name=_("责任人")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "role"], name="party_one_per_role")]
        verbose_name = _("参建单位")

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.organisation}"


class MonthlyFigure(models.Model):
    """Three truths of one month, cumulative, each from its own source: never merged, never overwritten by another."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="months")
    month = models.DateField(_("月份"), help_text=_("每月第一天"))
    planned_pct = models.DecimalField(_("序时进度 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    physical_pct = models.DecimalField(_("形象进度 %"), max_digits=5, decimal_places=2, null=True, blank=True)
    planned_invest_yuan = models.DecimalField(
        _("计划投资"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    invested_yuan = models.DecimalField(_("完成投资"), max_digits=18, decimal_places=2, null=True, blank=True)
    paid_yuan = models.DecimalField(_("支付"), max_digits=18, decimal_places=2, null=True, blank=True)
    grade = models.CharField(
        _("证据等级"),
        max_length=1,
        choices=[("A", _("A 多方核对")), ("B", _("B 监理计量")), ("C", _("C 文件照片")), ("D", _("D 自报"))],
        default="D",
    )
    source = models.CharField(_("来源"), max_length=80, blank=True, default="")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="month_once_per_project"),
            models.CheckConstraint(
                name="month_pct_within_bounds",
                condition=(Q(physical_pct=None) | Q(physical_pct__range=(0, 100)))
                & (Q(planned_pct=None) | Q(planned_pct__range=(0, 100))),
            ),
        ]
        ordering = ["month"]
        verbose_name = _("月度进度")

    def __str__(self) -> str:
        return f"{self.project_id} {self.month:%Y-%m}"


class YearPlan(models.Model):
    """The investment of one year: what the issued plan asks for, and what has been done, in step with the months.

    ``monthly_yuan``: twelve cumulative amounts of the plan, January to December, or empty.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="years")
    year = models.SmallIntegerField(_("年度"))
    planned_yuan = models.DecimalField(_("年度计划投资"), max_digits=18, decimal_places=2, default=0)
    done_yuan = models.DecimalField(_("年度完成投资"), max_digits=18, decimal_places=2, default=0)
    monthly_yuan = models.JSONField(_("分月计划"), default=list, blank=True)
    goal = models.CharField(_("年度目标"), max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "year"], name="year_once_per_project"),
            models.CheckConstraint(name="year_plan_not_negative", condition=Q(planned_yuan__gte=0)),
        ]
        indexes = [
            # The city's figures of a year are answered from this index alone.
            models.Index(fields=["year", "project"], include=["planned_yuan", "done_yuan"], name="year_sums")
        ]
        ordering = ["year"]
        verbose_name = _("年度投资计划")

    def __str__(self) -> str:
        return f"{self.project_id} {self.year}"


class ImportRun(models.Model):
    """One spreadsheet on its way in: previewed first, then taken over whole or not at all."""

    class State(models.TextChoices):
        CHECKING = "checking", _("检查中")
        READY = "ready", _("可导入")
        REJECTED = "rejected", _("有错误")
        APPLYING = "applying", _("导入中")
        APPLIED = "applied", _("已导入")
        FAILED = "failed", _("失败")

    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    file = models.FileField(upload_to="imports/%Y/%m")
    file_name = models.CharField(max_length=200)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Whether units that are not registered yet may be registered with the projects.
    may_add_units = models.BooleanField(default=False)
    rows_total = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    unchanged_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    # The first few hundred of each, for the screen; the annotated copy has them all.
    errors = models.JSONField(default=list)
    new_units = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    preview = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("导入")

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
