"""Rules are data: what is judged, against which limit, on which basis, since when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantu.monitoring.devices.models import Channel
from lantu.monitoring.rules.states import ENGINE_KINDS, Compare, Mark, Per, RuleKind, Stat


class Rule(models.Model):
    """The lasting identity of a rule; what it says is in its versions."""

    code = models.CharField(_("规则编码"), max_length=80, unique=True)
    name = models.CharField(_("名称"), max_length=160)
    param = models.CharField(_("通道"), max_length=40, blank=True, default="")
    family = models.CharField(_("类别"), max_length=40, blank=True, default="")

    class Meta:
        ordering = ["family", "code"]
        verbose_name = _("预警规则")

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """One wording of a rule. Never edited: a change is a new version, and judgements name the version they used.

    The fields are those of ``lantu.calc.rules.Rule``; ``terms`` holds what only some kinds have: of a band {"cumulative",
    "percent", "rate", "sharp"}; "humid": the severity that remains in humid air; "interlock": the equipment that is called
    instead of raising an alert; "calendar": days of the pack's quiet calendar; "per_channel": limits by channel key.
    levels: [{"severity": 2, "limit": 120.0, "clear_limit": null,
    "label": "预警"}, …], further out with each severity. scope: {"device_types": […]}; empty means wherever the
    channel is. ``fact``: a site fact that bounds the limits ({"name": "pit_depth_m", "percent": [0.2, …]}): limit =
    min(limit, percent of the fact); without the fact the limits are an upper bound only. With {"use": "share"} a limit is
    that many per cent of the fact, with {"use": "offset"} the fact plus the limit: without the fact there is none then, and
    the rule abstains. {"after": "pit_slab_on", "factor": 0.7}: from that date on a rate limit is scaled.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("版本"))
    kind = models.CharField(_("类型"), max_length=12, choices=RuleKind.choices)
    stat = models.CharField(_("统计量"), max_length=8, choices=Stat.choices, default=Stat.INST)
    compare = models.CharField(_("比较"), max_length=8, choices=Compare.choices, default=Compare.GE)
    per = models.CharField(_("速率单位"), max_length=6, choices=Per.choices, default=Per.DAY)
    unit = models.CharField(_("单位"), max_length=20, blank=True, default="")
    levels = models.JSONField(_("分级限值"), default=list)
    window_s = models.PositiveIntegerField(_("统计时段（秒）"), default=0)
    validity = models.FloatField(_("有效数据比例"), default=0.75)
    duration_s = models.PositiveIntegerField(_("持续时间（秒）"), default=0)
    samples = models.PositiveIntegerField(_("连续次数"), default=1)
    hysteresis = models.FloatField(_("回差比例"), default=0.05)
    clear_samples = models.PositiveIntegerField(_("恢复所需次数"), default=2)
    pair_s = models.PositiveIntegerField(_("两通道最大时差（秒）"), default=600)
    gap_s = models.PositiveIntegerField(_("中断时长（秒）"), default=0)
    terms = models.JSONField(_("专用参数"), default=dict, blank=True)
    start_min = models.PositiveSmallIntegerField(_("时段起（分）"), null=True, blank=True)
    end_min = models.PositiveSmallIntegerField(_("时段止（分）"), null=True, blank=True)
    other = models.CharField(_("对比通道"), max_length=40, blank=True, default="")
    scope = models.JSONField(_("适用范围"), default=dict, blank=True)
    fact = models.JSONField(_("现场参数限值"), default=dict, blank=True)
    basis = models.CharField(_("依据"), max_length=200)
    clause = models.CharField(_("条款"), max_length=200, blank=True, default="")
    mark = models.CharField(_("可信度"), max_length=2, choices=Mark.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    effective_from = models.DateField(_("生效日期"))
    effective_to = models.DateField(_("失效日期"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        ordering = ["rule__code", "-version"]
        verbose_name = _("规则版本")
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(effective_to=None), name="rule_one_current_version"
            ),
            models.CheckConstraint(
                name="rule_version_dates_ordered",
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.version}"

    @property
    def judges_live(self) -> bool:
        """True for kinds that the worker judges; the others are for jobs or people."""
        return self.kind in ENGINE_KINDS

    @property
    def label(self) -> str:
        """Name and version as shown to people and kept with judgements."""
        return f"{self.rule.code} v{self.version}"


class RuleState(models.Model):
    """What a rule has concluded so far about one channel: written in the transaction of the batch that changed it.

    ``memory`` is the engine's own row (``lantu.calc.rules.State.row``); level and seen_at repeat what people ask for.
    """

    rule_version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, related_name="states")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="rule_states")
    level = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    memory = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule_version", "channel"], name="rule_state_once")]

    def __str__(self) -> str:
        return f"{self.rule_version_id}/{self.channel_id} {self.level}"
