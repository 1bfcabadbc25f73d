from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        ("core", "0003_submissions"),
        ("accounts", "0002_grant_requests_and_sessions"),
        ("projects", "0004_project_by_lamp"),
        ("duties", "0002_ladder_and_decisions"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ScheduleResource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="资源代码")),
                ("name", models.CharField(max_length=120, verbose_name="资源")),
                ("unit", models.CharField(default="台", max_length=20, verbose_name="单位")),
                ("capacity", models.PositiveIntegerField(verbose_name="可用数量")),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "共享资源",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="计划名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("master", "总进度计划"),
                            ("section", "标段计划"),
                            ("mirror", "外部计划镜像"),
                        ],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "编制中"),
                            ("proposed", "待审批"),
                            ("in_force", "执行中"),
                            ("superseded", "已被替代"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="版次")),
                ("start_at", models.DateTimeField(verbose_name="计划开始")),
                ("must_finish_at", models.DateTimeField(blank=True, null=True, verbose_name="必须完成")),
                ("data_date", models.DateTimeField(verbose_name="数据日期")),
                (
                    "progress_rule",
                    models.CharField(
                        choices=[("retained_logic", "保留逻辑关系"), ("override", "以实际进度为准")],
                        default="retained_logic",
                        max_length=16,
                    ),
                ),
                (
                    "critical_rule",
                    models.CharField(
                        choices=[("longest_path", "最长路径"), ("total_float", "总时差")],
                        default="longest_path",
                        max_length=14,
                        verbose_name="关键判定",
                    ),
                ),
                ("critical_float_min", models.IntegerField(default=0)),
                ("edited_no", models.PositiveIntegerField(default=1)),
                ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="最后编辑时间")),
                ("created_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("own", "平台编制"),
                            ("template", "模板生成"),
                            ("xer", "Primavera XER"),
                            ("p6xml", "Primavera P6 XML"),
                            ("mspdi", "Microsoft Project XML"),
                            ("mpp", "Microsoft Project MPP"),
                            ("sheet", "表格导入"),
                        ],
                        default="own",
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "source_name",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="来源文件"),
                ),
                ("source_facts", models.JSONField(blank=True, default=dict)),
                ("computed_no", models.PositiveIntegerField(default=0)),
                ("computed_at", models.DateTimeField(blank=True, null=True, verbose_name="计算时间")),
                ("finish_at", models.DateTimeField(blank=True, null=True, verbose_name="计算完工")),
                ("activity_count", models.PositiveIntegerField(default=0)),
                ("critical_count", models.PositiveIntegerField(default=0)),
                ("dangling_count", models.PositiveIntegerField(default=0)),
                ("proposed_at", models.DateTimeField(blank=True, null=True, verbose_name="报批时间")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                (
                    "return_reason",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="退回理由"),
                ),
                ("is_demo", models.BooleanField(default=False)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
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
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="最后编辑人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="projects.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报批人",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="lifecycle.schedule",
                    ),
                ),
                (
                    "source_file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "进度计划",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleActivity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="编号")),
                ("name", models.CharField(max_length=300, verbose_name="名称")),
                ("wbs_path", models.CharField(blank=True, default="", max_length=200, verbose_name="WBS")),
                ("level", models.PositiveSmallIntegerField(default=0)),
                ("order", models.PositiveIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("task", "任务"),
                            ("milestone", "里程碑"),
                            ("summary", "汇总"),
                            ("loe", "伴随性任务"),
                        ],
                        default="task",
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "milestone_side",
                    models.CharField(
                        blank=True,
                        choices=[("start", "开始里程碑"), ("finish", "完成里程碑")],
                        default="",
                        max_length=6,
                    ),
                ),
                ("duration_min", models.PositiveIntegerField(default=0, verbose_name="工期（分钟）")),
                ("remaining_min", models.PositiveIntegerField(default=0, verbose_name="剩余工期（分钟）")),
                (
                    "constraint_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "尽早开始"),
                            ("alap", "尽晚开始"),
                            ("start_on", "开始于"),
                            ("start_after", "不早于…开始"),
                            ("start_before", "不晚于…开始"),
                            ("finish_on", "完成于"),
                            ("finish_after", "不早于…完成"),
                            ("finish_before", "不晚于…完成"),
                            ("must_start", "强制开始"),
                            ("must_finish", "强制完成"),
                        ],
                        default="",
                        max_length=14,
                        verbose_name="限制",
                    ),
                ),
                ("constraint_at", models.DateTimeField(blank=True, null=True, verbose_name="限制日期")),
                (
                    "constraint2_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "尽早开始"),
                            ("alap", "尽晚开始"),
                            ("start_on", "开始于"),
                            ("start_after", "不早于…开始"),
                            ("start_before", "不晚于…开始"),
                            ("finish_on", "完成于"),
                            ("finish_after", "不早于…完成"),
                            ("finish_before", "不晚于…完成"),
                            ("must_start", "强制开始"),
                            ("must_finish", "强制完成"),
                        ],
                        default="",
                        max_length=14,
                    ),
                ),
                ("constraint2_at", models.DateTimeField(blank=True, null=True, verbose_name="第二限制日期")),
                ("deadline_at", models.DateTimeField(blank=True, null=True, verbose_name="最后期限")),
                ("early_start_at", models.DateTimeField(blank=True, null=True, verbose_name="最早开始")),
                ("early_finish_at", models.DateTimeField(blank=True, null=True, verbose_name="最早完成")),
                ("late_start_at", models.DateTimeField(blank=True, null=True, verbose_name="最迟开始")),
                ("late_finish_at", models.DateTimeField(blank=True, null=True, verbose_name="最迟完成")),
                (
                    "total_float_min",
                    models.IntegerField(blank=True, null=True, verbose_name="总时差（分钟）"),
                ),
                (
                    "free_float_min",
                    models.IntegerField(blank=True, null=True, verbose_name="自由时差（分钟）"),
                ),
                ("is_critical", models.BooleanField(default=False, verbose_name="关键")),
                ("is_on_longest_path", models.BooleanField(default=False)),
                ("percent", models.FloatField(default=0, verbose_name="完成 %")),
                (
                    "percent_kind",
                    models.CharField(
                        choices=[("physical", "形象进度"), ("duration", "工期比例"), ("units", "工程量比例")],
                        default="physical",
                        max_length=10,
                    ),
                ),
                (
                    "evidence_grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "未上报"),
                            ("A", "A 多方核对"),
                            ("B", "B 监理计量"),
                            ("C", "C 文件照片"),
                            ("D", "D 自报"),
                        ],
                        default="",
                        max_length=1,
                        verbose_name="证据等级",
                    ),
                ),
                ("actual_start_at", models.DateTimeField(blank=True, null=True, verbose_name="实际开始")),
                ("actual_finish_at", models.DateTimeField(blank=True, null=True, verbose_name="实际完成")),
                ("weight", models.FloatField(default=0, verbose_name="权重")),
                (
                    "budget_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="预算"),
                ),
                (
                    "actual_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="实际费用"),
                ),
                ("quantity", models.FloatField(blank=True, null=True, verbose_name="工程量")),
                (
                    "quantity_unit",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="计量单位"),
                ),
                ("source_uid", models.CharField(blank=True, default="", max_length=60)),
                ("source_row", models.JSONField(blank=True, default=dict)),
                (
                    "owner",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
                (
                    "responsible",
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
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="lifecycle.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务",
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleBaseline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="基准号")),
                ("name", models.CharField(max_length=120, verbose_name="基准")),
                ("frozen_at", models.DateTimeField(verbose_name="冻结时间")),
                ("document_no", models.CharField(blank=True, default="", max_length=80, verbose_name="文号")),
                ("is_imported", models.BooleanField(default=False)),
                ("finish_at", models.DateTimeField(blank=True, null=True, verbose_name="基准完工")),
                ("budget_yuan", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.evidence",
                        verbose_name="批准文件",
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="baselines",
                        to="lifecycle.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "基准计划",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleBaselineActivity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=300)),
                ("kind", models.CharField(max_length=10)),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="基准开始")),
                ("finish_at", models.DateTimeField(blank=True, null=True, verbose_name="基准完成")),
                ("duration_min", models.PositiveIntegerField(default=0)),
                ("weight", models.FloatField(default=0)),
                ("budget_yuan", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ("quantity", models.FloatField(blank=True, null=True)),
                ("quantity_unit", models.CharField(blank=True, default="", max_length=20)),
                ("is_critical", models.BooleanField(default=False)),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="baseline_rows",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
                (
                    "baseline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="lifecycle.schedulebaseline",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="日历代码")),
                ("name", models.CharField(max_length=120, verbose_name="日历")),
                ("week", models.JSONField()),
                ("exceptions", models.JSONField(blank=True, default=dict)),
                ("hours_per_day", models.FloatField(default=8, verbose_name="每日工时")),
                ("is_default", models.BooleanField(default=False)),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendars",
                        to="lifecycle.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "日历",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="scheduleactivity",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="lifecycle.schedulecalendar",
            ),
        ),
        migrations.CreateModel(
            name="ScheduleEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edited_no", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("changes", models.JSONField(default=list)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="编辑人",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="edits",
                        to="lifecycle.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "计划修改",
                "ordering": ["edited_no"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleLink",
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
                            ("FS", "完成—开始"),
                            ("SS", "开始—开始"),
                            ("FF", "完成—完成"),
                            ("SF", "开始—完成"),
                        ],
                        default="FS",
                        max_length=2,
                    ),
                ),
                ("lag_min", models.IntegerField(default=0)),
                (
                    "lag_calendar",
                    models.CharField(
                        choices=[
                            ("predecessor", "紧前任务日历"),
                            ("successor", "紧后任务日历"),
                            ("project", "计划默认日历"),
                            ("elapsed", "连续 24 小时"),
                        ],
                        default="predecessor",
                        max_length=12,
                    ),
                ),
                ("is_driving", models.BooleanField(default=False)),
                (
                    "predecessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_out",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="lifecycle.schedule",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_in",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
            ],
            options={
                "verbose_name": "逻辑关系",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateTimeField(verbose_name="截至")),
                ("percent", models.FloatField(verbose_name="完成 %")),
                ("remaining_min", models.PositiveIntegerField(verbose_name="剩余工期（分钟）")),
                ("actual_start_at", models.DateTimeField(blank=True, null=True, verbose_name="实际开始")),
                ("actual_finish_at", models.DateTimeField(blank=True, null=True, verbose_name="实际完成")),
                ("actual_yuan", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("A", "A 多方核对"),
                            ("B", "B 监理计量"),
                            ("C", "C 文件照片"),
                            ("D", "D 自报"),
                        ],
                        max_length=1,
                        verbose_name="证据等级",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="说明")),
                ("recorded_at", models.DateTimeField()),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填报人",
                    ),
                ),
                ("evidence", models.ManyToManyField(blank=True, related_name="+", to="core.evidence")),
            ],
            options={
                "verbose_name": "进度填报",
                "ordering": ["as_of", "id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleLevelling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "排队中"), ("done", "已算完"), ("failed", "未算成")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("from_on", models.DateField(verbose_name="起算日")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="算完时间")),
                ("status", models.CharField(blank=True, default="", max_length=12)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("problem", models.CharField(blank=True, default="", max_length=300)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                ("resources", models.ManyToManyField(related_name="+", to="lifecycle.scheduleresource")),
            ],
            options={
                "verbose_name": "资源平衡",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleDemand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.PositiveIntegerField(verbose_name="用量")),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="demands",
                        to="lifecycle.scheduleactivity",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="lifecycle.scheduleresource",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleSlip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("baseline_finish_at", models.DateTimeField(verbose_name="基准完成")),
                ("forecast_finish_at", models.DateTimeField(verbose_name="预测完成")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                (
                    "answer",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="原因与措施"),
                ),
                ("outcome", models.CharField(blank=True, default="", max_length=60)),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="lifecycle.scheduleactivity",
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
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="lifecycle.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "节点滞后",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(fields=["project", "status"], name="schedule_by_project"),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "proposed"), _negated=True), ("duty__isnull", False), _connector="OR"
                ),
                name="schedule_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="schedule_approved_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")),
                fields=("project", "name"),
                name="schedule_one_in_force_per_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "master"), ("status", "in_force")),
                fields=("project",),
                name="schedule_one_master_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulebaseline",
            constraint=models.UniqueConstraint(fields=("schedule", "number"), name="schedule_baseline_once"),
        ),
        migrations.AddConstraint(
            model_name="schedulebaseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_imported", True),
                    models.Q(("approved_by__isnull", False), ("document__isnull", False)),
                    _connector="OR",
                ),
                name="schedule_baseline_has_its_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulebaseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("frozen_by")), _negated=True),
                    _connector="OR",
                ),
                name="schedule_baseline_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulebaselineactivity",
            constraint=models.UniqueConstraint(
                fields=("baseline", "code"), name="schedule_baseline_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulecalendar",
            constraint=models.UniqueConstraint(fields=("schedule", "code"), name="schedule_calendar_once"),
        ),
        migrations.AddConstraint(
            model_name="schedulecalendar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("schedule",),
                name="schedule_one_default_calendar",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduleactivity",
            index=models.Index(fields=["schedule", "order"], name="schedule_activity_order"),
        ),
        migrations.AddIndex(
            model_name="scheduleactivity",
            index=models.Index(fields=["schedule", "is_critical"], name="schedule_activity_critical"),
        ),
        migrations.AddConstraint(
            model_name="scheduleactivity",
            constraint=models.UniqueConstraint(
                fields=("schedule", "code"), name="schedule_activity_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleactivity",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                name="schedule_activity_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleactivity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("actual_finish_at", None),
                    ("actual_finish_at__gte", models.F("actual_start_at")),
                    _connector="OR",
                ),
                name="schedule_activity_finished_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleedit",
            constraint=models.UniqueConstraint(fields=("schedule", "edited_no"), name="schedule_edit_once"),
        ),
        migrations.AddConstraint(
            model_name="schedulelink",
            constraint=models.UniqueConstraint(
                fields=("predecessor", "successor", "kind"), name="schedule_link_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedulelink",
            constraint=models.CheckConstraint(
                condition=models.Q(("predecessor", models.F("successor")), _negated=True),
                name="schedule_link_not_to_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduleprogress",
            index=models.Index(fields=["activity", "as_of"], name="schedule_progress_of"),
        ),
        migrations.AddConstraint(
            model_name="scheduleprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                name="schedule_progress_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledemand",
            constraint=models.UniqueConstraint(fields=("activity", "resource"), name="schedule_demand_once"),
        ),
        migrations.AddConstraint(
            model_name="scheduledemand",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="schedule_demand_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleslip",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at__isnull", False), ("duty__isnull", False), _connector="OR"),
                name="schedule_slip_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleslip",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("activity",), name="schedule_slip_one_open"
            ),
        ),
    ]
