"""Readings are plain SQL (see migrations/0002); what Django needs to know of them stands here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.monitoring.devices.models import Channel


class Latest(models.Model):
    """The newest value of each channel, written every few seconds from the worker's memory."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="latest")
    at = models.DateTimeField(_("测量时间"))
    value = models.FloatField(_("数值"))
    received_at = models.DateTimeField(_("接收时间"))

    def __str__(self) -> str:
        return f"{self.channel_id} {self.value}"


class SealedDay(models.Model):
    """What became of a local day: written in the transactions that seal it. Its readings stand in reading_day.

    ``readings`` and ``channels`` are what the cold store holds; ``merged`` came after the first seal, ``duplicates`` died.
    """

    day = models.DateField(_("日期"), primary_key=True)
    sealed_at = models.DateTimeField(_("封存时间"), null=True)
    readings = models.BigIntegerField(_("读数"), default=0)
    channels = models.IntegerField(_("通道数"), default=0)
    merged = models.BigIntegerField(_("后补读数"), default=0)
    duplicates = models.BigIntegerField(_("重复读数"), default=0)
    runs = models.IntegerField(_("封存次数"), default=0)
    # Devices up to this number are done: a seal that was broken off goes on behind it.
    upto_device = models.IntegerField(default=0)
    fault = models.CharField(_("未能封存的原因"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-day"]
        verbose_name = _("封存日")

    def __str__(self) -> str:
        return f"{self.day} {self.readings}"


class Reason(models.TextChoices):
    """Why input was not taken as a reading. The words stand in the API and in documents."""

    BAD_JSON = "bad_json", _("不是合法的 JSON")
    BAD_SHAPE = "bad_shape", _("报文结构不符合约定")
    BAD_TOPIC = "bad_topic", _("主题不符合约定")
    UNKNOWN_DEVICE = "unknown_device", _("设备未登记")
    WRONG_PROJECT = "wrong_project", _("设备不属于主题中的项目")
    RETIRED_DEVICE = "retired_device", _("设备已停用")
    BAD_TIME = "bad_time", _("时间无法识别")
    FUTURE_TIME = "future_time", _("时间超前超过 5 分钟")
    TOO_OLD = "too_old", _("时间早于 400 天前")
    UNKNOWN_CHANNEL = "unknown_channel", _("通道未登记")
    BAD_VALUE = "bad_value", _("数值不是数")
    NOT_FINITE = "not_finite", _("数值不是有限数")
    OUT_OF_RANGE = "out_of_range", _("数值超出合理量程")
    WRONG_UNIT = "wrong_unit", _("单位与登记不符")
    EMPTY = "empty", _("报文没有任何数值")
    TOO_LARGE = "too_large", _("报文过大")
    UNPROCESSABLE = "unprocessable", _("处理时出错")
    BAD_FRAME = "bad_frame", _("不是完整的协议帧")
    BAD_CHECK = "bad_check", _("校验码不符")
    WRONG_PASSWORD = "wrong_password", _("访问密码不符")
    INCOMPLETE = "incomplete", _("分包不全")
    RATE_LIMITED = "rate_limited", _("发送过快，超出份额")
    NOT_EXPECTED = "not_expected", _("此处不应有的报文")


class Quarantine(models.Model):
    """Input that could not be taken, with its bytes and the reason: nothing that arrives is lost.

    One row per message; ``problems`` lists every fault: [{record, channel, reason, detail}].
    """

    class Source(models.TextChoices):
        MQTT = "mqtt", "MQTT"
        HTTP = "http", "HTTP"
        REPLAY = "replay", _("重放")
        HJ212 = "hj212", "HJ 212"
        JT808 = "jt808", "JT/T 808"

    source = models.CharField(_("来源"), max_length=8, choices=Source.choices)
    subject = models.CharField(_("主题"), max_length=200)
    device_guess = models.CharField(_("设备（按主题）"), max_length=40, blank=True, default="")
    device_id = models.BigIntegerField(null=True, blank=True)
    project_id = models.BigIntegerField(null=True, blank=True)
    raw = models.BinaryField(_("原始字节"))
    reason = models.CharField(_("原因"), max_length=20, choices=Reason.choices)
    detail = models.CharField(_("说明"), max_length=500, blank=True, default="")
    problems = models.JSONField(default=list)
    stream_seq = models.BigIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(_("接收时间"))
    replayed_at = models.DateTimeField(_("重放时间"), null=True, blank=True)
    replayed_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("重放人"),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("隔离报文")
        indexes = [
            models.Index(fields=["device_id", "-id"], name="quarantine_by_device"),
            models.Index(fields=["project_id", "-id"], name="quarantine_by_project"),
            models.Index(fields=["-received_at"], name="quarantine_by_time"),
            models.Index(fields=["reason", "-id"], name="quarantine_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.device_guess} {self.reason}"
