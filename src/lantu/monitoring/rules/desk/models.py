"""A proposed wording of a rule, and its replays over stored readings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.duties.models import Duty
from lantu.monitoring.rules.desk.states import OPEN_STATES, PreviewState, ProposalState
from lantu.monitoring.rules.models import Rule, RuleVersion


class RuleProposal(models.Model):
    """A new wording on its way. Approved, it becomes ``version``: no version that exists is ever edited.

    ``wording`` holds every field of ``load_rules.WORDING``; ``base`` is the version that was changed.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("规则"))
    base = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    wording = models.JSONField(_("内容"))
    effective_from = models.DateField(_("生效日期"))
    why = models.CharField(_("修订理由"), max_length=500)
    state = models.CharField(
        _("状态"), max_length=12, choices=ProposalState.choices, default=ProposalState.DRAFT
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    note = models.CharField(_("意见"), max_length=500, blank=True, default="")
    version = models.OneToOneField(
        RuleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("规则修订")
        constraints = [
            models.CheckConstraint(
                name="rule_proposal_open_has_a_duty",
                condition=~Q(state__in=OPEN_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(
                name="rule_proposal_approved_by_another",
                condition=~Q(state=ProposalState.APPROVED)
                | (Q(version__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state__in=OPEN_STATES), name="rule_one_open_proposal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:proposal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class RulePreview(models.Model):
    """What a wording would have done over a span of stored readings. ``fingerprint`` says which wording it was.

    rows: [{device, name, channel_id, channel, from_ms, to_ms, severity, value, peak, limit, alert, alert_state}, …],
    newest first, at most 500; lost: alerts of the span that the wording would not have raised.
    """

    proposal = models.ForeignKey(RuleProposal, on_delete=models.CASCADE, related_name="previews")
    fingerprint = models.CharField(max_length=64)
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    state = models.CharField(max_length=8, choices=PreviewState.choices, default=PreviewState.QUEUED)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    channels = models.PositiveIntegerField(_("通道数"), default=0)
    readings = models.BigIntegerField(_("读数条数"), default=0)
    fired = models.PositiveIntegerField(_("新版触发次数"), default=0)
    fired_now = models.PositiveIntegerField(_("现行版触发次数"), default=0)
    by_severity = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    lost = models.JSONField(default=list)
    abstained = models.JSONField(default=dict)
    failure = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("规则回放")

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.state}"

    @property
    def share(self) -> int:
        """Progress in percent."""
        return round(100 * self.steps_done / self.steps_total) if self.steps_total else 0
