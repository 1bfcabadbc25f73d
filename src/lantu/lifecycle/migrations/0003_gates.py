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
        ("lifecycle", "0002_schedule_exchange"),
        ("projects", "0004_project_by_lamp"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="GatePlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("template", models.CharField(max_length=20, verbose_name="模板")),
                ("template_version", models.CharField(max_length=40, verbose_name="模板版本")),
                ("links", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField(verbose_name="建立时间")),
                ("permit_on", models.DateField(blank=True, null=True, verbose_name="施工许可日期")),
                ("permit_waived", models.BooleanField(default=False)),
                ("statistics_on", models.DateField(blank=True, null=True, verbose_name="入统日期")),
                ("has_statistics_step", models.BooleanField(default=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="建立人",
                    ),
                ),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_plan",
                        to="projects.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "关口计划",
            },
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("initiation", "立项"),
                            ("design", "设计"),
                            ("tender", "招标"),
                            ("construction", "施工"),
                            ("acceptance", "验收"),
                            ("operation", "运营"),
                        ],
                        max_length=14,
                        verbose_name="关口",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("after", models.JSONField(blank=True, default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not_started", "未开始"),
                            ("preparing", "准备中"),
                            ("submitted", "已提交"),
                            ("reviewing", "审查中"),
                            ("returned", "已退回"),
                            ("passed", "已通过"),
                            ("conditional", "容缺通过"),
                            ("held", "暂缓"),
                            ("rejected", "不予通过"),
                            ("suspended", "停缓建"),
                            ("cancelled", "已取消"),
                            ("reopened", "重新打开"),
                        ],
                        default="not_started",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "stood_at",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_started", "未开始"),
                            ("preparing", "准备中"),
                            ("submitted", "已提交"),
                            ("reviewing", "审查中"),
                            ("returned", "已退回"),
                            ("passed", "已通过"),
                            ("conditional", "容缺通过"),
                            ("held", "暂缓"),
                            ("rejected", "不予通过"),
                            ("suspended", "停缓建"),
                            ("cancelled", "已取消"),
                            ("reopened", "重新打开"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("due_on", models.DateField(verbose_name="时限")),
                ("original_due_on", models.DateField(verbose_name="原定时限")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="启动时间")),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                ("passed_on", models.DateField(blank=True, null=True, verbose_name="通过日期")),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="意见")),
                (
                    "document_no",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="决定文号"),
                ),
                ("hard_missing", models.PositiveSmallIntegerField(default=0)),
                ("soft_missing", models.PositiveSmallIntegerField(default=0)),
                (
                    "lamp",
                    models.CharField(
                        choices=[
                            ("green", "正常"),
                            ("yellow", "关注"),
                            ("red", "滞后或有重大风险"),
                            ("grey", "无数据"),
                        ],
                        default="grey",
                        max_length=6,
                        verbose_name="灯色",
                    ),
                ),
                ("lamp_codes", models.JSONField(blank=True, default=list)),
                ("lamp_rule", models.CharField(blank=True, default="", max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
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
                        verbose_name="决定人",
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
                    "keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="把关人",
                    ),
                ),
                (
                    "lead_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="牵头单位",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates",
                        to="projects.project",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates",
                        to="lifecycle.gateplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "关口",
                "ordering": ["project_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="GateStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("label", models.CharField(max_length=80, verbose_name="要件")),
                ("label_en", models.CharField(blank=True, default="", max_length=120)),
                ("lane", models.CharField(max_length=20)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("hard", models.BooleanField(default=True, verbose_name="必备")),
                ("may_wait", models.BooleanField(default=False, verbose_name="可容缺")),
                ("source", models.CharField(default="upload", max_length=10)),
                ("term", models.CharField(max_length=8, verbose_name="办理时限")),
                ("basis", models.CharField(blank=True, default="", max_length=120, verbose_name="依据")),
                ("due_on", models.DateField(verbose_name="时限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("missing", "待取得"),
                            ("applied", "办理中"),
                            ("returned", "待补正"),
                            ("confirmed", "已确认"),
                            ("waived", "不适用"),
                        ],
                        default="missing",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="申请时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("evidence_on", models.DateField(blank=True, null=True, verbose_name="文件日期")),
                ("took_days", models.FloatField(blank=True, null=True, verbose_name="办理工作日")),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="说明")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "applied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
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
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="lifecycle.gate"
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_steps",
                        to="projects.project",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="办理单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "关口要件",
                "ordering": ["gate_id", "order"],
            },
        ),
        migrations.CreateModel(
            name="GateDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, default="", max_length=80, verbose_name="文号")),
                ("issuer", models.CharField(max_length=120, verbose_name="签发单位")),
                ("issued_on", models.DateField(verbose_name="签发日期")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="有效期至")),
                (
                    "source",
                    models.CharField(
                        choices=[("upload", "上传"), ("reference", "登记文号"), ("registry", "按代码取得")],
                        max_length=10,
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.evidence",
                        verbose_name="文件",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="lifecycle.gatestep",
                    ),
                ),
            ],
            options={
                "verbose_name": "要件文件",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="GateCondition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="条件")),
                ("due_on", models.DateField(verbose_name="时限")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待补齐"), ("met", "已补齐"), ("lapsed", "已失效")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("set_at", models.DateTimeField()),
                ("met_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="说明")),
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
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="lifecycle.gate",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "met_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_conditions",
                        to="projects.project",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="lifecycle.gatestep",
                    ),
                ),
            ],
            options={
                "verbose_name": "容缺条件",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="GateTender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="标段")),
                (
                    "kind",
                    models.CharField(
                        choices=[("works", "施工"), ("goods", "货物"), ("services", "勘察设计监理服务")],
                        default="works",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("open", "公开招标"), ("invited", "邀请招标"), ("direct", "直接发包")],
                        default="open",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("winner", models.CharField(blank=True, default="", max_length=120, verbose_name="中标人")),
                ("dates", models.JSONField(blank=True, default=dict)),
                ("amounts", models.JSONField(blank=True, default=dict)),
                ("explanations", models.JSONField(blank=True, default=dict)),
                ("rule_version", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenders",
                        to="projects.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "招标记录",
                "ordering": ["project_id", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(fields=["state", "due_on"], name="gate_by_state"),
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(fields=["stage", "lamp"], name="gate_by_lamp"),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.UniqueConstraint(fields=("project", "stage"), name="gate_once_per_stage"),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("not_started", "passed", "conditional", "rejected", "cancelled")),
                    ("duty__isnull", False),
                    _connector="OR",
                ),
                name="gate_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("passed", "conditional")), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False), ("hard_missing", 0), ("passed_on__isnull", False)
                    ),
                    models.Q(
                        ("decided_at__isnull", False), ("passed_on__isnull", False), ("state", "conditional")
                    ),
                    _connector="OR",
                ),
                name="gate_passed_has_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    ("submitted_by", None),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="gate_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="gate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("suspended", "cancelled")), _negated=True),
                    models.Q(("document_no", ""), _negated=True),
                    _connector="OR",
                ),
                name="gate_stopped_by_document",
            ),
        ),
        migrations.AddIndex(
            model_name="gatestep",
            index=models.Index(fields=["unit", "state"], name="gate_step_by_unit"),
        ),
        migrations.AddIndex(
            model_name="gatestep",
            index=models.Index(
                condition=models.Q(("took_days__isnull", False)),
                fields=["code", "unit"],
                include=("took_days",),
                name="gate_step_durations",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatestep",
            constraint=models.UniqueConstraint(fields=("project", "code"), name="gate_step_once"),
        ),
        migrations.AddConstraint(
            model_name="gatestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "applied"), _negated=True), ("duty__isnull", False), _connector="OR"
                ),
                name="gate_step_applied_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "confirmed"), _negated=True),
                    ("evidence_on__isnull", False),
                    _connector="OR",
                ),
                name="gate_step_confirmed_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    ("applied_by", None),
                    models.Q(("confirmed_by", models.F("applied_by")), _negated=True),
                    _connector="OR",
                ),
                name="gate_step_ticked_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("evidence__isnull", False), models.Q(("number", ""), _negated=True), _connector="OR"
                ),
                name="gate_document_proves",
            ),
        ),
        migrations.AddIndex(
            model_name="gatecondition",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_on"], name="gate_condition_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="gatecondition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("met", "lapsed")), ("duty__isnull", False), _connector="OR"
                ),
                name="gate_condition_open_has_a_duty",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatecondition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("met_by", None), models.Q(("met_by", models.F("holder")), _negated=True), _connector="OR"
                ),
                name="gate_condition_met_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatetender",
            constraint=models.UniqueConstraint(
                fields=("project", "name"), name="gate_tender_once_per_section"
            ),
        ),
    ]
