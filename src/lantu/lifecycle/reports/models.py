"""Monthly bulletins and frozen copies of reports. A copy is never changed: what is made again stands beside it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.programmes.models import duty_field, person
from lantu.lifecycle.reports.states import CLOSED_STATES, BulletinState
from lantu.projects.models import Project


class ReportSeries(models.Model):
    """Numbers without gaps: the row stays locked until the transaction ends."""

    series = models.CharField(max_length=16)
    year = models.SmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="report_series_once")]

    def __str__(self) -> str:
        return f"{self.series}〔{self.year}〕{self.last}"


class Bulletin(models.Model):
    """The bulletin of one month. ``facts`` is empty while it is a draft and frozen from the request to sign on."""

    month = models.DateField(_("月份"), help_text=_("每月第一天"))
    number = models.CharField(_("文号"), max_length=40, blank=True, default="")
    foreword = models.TextField(_("编者按"), blank=True, default="")
    state = models.CharField(
        _("状态"), max_length=10, choices=BulletinState.choices, default=BulletinState.DRAFT
    )
    prepared_by = person(_("编制人"))
    signer = person(_("签发人"))
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(_("送签时间"), null=True, blank=True)
    issued_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    end_reason = models.CharField(_("取消理由"), max_length=300, blank=True, default="")
    edited_no = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    copy = models.ForeignKey(
        "lifecycle.ReportCopy", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    duty = duty_field()

    class Meta:
        ordering = ["-month", "-id"]
        verbose_name = _("月度通报")
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=~Q(state=BulletinState.VOID), name="bulletin_once_a_month"
            ),
            models.CheckConstraint(
                name="bulletin_open_has_a_duty",
                condition=Q(state__in=CLOSED_STATES) | Q(duty__isnull=False),
            ),
            models.CheckConstraint(name="bulletin_two_people", condition=~Q(signer=F("prepared_by"))),
            models.CheckConstraint(
                name="bulletin_frozen_before_signing",
                condition=Q(state__in=(BulletinState.DRAFT, BulletinState.VOID)) | Q(copy__isnull=False),
            ),
            models.CheckConstraint(
                name="bulletin_issued_has_a_number",
                condition=~Q(state=BulletinState.ISSUED) | (~Q(number="") & Q(issued_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:reports_bulletin", args=[self.pk])


class ReportCopy(models.Model):
    """What a report said at one moment: ``facts`` (Chinese) and ``facts_en`` of the same numbers, and the hash over both.

    Word and PDF are typeset from it when somebody first asks for them, and kept.
    """

    class Kind(models.TextChoices):
        BULLETIN = "bulletin", _("月度通报")
        ONE_PAGER = "one_pager", _("项目一页纸")

    kind = models.CharField(_("文种"), max_length=10, choices=Kind.choices)
    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="report_copies"
    )
    version = models.PositiveSmallIntegerField(_("版本"))
    facts = models.JSONField()
    facts_en = models.JSONField()
    sha256 = models.CharField(_("内容指纹"), max_length=64)
    as_of = models.DateTimeField(_("数据截至"))
    made_by = person(_("生成人"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("报告存档")
        constraints = [
            models.CheckConstraint(
                name="report_copy_of_one_thing",
                condition=Q(kind="bulletin", bulletin__isnull=False, project=None)
                | Q(kind="one_pager", bulletin=None, project__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["bulletin", "version"], condition=Q(kind="bulletin"), name="bulletin_copy_version"
            ),
            models.UniqueConstraint(
                fields=["project", "version"], condition=Q(kind="one_pager"), name="one_pager_copy_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("lifecycle:reports_copy", args=[self.pk])


class ReportFile(models.Model):
    """A copy as a file, typeset once."""

    copy = models.ForeignKey(ReportCopy, on_delete=models.PROTECT, related_name="files")
    form = models.CharField(max_length=4, choices=[("docx", "Word"), ("pdf", "PDF")])
    language = models.CharField(max_length=7, choices=[("zh-hans", "中文"), ("en", "English")])
    fonts = models.JSONField(default=dict)
    # Not evidence: who may read it follows from its copy.
    content = models.FileField(upload_to="reports/%Y/%m")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("报告文件")
        constraints = [models.UniqueConstraint(fields=["copy", "form", "language"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.copy_id} {self.form} {self.language}"
