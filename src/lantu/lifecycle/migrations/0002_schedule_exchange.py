from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("lifecycle", "0001_schedule"),
        ("core", "0003_submissions"),
        ("projects", "0003_year_plans_and_reasons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name='ScheduleImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('checking', '读取中'), ('choosing', '待选项目'), ('ready', '可导入'), ('rejected', '不能导入'), ('applying', '导入中'), ('applied', '已导入'), ('failed', '失败')], default='checking', max_length=10)),
                ('step', models.CharField(choices=[('reading', '读取文件'), ('computing', '核算日期'), ('comparing', '对比上一版'), ('storing', '写入镜像')], default='reading', max_length=10)),
                ('file_name', models.CharField(max_length=200, verbose_name='文件')),
                ('file_format', models.CharField(blank=True, default='', max_length=10)),
                ('encoding', models.CharField(blank=True, default='', max_length=20)),
                ('unended', models.BooleanField(default=False)),
                ('project_uid', models.CharField(blank=True, default='', max_length=60)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('rows_total', models.IntegerField(default=0)),
                ('rows_done', models.IntegerField(default=0)),
                ('report', models.JSONField(blank=True, default=dict)),
                ('difference', models.JSONField(blank=True, default=dict)),
                ('refusal', models.JSONField(blank=True, default=dict)),
                ('applied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.evidence')),
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.schedule', verbose_name='上一版镜像')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedule_imports', to='projects.project', verbose_name='项目')),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='lifecycle.schedule', verbose_name='镜像')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '进度计划导入',
                'ordering': ['-id'],
                'indexes': [
                    models.Index(fields=['project', '-id'], name='schedule_import_of'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'applied'), _negated=True), ('schedule__isnull', False), _connector='OR'), name='schedule_import_applied_has_its_mirror'),
                ],
            },
        ),
    ]
