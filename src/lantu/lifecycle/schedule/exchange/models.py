"""A schedule file on its way in: kept as evidence, read, shown as a report, then taken over whole or not at all."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.core.models import Evidence
from lantu.lifecycle.schedule.models import Schedule
from lantu.projects.models import Project


class ScheduleImport(models.Model):
    """``report`` and ``difference`` hold plain values (see ``report`` and ``comparing``), put into words when shown."""

    class State(models.TextChoices):
        CHECKING = "checking", _("读取中")
        CHOOSING = "choosing", _("待选项目")
        READY = "ready", _("可导入")
        REJECTED = "rejected", _("不能导入")
        APPLYING = "applying", _("导入中")
        APPLIED = "applied", _("已导入")
        FAILED = "failed", _("失败")

    class Step(models.TextChoices):
        READING = "reading", _("读取文件")
        COMPUTING = "computing", _("核算日期")
        COMPARING = "comparing", _("对比上一版")
        STORING = "storing", _("写入镜像")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="schedule_imports", verbose_name=_("项目")
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.READING)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(_("文件"), max_length=200)
    file_format = models.CharField(max_length=10, blank=True, default="")
    # What the sender stated: code page ("" = decide), whether an end mark may be absent, which project of the file.
    encoding = models.CharField(max_length=20, blank=True, default="")
    unended = models.BooleanField(default=False)
    project_uid = models.CharField(max_length=60, blank=True, default="")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rows_total = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    difference = models.JSONField(default=dict, blank=True)
    # Why it was refused: {"detail", "remedy", "code"} or {}.
    refusal = models.JSONField(default=dict, blank=True)
    previous = models.ForeignKey(
        Schedule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上一版镜像"),
    )
    schedule = models.ForeignKey(
        Schedule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("镜像"),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("进度计划导入")
        indexes = [models.Index(fields=["project", "-id"], name="schedule_import_of")]
        constraints = [
            models.CheckConstraint(
                name="schedule_import_applied_has_its_mirror",
                condition=~Q(state="applied") | Q(schedule__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
