from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0002_grant_requests_and_sessions"),
        ("core", "0003_submissions"),
        ("duties", "0002_ladder_and_decisions"),
        ("lifecycle", "0003_gates"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="AppraisalMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(unique=True, verbose_name="月份")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reporting", "核对差异"),
                            ("review", "异常复核"),
                            ("frozen", "已冻结"),
                            ("scored", "已评分，可申诉"),
                            ("published", "已公布"),
                        ],
                        default="reporting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("rules", models.JSONField(default=dict)),
                ("pack_version", models.CharField(max_length=20, verbose_name="规则版本")),
                ("seed", models.CharField(max_length=64, verbose_name="抽样种子")),
                ("sample", models.JSONField(blank=True, default=list, verbose_name="抽中")),
                ("opened_at", models.DateTimeField(verbose_name="预填时间")),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="冻结时间")),
                ("scored_at", models.DateTimeField(blank=True, null=True, verbose_name="评分时间")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="公布时间")),
                ("burden", models.JSONField(blank=True, default=dict, verbose_name="负担")),
                ("report", models.JSONField(blank=True, default=dict)),
                ("is_demo", models.BooleanField(default=False)),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="公布人",
                    ),
                ),
            ],
            options={
                "verbose_name": "月度考核",
                "ordering": ["-month"],
            },
        ),
        migrations.CreateModel(
            name="Checklist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                ("name", models.CharField(max_length=160, verbose_name="清单名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("adjusting", "调整申请"),
                            ("signing", "会签"),
                            ("in_force", "已下达"),
                            ("superseded", "已被新版本替代"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="调整理由")),
                ("created_at", models.DateTimeField(verbose_name="编制时间")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="送会签时间")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="下达时间")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("edited_no", models.PositiveIntegerField(default=1)),
                ("is_demo", models.BooleanField(default=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编制人",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="下达人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checklists",
                        to="projects.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="lifecycle.checklist",
                        verbose_name="替代",
                    ),
                ),
            ],
            options={
                "verbose_name": "清单",
                "ordering": ["-year", "project_id", "-version"],
            },
        ),
        migrations.CreateModel(
            name="AppraisalScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("is_current", models.BooleanField(default=True)),
                ("peer_group", models.CharField(max_length=20, verbose_name="同类组")),
                ("lines", models.JSONField(verbose_name="得分明细")),
                ("adjustments", models.JSONField(default=list)),
                ("base", models.FloatField(verbose_name="折算得分")),
                ("total", models.FloatField(verbose_name="总分")),
                ("tasks_mean", models.FloatField(blank=True, null=True, verbose_name="清单任务均分")),
                ("grade", models.CharField(max_length=10, verbose_name="等次")),
                ("veto", models.BooleanField(default=False, verbose_name="一票否决")),
                ("months_running", models.PositiveSmallIntegerField(default=0)),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="名次")),
                ("below_plan", models.BooleanField(default=False, verbose_name="低于计划")),
                ("talk", models.CharField(blank=True, default="", max_length=30, verbose_name="建议约谈")),
                ("facts_hash", models.CharField(max_length=64, verbose_name="事实指纹")),
                ("scored_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="lifecycle.appraisalmonth",
                    ),
                ),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="lifecycle.checklist",
                    ),
                ),
            ],
            options={
                "verbose_name": "考核得分",
                "ordering": ["peer_group", models.OrderBy(models.F("rank"), nulls_last=True), "-total"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待核对"),
                            ("self_reported", "已自报"),
                            ("auto_verified", "系统核验"),
                            ("verifying", "待核验"),
                            ("verified", "已核验"),
                            ("disputed", "有异议"),
                            ("returned", "已退回"),
                            ("frozen", "已冻结"),
                            ("scored", "已评分"),
                            ("appealed", "申诉中"),
                            ("re_scored", "已重新评分"),
                            ("published", "已公布"),
                        ],
                        default="open",
                        max_length=14,
                        verbose_name="状态",
                    ),
                ),
                ("weight", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="权重")),
                ("planned_pct", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="计划 %")),
                (
                    "planned_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="计划投资"),
                ),
                (
                    "before_pct",
                    models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="上月 %"),
                ),
                (
                    "source_pct",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="系统 %"
                    ),
                ),
                (
                    "source_text",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="系统来源"),
                ),
                ("pct", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="完成 %")),
                (
                    "done_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="完成投资"),
                ),
                (
                    "paid_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="支付"),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                ("grade", models.CharField(default="D", max_length=1, verbose_name="证据等级")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="说明")),
                ("corrected", models.BooleanField(default=False, verbose_name="有更正")),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verified_pct",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="核验 %"
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=300, verbose_name="核验意见")),
                ("bounces", models.PositiveSmallIntegerField(default=0, verbose_name="退回次数")),
                ("bounced", models.JSONField(blank=True, default=list)),
                ("sampled", models.BooleanField(default=False, verbose_name="抽中")),
                (
                    "visit_pct",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="抽查 %"
                    ),
                ),
                (
                    "visit_note",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="抽查情况"),
                ),
                ("visited_at", models.DateTimeField(blank=True, null=True)),
                ("excluded", models.BooleanField(default=False, verbose_name="扣除外因")),
                (
                    "final_pct",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="冻结 %"
                    ),
                ),
                ("late_days", models.PositiveSmallIntegerField(default=0, verbose_name="滞后天数")),
                ("node_due", models.BooleanField(default=False, verbose_name="节点到期")),
                ("node_late_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reported_late", models.BooleanField(default=False, verbose_name="逾期填报")),
                ("disagrees", models.BooleanField(default=False, verbose_name="来源不一致")),
                ("score", models.FloatField(blank=True, null=True, verbose_name="任务得分")),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="实际填报人",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填报人",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="lifecycle.appraisalmonth",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="实际核验人",
                    ),
                ),
                (
                    "verifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
                (
                    "visited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="抽查人",
                    ),
                ),
            ],
            options={
                "verbose_name": "清单月度事实",
                "ordering": ["checklist_id", "item__order", "id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pct", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="应为 %")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更正人",
                    ),
                ),
                (
                    "shown_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="lifecycle.appraisalmonth",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="lifecycle.checklistfact",
                    ),
                ),
            ],
            options={
                "verbose_name": "冻结后更正",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AppraisalAppeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申诉时间")),
                ("wanted_pct", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="应为 %")),
                ("reason", models.CharField(max_length=300, verbose_name="申诉理由")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "待裁定"),
                            ("upheld", "采纳"),
                            ("partly", "部分采纳"),
                            ("rejected", "不采纳"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="裁定",
                    ),
                ),
                (
                    "decided_pct",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="裁定 %"
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="裁定理由"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申诉人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="裁定人",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="lifecycle.appraisalscore",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="lifecycle.checklistfact",
                    ),
                ),
            ],
            options={
                "verbose_name": "考核申诉",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AppraisalAdjustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exclusion", "扣除外因"),
                            ("bonus", "加减分"),
                            ("deduction", "扣分"),
                            ("veto", "一票否决"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="理由代码")),
                (
                    "points",
                    models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="分值"),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("document_no", models.CharField(max_length=80, verbose_name="文号")),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("agreed", models.BooleanField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="第二人",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adjustments",
                        to="lifecycle.appraisalmonth",
                    ),
                ),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="lifecycle.checklistfact",
                    ),
                ),
            ],
            options={
                "verbose_name": "考核调整",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("ready", "可导入"), ("rejected", "有错误"), ("applied", "已导入")],
                        max_length=10,
                    ),
                ),
                ("headings", models.JSONField(default=list)),
                ("rows", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("remembered", models.BooleanField(default=False)),
                ("preview", models.JSONField(default=list)),
                ("errors", models.JSONField(default=list)),
                ("started_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                (
                    "checklist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "清单导入",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_group", models.BooleanField(default=False)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(max_length=20, verbose_name="编号")),
                ("title", models.CharField(max_length=160, verbose_name="子任务")),
                (
                    "definition_of_done",
                    models.CharField(blank=True, default="", max_length=400, verbose_name="完成标准"),
                ),
                (
                    "weight",
                    models.DecimalField(decimal_places=3, default=0, max_digits=6, verbose_name="权重"),
                ),
                ("start_on", models.DateField(blank=True, null=True, verbose_name="开始")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="完成时限")),
                (
                    "evidence_type",
                    models.CharField(blank=True, default="document", max_length=20, verbose_name="佐证类型"),
                ),
                ("source", models.CharField(blank=True, default="", max_length=30, verbose_name="自动来源")),
                (
                    "source_ref",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="来源编号"),
                ),
                (
                    "budget_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="投资"),
                ),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="lifecycle.checklistitem",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="责任单位",
                    ),
                ),
                (
                    "verifier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
            ],
            options={
                "verbose_name": "清单子任务",
                "ordering": ["order", "id"],
            },
        ),
        migrations.AddField(
            model_name="checklistfact",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facts",
                to="lifecycle.checklistitem",
            ),
        ),
        migrations.CreateModel(
            name="ChecklistMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signature", models.CharField(max_length=64)),
                ("mapping", models.JSONField()),
                ("used_at", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChecklistPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dhash", models.CharField(max_length=16)),
                ("phash", models.CharField(max_length=16)),
                ("flat", models.BooleanField(default=False)),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.evidence"
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="lifecycle.checklistfact",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChecklistQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("guard", models.CharField(max_length=30, verbose_name="规则")),
                ("values", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, default="", max_length=300, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="实际答复人",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="lifecycle.checklistfact",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
            ],
            options={
                "verbose_name": "清单询问",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("report", "核对本月清单"),
                            ("verify", "核验本月清单"),
                            ("settle", "裁定本月异议"),
                            ("visit", "现场抽查"),
                        ],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="承办人",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheets",
                        to="lifecycle.appraisalmonth",
                    ),
                ),
            ],
            options={
                "verbose_name": "月度核对单",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="checklistfact",
            name="sheet",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facts",
                to="lifecycle.checklistsheet",
            ),
        ),
        migrations.CreateModel(
            name="ChecklistSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("agreed", models.BooleanField(null=True, verbose_name="同意")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="意见")),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="lifecycle.checklist",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duties.duty",
                        verbose_name="责任",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="会签人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="责任单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "会签",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="月份")),
                ("planned_pct", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="计划 %")),
                (
                    "planned_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="计划投资"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="lifecycle.checklistitem",
                    ),
                ),
            ],
            options={
                "ordering": ["month"],
            },
        ),
        migrations.AddConstraint(
            model_name="appraisalmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "published"), ("duty__isnull", False), _connector="OR"),
                name="appraisal_month_open_has_a_duty",
            ),
        ),
        migrations.AddIndex(
            model_name="checklist",
            index=models.Index(fields=["year", "state"], name="checklist_by_year"),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("in_force", "superseded", "withdrawn")),
                    ("duty__isnull", False),
                    _connector="OR",
                ),
                name="checklist_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.UniqueConstraint(
                fields=("project", "year", "version"), name="checklist_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_force")),
                fields=("project", "year"),
                name="checklist_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("in_force", "superseded", "withdrawn")), _negated=True),
                fields=("project", "year"),
                name="checklist_one_in_preparation",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="checklist_adjustment_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalscore",
            constraint=models.UniqueConstraint(
                fields=("run", "checklist", "revision"), name="appraisal_revision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalscore",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("run", "checklist"),
                name="appraisal_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), _negated=True), ("duty__isnull", False), _connector="OR"
                ),
                name="appraisal_appeal_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="appraisal_appeal_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisalappeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")), fields=("fact",), name="appraisal_appeal_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisaladjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_at__isnull", False), ("duty__isnull", False), _connector="OR"),
                name="appraisal_adjustment_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisaladjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="appraisal_adjustment_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.UniqueConstraint(fields=("checklist", "code"), name="checklist_item_once"),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner", None),
                    ("verifier", None),
                    models.Q(("owner", models.F("verifier")), _negated=True),
                    _connector="OR",
                ),
                name="checklist_item_verifier_is_not_doer",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_group", True),
                    models.Q(
                        ("owner__isnull", False),
                        ("unit__isnull", False),
                        ("verifier__isnull", False),
                        ("due_on__isnull", False),
                        ("start_on__isnull", False),
                        ("weight__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="checklist_item_leaf_is_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("start_on", None),
                    ("due_on", None),
                    ("due_on__gte", models.F("start_on")),
                    _connector="OR",
                ),
                name="checklist_item_due_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistmapping",
            constraint=models.UniqueConstraint(fields=("unit", "signature"), name="checklist_mapping_once"),
        ),
        migrations.AddConstraint(
            model_name="checklistquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at__isnull", False), ("duty__isnull", False), _connector="OR"),
                name="checklist_question_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistquestion",
            constraint=models.UniqueConstraint(fields=("fact", "guard"), name="checklist_question_once"),
        ),
        migrations.AddConstraint(
            model_name="checklistsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__isnull", False), ("duty__isnull", False), _connector="OR"),
                name="checklist_sheet_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistsheet",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("run", "checklist", "kind", "person"),
                name="checklist_sheet_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="checklistfact",
            index=models.Index(fields=["item", "run"], name="checklist_fact_by_item"),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.UniqueConstraint(
                fields=("run", "checklist", "code"), name="checklist_fact_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("open", "verifying", "disputed", "returned")), _negated=True),
                    ("sheet__isnull", False),
                    _connector="OR",
                ),
                name="checklist_fact_open_has_a_sheet",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verified_by", None),
                    ("reported_by", None),
                    models.Q(("verified_by", models.F("reported_by")), _negated=True),
                    _connector="OR",
                ),
                name="checklist_fact_verified_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.CheckConstraint(
                condition=models.Q(("reporter", models.F("verifier")), _negated=True),
                name="checklist_fact_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pct__range", (0, 100)),
                    models.Q(("verified_pct", None), ("verified_pct__range", (0, 100)), _connector="OR"),
                    models.Q(("final_pct", None), ("final_pct__range", (0, 100)), _connector="OR"),
                ),
                name="checklist_fact_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "open",
                            "verifying",
                            "disputed",
                            "returned",
                            "self_reported",
                            "auto_verified",
                            "verified",
                        ],
                    ),
                    ("final_pct__isnull", False),
                    _connector="OR",
                ),
                name="checklist_fact_frozen_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__isnull", False), ("duty__isnull", False), _connector="OR"),
                name="checklist_signature_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistsignature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("checklist", "unit"),
                name="checklist_signature_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="checklisttarget",
            constraint=models.UniqueConstraint(fields=("item", "month"), name="checklist_target_once"),
        ),
        migrations.AddConstraint(
            model_name="checklisttarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("planned_pct__range", (0, 100))), name="checklist_target_percent"
            ),
        ),
    ]
