"""Words of the rule table; the same words as ``lantu.calc.rules``, with Chinese labels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """What is compared with the limit."""

    THRESHOLD = "threshold", _("阈值")
    RATE = "rate", _("变化速率")
    DIFFERENCE = "difference", _("通道差值")
    RATIO = "ratio", _("通道比值")
    BAND = "band", _("累计值与速率组合")
    SILENCE = "silence", _("断数")
    QUALITY = "quality", _("数据质量")
    PERIODIC = "periodic", _("多设备定时判定")
    CHECK = "check", _("人工核查或计算")


ENGINE_KINDS = frozenset({"threshold", "rate", "difference", "ratio", "band"})
"""Judged in the live path; the others by jobs or by people."""
TECHNICAL_KINDS = frozenset({"silence", "quality"})
"""These ask whoever keeps the instrument: never a risk, never a hazard."""


class Stat(models.TextChoices):
    """Which value of the channel is judged."""

    INST = "inst", _("瞬时值")
    MEAN = "mean", _("滑动平均")
    LEQ = "leq", _("等效声级 Leq")


class Compare(models.TextChoices):
    """On which side of the limit danger lies."""

    GT = "gt", ">"
    GE = "ge", "≥"
    LT = "lt", "<"
    LE = "le", "≤"
    ABS_GT = "abs_gt", "|·| >"
    ABS_GE = "abs_ge", "|·| ≥"


class Per(models.TextChoices):
    DAY = "day", _("每天")
    HOUR = "hour", _("每小时")


class Mark(models.TextChoices):
    """How sure we are of a number (domain reference)."""

    VERIFIED = "V", _("已核对原文")
    KNOWN = "K", _("据资料，待核对原文")
    DEFAULT = "D", _("平台默认，可调整")
    UNSURE = "U", _("不确定，须由业主确认")


SEVERITY_NAMES = {1: _("蓝色"), 2: _("黄色"), 3: _("橙色"), 4: _("红色")}
