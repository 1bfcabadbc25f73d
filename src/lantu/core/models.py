"""Events and evidence: what happened, and what proves it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.calc.hashchain import GENESIS

CITY_CHAIN = 0


class ChainHead(models.Model):
    """The last link of one hash chain: one chain per project, chain 0 for city-wide facts.

    Writers of one project queue behind this row; writers of different projects never do.
    """

    chain = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


class Event(models.Model):
    """Something that happened. Append-only: the database refuses UPDATE, DELETE and TRUNCATE."""

    chain = models.BigIntegerField(_("链"))
    seq = models.BigIntegerField(_("序号"))
    kind = models.CharField(_("事件"), max_length=80)
    project_id = models.BigIntegerField(_("项目"), null=True, blank=True)
    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("行为人"),
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("代表"),
    )
    at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    reason = models.TextField(_("理由"), blank=True, default="")
    payload = models.JSONField(_("内容"), default=dict)
    cause = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="effects",
        verbose_name=_("起因"),
    )
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="event_one_link_per_seq")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
            models.Index(fields=["project_id", "-at"], name="event_by_project"),
            models.Index(fields=["kind", "-at"], name="event_by_kind"),
            models.Index(fields=["-at"], name="event_by_time"),
        ]
        verbose_name = _("事件")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}#{self.subject_id}"


class ChainRoot(models.Model):
    """One hash over the heads of all chains at the end of a day: printable, and comparable years later."""

    day = models.DateField(unique=True)
    chains = models.IntegerField()
    events = models.BigIntegerField()
    root = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} {self.root[:12]}"


class Evidence(models.Model):
    """A file that proves something. The original bytes are kept; what people see is re-encoded."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("照片")
        DOCUMENT = "document", _("文件")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(_("文件名"), max_length=200)
    content_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(_("内容指纹"), max_length=64)
    original = models.FileField(upload_to="evidence/original/%Y/%m")
    shown = models.FileField(upload_to="evidence/shown/%Y/%m", blank=True)
    thumbnail = models.FileField(upload_to="evidence/thumb/%Y/%m", blank=True)
    width = models.IntegerField(null=True, blank=True)
    height = models.IntegerField(null=True, blank=True)
    project_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    supports_type = models.CharField(max_length=60)
    supports_id = models.BigIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    taken_at = models.DateTimeField(_("拍摄时间（照片自带）"), null=True, blank=True)
    taken_lon = models.FloatField(null=True, blank=True)
    taken_lat = models.FloatField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_lon = models.FloatField(null=True, blank=True)
    claimed_lat = models.FloatField(null=True, blank=True)
    findings = models.JSONField(_("核对发现"), default=list)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["supports_type", "supports_id"], name="evidence_by_support"),
            models.Index(fields=["sha256"], name="evidence_by_hash"),
        ]
        verbose_name = _("证据")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:evidence", args=[self.pk])

    @property
    def thumbnail_url(self) -> str:
        return reverse("core:evidence_thumbnail", args=[self.pk])


class Submission(models.Model):
    """A request that named itself by an Idempotency-Key, with the answer it got: a replay gets the same answer.

    Written in the transaction of the request itself, so that the work and the memory of it cannot part.
    """

    who = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    target = models.CharField(max_length=300)
    # What the sender's clock said; beside it, what ours says.
    captured_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True, default="")
    location = models.CharField(max_length=500, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="submission_once")]
        indexes = [models.Index(fields=["received_at"], name="submission_by_time")]

    def __str__(self) -> str:
        return f"{self.who} {self.key}"
