"""What measures: device types, devices, and the channels whose values they send."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation
from lantu.monitoring.devices.states import DeviceStatus
from lantu.projects.models import Project

# A code is one level of an MQTT topic and one token of a NATS subject.
CODE_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"
CODE = RegexValidator(CODE_PATTERN, _("设备编码只能用字母、数字、短横线和下划线，最多 40 个字符。"))


class DeviceType(models.Model):
    """A kind of device and the channels that each of its devices has.

    channels: list of {key, label, unit, range_low, range_high, period_s, decimals} in vector order.
    """

    code = models.CharField(_("类型编码"), max_length=40, unique=True)
    label = models.CharField(_("名称"), max_length=80)
    channels = models.JSONField(_("通道"), default=list)
    icon = models.CharField(max_length=40, blank=True, default="activity")

    class Meta:
        ordering = ["code"]
        verbose_name = _("设备类型")

    def __str__(self) -> str:
        return self.label


class Device(models.Model):
    """One instrument on one site. Its token is kept as a hash only."""

    code = models.CharField(_("设备编码"), max_length=40, unique=True, validators=[CODE])
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="devices", verbose_name=_("项目")
    )
    type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="devices", verbose_name=_("类型")
    )
    name = models.CharField(_("名称"), max_length=120)
    place = models.CharField(_("安装部位"), max_length=120, blank=True, default="")
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=DeviceStatus.choices, default=DeviceStatus.IN_SERVICE
    )
    exempt_reason = models.CharField(_("免接入理由"), max_length=200, blank=True, default="")
    owner_org = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="devices",
        verbose_name=_("设备责任单位"),
    )
    token_hash = models.CharField(max_length=64, blank=True, default="")
    token_issued_at = models.DateTimeField(_("口令签发时间"), null=True, blank=True)
    installed_on = models.DateField(_("安装日期"), null=True, blank=True)
    calibrated_until = models.DateField(_("检定有效期至"), null=True, blank=True)
    # Facts of the place that rules need, e.g. {"pit_depth_m": 8.2}. A rule abstains where its fact is missing.
    facts = models.JSONField(_("现场参数"), default=dict, blank=True)
    last_seen_at = models.DateTimeField(_("最近来数"), null=True, blank=True)
    registered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("监测设备")
        indexes = [
            models.Index(fields=["project", "status"], name="device_by_project"),
            models.Index(fields=["status", "last_seen_at"], name="device_by_freshness"),
        ]
        constraints = [
            models.CheckConstraint(
                name="device_lon_lat_together",
                condition=Q(lon=None, lat=None) | Q(lon__range=(73, 136), lat__range=(3, 54)),
            ),
            models.CheckConstraint(
                name="device_code_is_one_topic_level", condition=Q(code__regex=r"^[A-Za-z0-9_-]{1,40}$")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("monitoring:device", args=[self.code])


class Channel(models.Model):
    """One quantity that a device measures. ``rank`` is its place in the device's value vector, from 1."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="channels")
    key = models.CharField(_("通道"), max_length=40)
    label = models.CharField(_("名称"), max_length=80)
    unit = models.CharField(_("单位"), max_length=20)
    range_low = models.FloatField(_("量程下限"))
    range_high = models.FloatField(_("量程上限"))
    period_s = models.PositiveIntegerField(_("上报周期（秒）"))
    decimals = models.PositiveSmallIntegerField(_("小数位"), default=1)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["device_id", "rank"]
        verbose_name = _("监测通道")
        constraints = [
            models.UniqueConstraint(fields=["device", "key"], name="channel_once_per_device"),
            models.UniqueConstraint(fields=["device", "rank"], name="channel_one_per_rank"),
            models.CheckConstraint(name="channel_rank_from_one", condition=Q(rank__gte=1)),
            models.CheckConstraint(name="channel_period_positive", condition=Q(period_s__gte=1)),
            models.CheckConstraint(
                name="channel_range_ordered", condition=Q(range_low__lt=models.F("range_high"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}.{self.key}"


class RegistryVersion(models.Model):
    """A counter that services raise when devices, channels or rules change: the ingest workers watch it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="registry_version_single_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.version)
