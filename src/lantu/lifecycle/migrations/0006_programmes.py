# fmt: off
from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lifecycle", "0005_annual_plan"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='每月第一天', verbose_name='月份')),
                ('number', models.CharField(blank=True, default='', max_length=40, verbose_name='文号')),
                ('foreword', models.TextField(blank=True, default='', verbose_name='编者按')),
                ('state', models.CharField(choices=[('draft', '编制中'), ('submitted', '待签发'), ('issued', '已签发'), ('void', '已取消')], default='draft', max_length=10, verbose_name='状态')),
                ('created_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='送签时间')),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='签发时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('return_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='退回理由')),
                ('end_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='取消理由')),
                ('edited_no', models.PositiveIntegerField(default=1)),
                ('is_demo', models.BooleanField(default=False)),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人')),
                ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签发人')),
            ],
            options={
                'verbose_name': '月度通报',
                'ordering': ['-month', '-id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('month',), name='bulletin_once_a_month'),
                    models.CheckConstraint(condition=models.Q(('state__in', ('issued', 'void')), ('duty__isnull', False), _connector='OR'), name='bulletin_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(('signer', models.F('prepared_by')), _negated=True), name='bulletin_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'issued'), _negated=True), models.Q(models.Q(('number', ''), _negated=True), ('issued_at__isnull', False)), _connector='OR'), name='bulletin_issued_has_a_number'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='模板')),
                ('summary', models.TextField(blank=True, default='', verbose_name='适用范围')),
                ('sector', models.CharField(choices=[('industry', '产业'), ('transport', '交通'), ('municipal', '市政'), ('water', '水利'), ('energy', '能源'), ('livelihood', '民生'), ('housing', '住房与城市更新'), ('ecology', '生态环保')], max_length=12, verbose_name='领域')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='版本')),
                ('parts', models.JSONField(default=dict)),
                ('sha256', models.CharField(max_length=64)),
                ('removed', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', '编制中'), ('submitted', '待批准'), ('approved', '可用'), ('superseded', '已被新版取代'), ('void', '已取消')], default='draft', max_length=10, verbose_name='状态')),
                ('created_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('return_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='退回理由')),
                ('end_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='取消理由')),
                ('edited_no', models.PositiveIntegerField(default=1)),
                ('is_demo', models.BooleanField(default=False)),
                ('approver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='lifecycle.casetemplate')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_templates', to='projects.project')),
            ],
            options={
                'verbose_name': '经验模板',
                'ordering': ['-id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('approved', 'superseded', 'void')), ('duty__isnull', False), _connector='OR'), name='case_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(('approver', models.F('created_by')), _negated=True), name='case_two_people'),
                    models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('replaces',), name='case_replaced_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('preview_sha256', models.CharField(max_length=64)),
                ('made', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_uses', to='projects.project')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='lifecycle.casetemplate')),
            ],
            options={
                'verbose_name': '模板套用',
                'ordering': ['-id'],
                'constraints': [
                    models.UniqueConstraint(fields=('template', 'project'), name='case_used_once_per_project'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='行动计划')),
                ('summary', models.TextField(blank=True, default='', verbose_name='目标任务')),
                ('basis', models.CharField(blank=True, default='', max_length=200, verbose_name='依据文件')),
                ('starts_on', models.DateField(verbose_name='开始')),
                ('finishes_on', models.DateField(verbose_name='结束')),
                ('county_codes', models.JSONField(default=list, verbose_name='县市区')),
                ('geometry', models.JSONField(blank=True, null=True, verbose_name='范围（GeoJSON）')),
                ('lanes', models.JSONField(default=list, verbose_name='并行线')),
                ('state', models.CharField(choices=[('draft', '编制中'), ('submitted', '待批准'), ('in_force', '执行中'), ('finished', '已完成'), ('void', '已取消')], default='draft', max_length=10, verbose_name='状态')),
                ('created_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('return_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='退回理由')),
                ('end_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='结束说明')),
                ('edited_no', models.PositiveIntegerField(default=1)),
                ('is_demo', models.BooleanField(default=False)),
                ('approver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('lead_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='led_programmes', to='accounts.organisation', verbose_name='牵头单位')),
                ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='责任人')),
            ],
            options={
                'verbose_name': '行动计划',
                'ordering': ['-id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('finished', 'void')), ('duty__isnull', False), _connector='OR'), name='programme_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ('finished', 'void'))), models.Q(models.Q(('state__in', ('finished', 'void')), _negated=True), ('closed_at', None)), _connector='OR'), name='programme_closed_at_when_closed'),
                    models.CheckConstraint(condition=models.Q(models.Q(('approver', models.F('created_by')), _negated=True), models.Q(('approver', models.F('steward')), _negated=True)), name='programme_approver_is_another'),
                    models.CheckConstraint(condition=models.Q(('finishes_on__gt', models.F('starts_on'))), name='programme_ends_after_start'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='月份')),
                ('figures', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='说明')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核对人')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='lifecycle.programme')),
            ],
            options={
                'verbose_name': '月度核对',
                'ordering': ['-month', '-id'],
                'constraints': [
                    models.UniqueConstraint(fields=('programme', 'month'), name='programme_check_once_a_month'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeGoal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='目标')),
                ('lane', models.CharField(blank=True, default='', max_length=16, verbose_name='并行线')),
                ('unit', models.CharField(max_length=16, verbose_name='单位')),
                ('target', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='目标值')),
                ('measure', models.CharField(choices=[('manual', '按节点填报'), ('begun', '已开工成员（自动）'), ('finished', '已竣工成员（自动）'), ('invested', '成员累计完成投资（自动，万元）')], default='manual', max_length=10, verbose_name='取数')),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='lifecycle.programme')),
            ],
            options={
                'verbose_name': '目标',
                'ordering': ['order', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('programme', 'name'), name='programme_goal_once'),
                    models.CheckConstraint(condition=models.Q(('target__gt', 0)), name='programme_goal_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeGoalValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='截至')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='完成值')),
                ('note', models.CharField(max_length=200, verbose_name='依据')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='填报人')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='lifecycle.programmegoal')),
            ],
            options={
                'verbose_name': '目标完成值',
                'ordering': ['on', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='programme_value_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lane', models.CharField(max_length=16, verbose_name='并行线')),
                ('joined_on', models.DateField(verbose_name='纳入')),
                ('join_reason', models.CharField(max_length=300, verbose_name='纳入理由')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='退出')),
                ('leave_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='退出理由')),
                ('joined_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='纳入人')),
                ('left_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='退出办理人')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='lifecycle.programme')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programme_memberships', to='projects.project')),
            ],
            options={
                'verbose_name': '成员项目',
                'ordering': ['joined_on', 'id'],
                'indexes': [
                    models.Index(fields=['project'], name='programme_member_project'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('left_on', None)), fields=('programme', 'project'), name='programme_member_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('left_by', None), ('left_on', None)), models.Q(('left_by__isnull', False), ('left_on__gte', models.F('joined_on')), models.Q(('leave_reason', ''), _negated=True)), _connector='OR'), name='programme_member_leaves_with_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeMilestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='节点')),
                ('lane', models.CharField(max_length=16, verbose_name='并行线')),
                ('done_when', models.CharField(max_length=300, verbose_name='完成标准')),
                ('due_on', models.DateField(verbose_name='时限')),
                ('original_due_on', models.DateField(verbose_name='原定时限')),
                ('state', models.CharField(choices=[('pending', '未到达'), ('reported', '待确认'), ('done', '已完成'), ('dropped', '已取消')], default='pending', max_length=10, verbose_name='状态')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='完成日期')),
                ('report_text', models.CharField(blank=True, default='', max_length=300, verbose_name='完成情况')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='取消理由')),
                ('moves', models.PositiveSmallIntegerField(default=0, verbose_name='调整次数')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty', verbose_name='责任')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='责任人')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='lifecycle.programme')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project', verbose_name='项目')),
                ('reported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报告人')),
            ],
            options={
                'verbose_name': '共同节点',
                'ordering': ['due_on', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ('done', 'dropped')), ('duty__isnull', False), _connector='OR'), name='programme_milestone_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('reported_by')), _negated=True), _connector='OR'), name='programme_milestone_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('done_on__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='programme_milestone_done_has_a_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReportCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bulletin', '月度通报'), ('one_pager', '项目一页纸')], max_length=10, verbose_name='文种')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('facts', models.JSONField()),
                ('facts_en', models.JSONField()),
                ('sha256', models.CharField(max_length=64, verbose_name='内容指纹')),
                ('as_of', models.DateTimeField(verbose_name='数据截至')),
                ('bulletin', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='lifecycle.bulletin')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='生成人')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report_copies', to='projects.project')),
            ],
            options={
                'verbose_name': '报告存档',
                'ordering': ['-id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('bulletin__isnull', False), ('kind', 'bulletin'), ('project', None)), models.Q(('bulletin', None), ('kind', 'one_pager'), ('project__isnull', False)), _connector='OR'), name='report_copy_of_one_thing'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'bulletin')), fields=('bulletin', 'version'), name='bulletin_copy_version'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'one_pager')), fields=('project', 'version'), name='one_pager_copy_version'),
                ],
            },
        ),
        migrations.AddField(model_name='bulletin', name='copy', field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.reportcopy')),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(choices=[('docx', 'Word'), ('pdf', 'PDF')], max_length=4)),
                ('language', models.CharField(choices=[('zh-hans', '中文'), ('en', 'English')], max_length=7)),
                ('fonts', models.JSONField(default=dict)),
                ('content', models.FileField(upload_to='reports/%Y/%m')),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('copy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='lifecycle.reportcopy')),
            ],
            options={
                'verbose_name': '报告文件',
                'constraints': [
                    models.UniqueConstraint(fields=('copy', 'form', 'language'), name='report_file_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReportSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=16)),
                ('year', models.SmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('series', 'year'), name='report_series_once'),
                ],
            },
        ),
        migrations.AddConstraint(model_name='bulletin', constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'void')), ('copy__isnull', False), _connector='OR'), name='bulletin_frozen_before_signing')),
    ]
