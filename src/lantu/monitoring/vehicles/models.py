"""Trucks, where they may drive and unload, and what was found. Their tracks are plain SQL (see the migration)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.calc.vehicle_rules import Kind
from lantu.projects.models import Project

PHONE = RegexValidator(r"^[1-9][0-9]{0,19}$", _("终端手机号只能是数字，不带前导零，最多 20 位。"))


class VehicleStatus(models.TextChoices):
    """A suspended truck is heard and judged; a retired one may not report."""

    IN_SERVICE = "in_service", _("在用")
    SUSPENDED = "suspended", _("停运")
    RETIRED = "retired", _("注销")


class PlateColour(models.IntegerChoices):
    """JT/T 415-2006 5.4.12; 5 and 6 are the green plates of new-energy vehicles."""

    BLUE = 1, _("蓝")
    YELLOW = 2, _("黄")
    BLACK = 3, _("黑")
    WHITE = 4, _("白")
    GREEN = 5, _("绿")
    YELLOW_GREEN = 6, _("黄绿")
    OTHER = 9, _("其他")


class FindingKind(models.TextChoices):
    """A risk asks for a hazard, a technical finding for whoever keeps the terminal."""

    RISK = "risk", _("违规")
    TECHNICAL = "technical", _("设备")


class KindOfRule(models.TextChoices):
    OVERSPEED = Kind.OVERSPEED, _("超速")
    OFF_ROUTE = Kind.OFF_ROUTE, _("偏离路线")
    UNLOADING = Kind.UNLOADING, _("违规卸土")
    NIGHT = Kind.NIGHT, _("夜间行驶")
    NO_PERMIT = Kind.NO_PERMIT, _("无准运证")
    SILENT = Kind.SILENT, _("失联")


class DisposalSite(models.Model):
    """消纳场: the only places where earth may be unloaded. geometry: GeoJSON Polygon or MultiPolygon, CGCS2000."""

    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    operator = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disposal_sites",
        verbose_name=_("经营单位"),
    )
    geometry = models.JSONField(_("范围"))
    area_code = models.CharField(_("行政区划"), max_length=6, blank=True, default="")
    permit_no = models.CharField(_("核准文号"), max_length=60, blank=True, default="")
    first_on = models.DateField(_("核准起"))
    last_on = models.DateField(_("核准止"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("消纳场")
        constraints = [
            models.CheckConstraint(
                name="disposal_site_dates_ordered", condition=Q(first_on__lte=F("last_on"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class LicensedRoute(models.Model):
    """A road that trucks may use between a site and a disposal site. geometry: GeoJSON LineString, CGCS2000."""

    code = models.CharField(_("编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="licensed_routes",
        verbose_name=_("工地"),
    )
    disposal_site = models.ForeignKey(
        DisposalSite,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="routes",
        verbose_name=_("消纳场"),
    )
    geometry = models.JSONField(_("路线"))
    # Empty: the rule's own width.
    buffer_m = models.FloatField(_("允许偏离（米）"), null=True, blank=True)
    first_on = models.DateField(_("核准起"))
    last_on = models.DateField(_("核准止"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("核准路线")
        constraints = [
            models.CheckConstraint(
                name="licensed_route_dates_ordered", condition=Q(first_on__lte=F("last_on"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """One truck and its terminal. A code that the terminal brought along is kept as a hash; others are derived."""

    plate = models.CharField(_("车牌号"), max_length=12, unique=True)
    plate_colour = models.PositiveSmallIntegerField(
        _("车牌颜色"), choices=PlateColour.choices, default=PlateColour.YELLOW
    )
    terminal_phone = models.CharField(_("终端手机号"), max_length=20, unique=True, validators=[PHONE])
    maker_id = models.CharField(_("终端制造商编码"), max_length=11, blank=True, default="")
    terminal_id = models.CharField(_("终端编号"), max_length=30, blank=True, default="")
    preset_code_hash = models.CharField(max_length=64, blank=True, default="")
    # Raised to end the codes that were handed out so far.
    code_epoch = models.PositiveIntegerField(default=0)
    company = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="vehicles", verbose_name=_("运输企业")
    )
    projects = models.ManyToManyField(Project, related_name="vehicles", verbose_name=_("服务项目"))
    routes = models.ManyToManyField(
        LicensedRoute, related_name="vehicles", blank=True, verbose_name=_("核准路线")
    )
    permit_no = models.CharField(_("准运证号"), max_length=60, blank=True, default="")
    permit_first_on = models.DateField(_("准运证起"), null=True, blank=True)
    permit_last_on = models.DateField(_("准运证止"), null=True, blank=True)
    night_permit_no = models.CharField(_("夜间运输许可号"), max_length=60, blank=True, default="")
    night_first_on = models.DateField(_("夜间许可起"), null=True, blank=True)
    night_last_on = models.DateField(_("夜间许可止"), null=True, blank=True)
    has_load_sensor = models.BooleanField(_("有载重传感器"), default=False)
    # Which bit of the extended signals (item 0x25) the lifting of the body is wired to.
    lift_bit = models.PositiveSmallIntegerField(_("举升信号位"), null=True, blank=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=VehicleStatus.choices, default=VehicleStatus.IN_SERVICE
    )
    registered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["plate"]
        verbose_name = _("渣土车")
        constraints = [
            models.CheckConstraint(
                name="vehicle_phone_has_no_leading_zero", condition=Q(terminal_phone__regex=r"^[1-9][0-9]*$")
            ),
            models.CheckConstraint(
                name="vehicle_permit_dates_together",
                condition=Q(permit_first_on=None, permit_last_on=None)
                | Q(permit_first_on__lte=F("permit_last_on")),
            ),
            models.CheckConstraint(
                name="vehicle_night_dates_together",
                condition=Q(night_first_on=None, night_last_on=None)
                | Q(night_first_on__lte=F("night_last_on")),
            ),
            models.CheckConstraint(
                name="vehicle_lift_bit_of_32", condition=Q(lift_bit=None) | Q(lift_bit__lt=32)
            ),
        ]

    def __str__(self) -> str:
        return self.plate

    def get_absolute_url(self) -> str:
        return reverse("monitoring:vehicle", args=[self.pk])


class VehicleState(models.Model):
    """The last that was heard of a truck, and what its rules remember. One writer at a time (row lock)."""

    vehicle = models.OneToOneField(Vehicle, on_delete=models.CASCADE, primary_key=True, related_name="state")
    heard_at = models.DateTimeField(_("最近来报"), null=True, blank=True)
    at = models.DateTimeField(_("定位时间"), null=True, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    kmh = models.FloatField(_("车速"), null=True, blank=True)
    direction = models.PositiveSmallIntegerField(_("方向"), null=True, blank=True)
    acc_on = models.BooleanField("ACC", default=False)
    load = models.PositiveSmallIntegerField(_("载重"), default=0)
    located = models.BooleanField(_("已定位"), default=False)
    alarms = models.JSONField(_("终端报警"), default=list)
    mileage_km = models.FloatField(_("里程"), null=True, blank=True)
    terminal = models.JSONField(_("终端自述"), default=dict)
    dropped = models.PositiveIntegerField(_("剔除的漂移点"), default=0)
    memory = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("渣土车近况")

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.heard_at}"


class VehicleRuleVersion(models.Model):
    """What a rule says from some day on. Never changed; a finding points at the version that judged it."""

    code = models.CharField(_("规则"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=12, choices=KindOfRule.choices)
    severity = models.PositiveSmallIntegerField(_("等级"))
    params = models.JSONField(_("参数"))
    unit = models.CharField(_("单位"), max_length=12, blank=True, default="")
    basis = models.CharField(_("依据"), max_length=300)
    clause = models.CharField(_("条文"), max_length=300, blank=True, default="")
    mark = models.CharField(_("把握"), max_length=1)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    effective_from = models.DateField(_("生效"))
    effective_to = models.DateField(_("失效"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("渣土车规则版本")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="vehicle_rule_version_once"),
            models.CheckConstraint(name="vehicle_rule_severity", condition=Q(severity__range=(1, 4))),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class VehicleFinding(models.Model):
    """A judgement: this rule version, these inputs, this trip. Kept as it was; only what it measures goes on
    (``last_at``, ``value``), and where it went (``taken_up_ref``)."""

    #: What may still be written after the judgement.
    GOING_ON: ClassVar[tuple[str, ...]] = ("last_at", "last_lon", "last_lat", "value", "ended_at")

    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="findings", verbose_name=_("车辆")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="vehicle_findings", verbose_name=_("项目")
    )
    rule = models.ForeignKey(
        VehicleRuleVersion, on_delete=models.PROTECT, related_name="findings", verbose_name=_("规则版本")
    )
    rule_code = models.CharField(_("规则"), max_length=40)
    kind = models.CharField(_("性质"), max_length=12, choices=FindingKind.choices)
    severity = models.PositiveSmallIntegerField(_("等级"))
    trip_at = models.DateTimeField(_("运次起"))
    first_at = models.DateTimeField(_("开始"))
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    judged_at = models.DateTimeField(_("判定时间"))
    inputs = models.JSONField(_("判定输入"), default=dict)
    late = models.BooleanField(_("补报数据"), default=False)
    last_at = models.DateTimeField(_("最近"))
    last_lon = models.FloatField()
    last_lat = models.FloatField()
    value = models.FloatField(_("最大值"))
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    taken_up_ref = models.CharField(_("去向"), max_length=80, blank=True, default="")
    # Two people say that it was none: the judgement itself stays, and counts against its rule.
    false_reason = models.CharField(_("误报理由"), max_length=300, blank=True, default="")
    false_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    false_proposed_at = models.DateTimeField(null=True, blank=True)
    false_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    false_at = models.DateTimeField(_("认定误报"), null=True, blank=True)

    class Meta:
        ordering = ["-first_at", "-id"]
        verbose_name = _("渣土车发现")
        constraints = [
            models.CheckConstraint(
                name="vehicle_finding_false_by_two",
                condition=Q(false_at=None)
                | (Q(false_confirmed_by__isnull=False) & ~Q(false_confirmed_by=F("false_proposed_by"))),
            ),
            models.UniqueConstraint(
                fields=["vehicle", "rule_code", "trip_at"], name="vehicle_finding_one_per_rule_and_trip"
            ),
            models.CheckConstraint(name="vehicle_finding_severity", condition=Q(severity__range=(1, 4))),
        ]
        indexes = [
            models.Index(fields=["project", "-first_at"], name="vehicle_finding_by_project"),
            models.Index(fields=["vehicle", "-first_at"], name="vehicle_finding_by_vehicle"),
            models.Index(fields=["-first_at"], name="vehicle_finding_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code} {self.vehicle_id} {self.first_at}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:vehicle_finding", args=[self.pk])
