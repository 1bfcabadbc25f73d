"""How a device speaks HJ 212: one row of settings per station, and what the gateway last saw of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.calc.hj212 import CrcMode
from lantu.monitoring.devices.models import Device

# The standard says 24 hexadecimal characters; real ones are 5 to 24 of nearly anything.
MN = RegexValidator(r"^[A-Za-z0-9_-]{1,32}$", _("MN 只能用字母、数字、短横线和下划线，最多 32 个字符。"))
PW = RegexValidator(r"^[A-Za-z0-9]{0,32}$", _("访问密码只能用字母和数字，最多 32 个字符。"))


class Backfill(models.TextChoices):
    """What the gateway asks for when data are missing."""

    OFF = "off", _("不补采")
    MINUTE = "minute", _("补采分钟数据（2051）")
    HOUR = "hour", _("补采小时数据（2061）")


class Hj212Station(models.Model):
    """Settings by which the gateway understands one logger.

    The access password goes over the line in clear and is part of every command to the station, so it is kept as it is;
    it is never shown again, never logged. factors: {"a34002": {"channel": "pm10", "unit": "mg/m³"}}, only what differs
    from the standard. ``unmapped``: factor codes that came and mean nothing here.
    """

    CRC_MODES = [
        (CrcMode.STD.value, _("标准（附录 A）")),
        (CrcMode.SWAPPED.value, _("高低字节颠倒")),
        (CrcMode.MODBUS.value, "CRC-16/MODBUS"),
        (CrcMode.OFF.value, _("不校验")),
    ]

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="hj212")
    mn = models.CharField(_("设备唯一标识 MN"), max_length=32, unique=True, validators=[MN])
    pw = models.CharField(_("访问密码 PW"), max_length=32, blank=True, default="", validators=[PW])
    st = models.CharField(_("系统编码 ST"), max_length=2, blank=True, default="39")
    crc_mode = models.CharField(_("校验方式"), max_length=8, choices=CRC_MODES, default=CrcMode.STD.value)
    factors = models.JSONField(_("因子对照"), default=dict, blank=True)
    backfill = models.CharField(
        _("缺数补采"), max_length=8, choices=Backfill.choices, default=Backfill.MINUTE
    )
    commands = models.BooleanField(_("下发命令（校时、上报间隔）"), default=False)
    rtd_interval_s = models.PositiveIntegerField(
        _("实时数据间隔（秒）"), null=True, blank=True, validators=[MinValueValidator(30), MaxValueValidator(3600)]
    )  # fmt: skip
    min_interval_min = models.PositiveSmallIntegerField(
        _("分钟数据间隔（分钟）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )  # fmt: skip
    changed_at = models.DateTimeField(_("设置修改时间"))
    last_packet_at = models.DateTimeField(_("最近来包"), null=True, blank=True)
    last_data_at = models.DateTimeField(_("最近数据时间"), null=True, blank=True)
    last_peer = models.CharField(_("来自地址"), max_length=45, blank=True, default="")
    clock_skew_s = models.FloatField(_("时钟偏差（秒）"), null=True, blank=True)
    unmapped = models.JSONField(_("未对照的因子"), default=list, blank=True)
    last_answer = models.CharField(_("最近一次命令的结果"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("HJ 212 站点")

    def __str__(self) -> str:
        return self.mn
