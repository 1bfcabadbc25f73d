from __future__ import annotations

from typing import ClassVar

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Versions are for ever: what was issued is what the year is judged against.
SQL = """
CREATE FUNCTION lifecycle_plan_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '计划版次不能修改或删除 (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER lifecycle_planversion_frozen BEFORE UPDATE OR DELETE ON lifecycle_planversion
  FOR EACH ROW EXECUTE FUNCTION lifecycle_plan_version_is_frozen();
CREATE TRIGGER lifecycle_planversionitem_frozen BEFORE UPDATE OR DELETE ON lifecycle_planversionitem
  FOR EACH ROW EXECUTE FUNCTION lifecycle_plan_version_is_frozen();
"""
UNDO = """
DROP TRIGGER lifecycle_planversionitem_frozen ON lifecycle_planversionitem;
DROP TRIGGER lifecycle_planversion_frozen ON lifecycle_planversion;
DROP FUNCTION lifecycle_plan_version_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0002_grant_requests_and_sessions"),
        ("core", "0003_submissions"),
        ("duties", "0001_initial"),
        ("projects", "0003_year_plans_and_reasons"),
        ("lifecycle", "0004_checklists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name='AnnualPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.SmallIntegerField(unique=True, verbose_name='年度')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('state', models.CharField(choices=[('collecting', '征集申报'), ('balancing', '综合平衡'), ('consulting', '征求意见'), ('submitted', '送审'), ('issued', '已下达'), ('appraised', '已考核')], default='collecting', max_length=12, verbose_name='状态')),
                ('limits', models.JSONField(default=dict, verbose_name='约束')),
                ('area_least', models.JSONField(blank=True, default=dict, verbose_name='县市区最少项目数')),
                ('chosen', models.JSONField(blank=True, default=list)),
                ('edited_no', models.PositiveIntegerField(default=1)),
                ('document_no', models.CharField(blank=True, default='', max_length=40, verbose_name='文号')),
                ('meeting', models.CharField(blank=True, default='', max_length=200, verbose_name='审议会议')),
                ('opened_at', models.DateTimeField()),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='下达时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('is_demo', models.BooleanField(default=False)),
                ('approver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审定人')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('keeper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人')),
            ],
            options={
                'verbose_name': '年度计划',
                'ordering': ['-year'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('appraised',)), ('duty__isnull', False), _connector='OR'), name='plan_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(('keeper', models.F('approver')), _negated=True), name='plan_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['issued', 'appraised']), _negated=True), models.Q(models.Q(('document_no', ''), _negated=True), ('issued_at__isnull', False)), _connector='OR'), name='plan_issued_with_number'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200)),
                ('started_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('headings', models.JSONField(default=list)),
                ('rows', models.JSONField(default=list)),
                ('columns', models.JSONField(default=dict)),
                ('title_row', models.PositiveIntegerField(default=1)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='lifecycle.annualplan')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导入人')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='提请核对时间')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.evidence')),
                ('document_no', models.CharField(blank=True, default='', max_length=40, verbose_name='文号')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('enters_as', models.CharField(choices=[('reserve', '入库储备：还没有申报'), ('proposed', '申报待初审：还要经过初审和会审'), ('balanced', '综合平衡：初审会审已在线下完成'), ('issued', '已下达：文件已印发，凭文件补录')], default='balanced', max_length=10, verbose_name='导入为')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='成文日期')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='退回说明')),
            ],
            options={
                'verbose_name': '计划导入',
                'ordering': ['-id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('asked_at__isnull', True), ('applied_at__isnull', False), ('duty__isnull', False), _connector='OR'), name='plan_import_asked_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(models.Q(('enters_as', 'issued'), _negated=True), ('asked_at__isnull', True), models.Q(models.Q(('document_no', ''), _negated=True), ('document__isnull', False), ('issued_on__isnull', False)), _connector='OR'), name='plan_import_recorded_with_document'),
                    models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('started_by')), _negated=True), _connector='OR'), name='plan_import_two_people'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=64)),
                ('columns', models.JSONField(default=dict)),
                ('units', models.JSONField(blank=True, default=dict)),
                ('used_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'verbose_name': '列对应',
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'signature'), name='plan_mapping_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('idea', '谋划'), ('reserve', '入库储备'), ('proposed', '申报待初审'), ('checked', '初审通过'), ('element_review', '要素会审'), ('expert_review', '专家论证'), ('balanced', '综合平衡'), ('consulted', '征求意见'), ('submitted', '送审'), ('issued', '已下达'), ('adjusted', '年中已调整'), ('appraised', '已考核'), ('carried', '结转'), ('done', '竣工'), ('exited', '退出'), ('returned', '已退回')], default='idea', max_length=14, verbose_name='状态')),
                ('code', models.CharField(max_length=24, verbose_name='项目代码')),
                ('name', models.CharField(max_length=160, verbose_name='项目名称')),
                ('category', models.CharField(choices=[('government', '政府投资'), ('enterprise', '企业投资'), ('special_bond', '专项债'), ('central_budget', '中央预算内'), ('concession', '特许经营')], max_length=16, verbose_name='投资类别')),
                ('plan_class', models.CharField(choices=[('new_start', '新开工'), ('continuing', '续建'), ('completing', '竣工'), ('reserve', '储备')], max_length=12, verbose_name='计划类别')),
                ('sector', models.CharField(choices=[('industry', '产业'), ('transport', '交通'), ('municipal', '市政'), ('water', '水利'), ('energy', '能源'), ('livelihood', '民生'), ('housing', '住房与城市更新'), ('ecology', '生态环保')], max_length=12, verbose_name='领域')),
                ('industry_code', models.CharField(blank=True, default='', max_length=6, verbose_name='行业（GB/T 4754）')),
                ('area_code', models.CharField(max_length=6, verbose_name='县市区')),
                ('geometry', models.JSONField(blank=True, null=True, verbose_name='位置（GeoJSON）')),
                ('lon', models.FloatField(blank=True, null=True)),
                ('lat', models.FloatField(blank=True, null=True)),
                ('summary', models.TextField(blank=True, default='', verbose_name='建设内容及规模')),
                ('content_scale', models.JSONField(blank=True, default=list, verbose_name='规模明细')),
                ('total_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='总投资')),
                ('works_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='其中工程费')),
                ('land_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='其中征迁费')),
                ('other_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='其中其他费')),
                ('funds', models.JSONField(default=list, verbose_name='资金来源')),
                ('annual_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='年度投资')),
                ('monthly_yuan', models.JSONField(default=list, verbose_name='分月投资')),
                ('annual_goal', models.CharField(blank=True, default='', max_length=300, verbose_name='年度目标')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='计划开工')),
                ('finishes_on', models.DateField(blank=True, null=True, verbose_name='计划竣工')),
                ('approvals', models.JSONField(blank=True, default=list, verbose_name='审批办理情况')),
                ('land_mu', models.PositiveIntegerField(default=0, verbose_name='用地（亩）')),
                ('energy_tce', models.PositiveIntegerField(default=0, verbose_name='能耗（tce）')),
                ('targets', models.JSONField(blank=True, default=list, verbose_name='绩效目标')),
                ('public_summary', models.TextField(blank=True, default='', verbose_name='公开简介')),
                ('must', models.BooleanField(default=False, verbose_name='必保')),
                ('group', models.CharField(blank=True, default='', max_length=40, verbose_name='互斥组')),
                ('benefit', models.JSONField(blank=True, default=dict, verbose_name='效益评分')),
                ('expert_note', models.CharField(blank=True, default='', max_length=500, verbose_name='论证意见')),
                ('score', models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name='准入得分')),
                ('score_lines', models.JSONField(blank=True, default=list)),
                ('score_rule', models.CharField(blank=True, default='', max_length=40)),
                ('returned_from', models.CharField(blank=True, default='', max_length=14)),
                ('return_code', models.CharField(blank=True, default='', max_length=20, verbose_name='退回原因')),
                ('return_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='退回说明')),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('source_row', models.PositiveIntegerField(blank=True, null=True)),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('expert', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='论证专家')),
                ('lead_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='责任部门')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='责任领导')),
                ('owner_org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='建设单位')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='lifecycle.annualplan')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_proposals', to='projects.project')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申报人')),
            ],
            options={
                'verbose_name': '计划申报',
                'ordering': ['plan', 'area_code', 'id'],
                'indexes': [
                    models.Index(fields=['plan', 'state'], name='plan_proposal_by_state'),
                    models.Index(fields=['plan', 'area_code'], name='plan_proposal_by_area'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('appraised', 'carried', 'done', 'exited')), ('state__in', ('balanced', 'consulted', 'submitted', 'issued', 'adjusted')), ('duty__isnull', False), _connector='OR'), name='plan_proposal_open_has_a_duty'),
                    models.UniqueConstraint(fields=('plan', 'code'), name='plan_code_once_a_year'),
                    models.UniqueConstraint(condition=models.Q(('project__isnull', False)), fields=('plan', 'project'), name='plan_project_once_a_year'),
                    models.CheckConstraint(condition=models.Q(('category__in', ['government', 'enterprise', 'special_bond', 'central_budget', 'concession'])), name='plan_category_is_one'),
                    models.CheckConstraint(condition=models.Q(('plan_class__in', ['new_start', 'continuing', 'completing', 'reserve'])), name='plan_class_is_one'),
                    models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='plan_has_a_code'),
                    models.CheckConstraint(condition=models.Q(('annual_yuan__gte', 0), ('annual_yuan__lte', models.F('total_yuan'))), name='plan_annual_within_total'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanElementReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('element', models.CharField(max_length=20, verbose_name='要素')),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('verdict', models.CharField(choices=[('pending', '待会审'), ('met', '已落实'), ('conditional', '可落实'), ('unmet', '不落实')], default='pending', max_length=12, verbose_name='意见')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='说明')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('void', models.BooleanField(default=False)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签署人')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='会审人')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='lifecycle.planproposal')),
            ],
            options={
                'verbose_name': '要素会审',
                'ordering': ['id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'pending'), _negated=True), ('void', True), ('duty__isnull', False), _connector='OR'), name='plan_review_open_has_a_duty'),
                    models.UniqueConstraint(fields=('proposal', 'element', 'round'), name='plan_element_once'),
                    models.CheckConstraint(condition=models.Q(('verdict', 'pending'), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='plan_review_decided_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版次')),
                ('kind', models.CharField(choices=[('balanced', '平衡稿'), ('consulted', '征求意见稿'), ('submitted', '送审稿'), ('issued', '下达'), ('adjusted', '年中调整'), ('appraised', '年终考核')], max_length=12, verbose_name='类别')),
                ('made_at', models.DateTimeField(verbose_name='时间')),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='说明')),
                ('document_no', models.CharField(blank=True, default='', max_length=40, verbose_name='文号')),
                ('limits', models.JSONField(default=dict)),
                ('totals', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('moves', models.JSONField(default=list)),
                ('fingerprint', models.CharField(max_length=64)),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.evidence')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='制作人')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='lifecycle.annualplan')),
            ],
            options={
                'verbose_name': '计划版次',
                'ordering': ['plan', '-number'],
                'constraints': [
                    models.UniqueConstraint(fields=('plan', 'number'), name='plan_version_number_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['issued', 'adjusted']), _negated=True), models.Q(('document_no', ''), _negated=True), _connector='OR'), name='plan_adjusted_with_document'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanVersionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24)),
                ('name', models.CharField(max_length=160)),
                ('area_code', models.CharField(max_length=6)),
                ('category', models.CharField(choices=[('government', '政府投资'), ('enterprise', '企业投资'), ('special_bond', '专项债'), ('central_budget', '中央预算内'), ('concession', '特许经营')], max_length=16)),
                ('plan_class', models.CharField(choices=[('new_start', '新开工'), ('continuing', '续建'), ('completing', '竣工'), ('reserve', '储备')], max_length=12)),
                ('chosen', models.BooleanField(default=True)),
                ('total_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='总投资')),
                ('annual_yuan', models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name='年度投资')),
                ('monthly_yuan', models.JSONField(default=list)),
                ('annual_goal', models.CharField(blank=True, default='', max_length=300)),
                ('uses', models.JSONField(default=dict)),
                ('score', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='缘由')),
                ('issued_yuan', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ('done_yuan', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('carried', '结转下年'), ('done', '竣工'), ('exited', '退出')], default='', max_length=10)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='lifecycle.planproposal')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='lifecycle.planversion')),
            ],
            options={
                'verbose_name': '版次项目',
                'ordering': ['area_code', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'proposal'), name='plan_item_once'),
                    models.UniqueConstraint(fields=('version', 'code'), name='plan_item_code_once'),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
