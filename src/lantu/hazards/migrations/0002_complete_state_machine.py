import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_the_first_deadline(apps, schema_editor):
    """Nothing was extended before: the deadline in force is the original one."""
    apps.get_model("hazards", "Hazard").objects.exclude(due_at=None).update(original_due_at=models.F("due_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_grant_requests_and_sessions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('core', '0003_submissions'),
        ('duties', '0002_ladder_and_decisions'),
        ('hazards', '0001_initial'),
        ('monitoring', '0002_readings'),
        ('projects', '0004_project_by_lamp'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(choices=[('not_ours', '非本单位责任'), ('facts', '事实不符'), ('clause', '条款或等级适用不当'), ('duplicate', '与另一整改单重复')], max_length=10, verbose_name='异议类型')),
                ('reason', models.CharField(max_length=300, verbose_name='异议理由')),
                ('at', models.DateTimeField(verbose_name='提出时间')),
                ('outcome', models.CharField(blank=True, choices=[('upheld', '维持整改通知'), ('redirected', '改由其他单位整改'), ('withdrawn', '撤销整改通知')], default='', max_length=10, verbose_name='裁定')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='裁定理由')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='hazards.hazard')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'verbose_name': '整改异议',
                'ordering': ['at', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('hazard',), name='dispute_one_open_per_hazard'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='dispute_decided_by_another'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('order', '隐患整改通知单'), ('stop', '停工令'), ('resume', '复工令'), ('reply', '隐患整改回复单'), ('recheck', '隐患整改复查意见书'), ('listing', '重大事故隐患挂牌督办通知书'), ('closing', '隐患销号单')], max_length=8, verbose_name='文种')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('number', models.CharField(max_length=60, verbose_name='编号')),
                ('facts', models.JSONField()),
                ('content_sha256', models.CharField(max_length=64, verbose_name='内容指纹')),
                ('fonts', models.JSONField(default=dict, verbose_name='字体')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='hazards.hazard')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='生成人')),
                ('pdf', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.evidence')),
                ('word', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.evidence')),
            ],
            options={
                'verbose_name': '隐患文书',
                'ordering': ['kind', '-version'],
                'constraints': [
                    models.UniqueConstraint(fields=('hazard', 'kind', 'version'), name='document_version_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ExtensionConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('note', models.CharField(max_length=300, verbose_name='意见')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('extension', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.extension')),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='hazards.hazard')),
            ],
            options={
                'verbose_name': '延期同意',
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='督办编号')),
                ('authority', models.CharField(max_length=80, verbose_name='督办机关')),
                ('document_no', models.CharField(max_length=60, verbose_name='督办文号')),
                ('requirement', models.TextField(verbose_name='督办要求')),
                ('until', models.DateTimeField(verbose_name='督办期限')),
                ('at', models.DateTimeField(verbose_name='挂牌时间')),
                ('delisted_at', models.DateTimeField(blank=True, null=True, verbose_name='摘牌时间')),
                ('delist_document_no', models.CharField(blank=True, default='', max_length=60, verbose_name='摘牌文号')),
                ('delist_note', models.TextField(blank=True, default='', verbose_name='验收意见')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('delisted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='listings', to='hazards.hazard')),
            ],
            options={
                'verbose_name': '挂牌督办',
                'ordering': ['-at', '-id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('delisted_at', None)), fields=('hazard',), name='listing_one_in_force_per_hazard'),
                    models.CheckConstraint(condition=models.Q(('delisted_at', None), models.Q(models.Q(('delist_document_no', ''), _negated=True), ('delisted_by__isnull', False)), _connector='OR'), name='listing_ends_with_a_document'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LookBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window_days', models.PositiveSmallIntegerField(verbose_name='销号后天数')),
                ('closed_at', models.DateTimeField(verbose_name='销号时间')),
                ('why', models.CharField(choices=[('mandatory', '必查'), ('random', '随机抽查')], max_length=10, verbose_name='方式')),
                ('opened_at', models.DateTimeField(verbose_name='下达时间')),
                ('due_at', models.DateTimeField(verbose_name='时限')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                ('passed', models.BooleanField(blank=True, null=True, verbose_name='合格')),
                ('note', models.TextField(blank=True, default='', verbose_name='情况')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty')),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='look_backs', to='hazards.hazard')),
            ],
            options={
                'verbose_name': '回头看',
                'ordering': ['-opened_at', '-id'],
                'indexes': [
                    models.Index(fields=['done_at', 'due_at'], name='look_back_by_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hazard', 'closed_at', 'window_days'), name='look_back_once'),
                    models.CheckConstraint(condition=models.Q(('done_at__isnull', False), ('duty__isnull', False), _connector='OR'), name='look_back_open_has_a_duty'),
                    models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None), ('passed', None)), models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('passed__isnull', False)), _connector='OR'), name='look_back_done_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('series', 'year'), name='series_one_a_year'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.PositiveSmallIntegerField(verbose_name='次数')),
                ('goals', models.TextField(blank=True, default='', verbose_name='治理的目标和任务')),
                ('methods', models.TextField(verbose_name='采取的方法和措施')),
                ('resources', models.TextField(blank=True, default='', verbose_name='经费和物资的落实')),
                ('people', models.TextField(blank=True, default='', verbose_name='负责治理的机构和人员')),
                ('schedule', models.TextField(verbose_name='治理的时限和要求')),
                ('emergency', models.TextField(blank=True, default='', verbose_name='安全措施和应急预案')),
                ('finish_at', models.DateTimeField(verbose_name='计划完成时间')),
                ('at', models.DateTimeField(verbose_name='提交时间')),
                ('in_place', models.JSONField(default=list, verbose_name='五到位')),
                ('passed', models.BooleanField(blank=True, null=True, verbose_name='批准')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='', verbose_name='审查意见')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编制人')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='hazards.hazard')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'verbose_name': '整改方案',
                'ordering': ['no'],
                'constraints': [
                    models.UniqueConstraint(fields=('hazard', 'no'), name='plan_numbered_once'),
                    models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('by')), _negated=True), _connector='OR'), name='plan_decided_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('passed', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('passed__isnull', False)), _connector='OR'), name='plan_decided_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StopOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='停工令编号')),
                ('scope', models.CharField(choices=[('part', '局部停工'), ('whole', '全部停工')], max_length=5, verbose_name='停工范围')),
                ('area', models.CharField(blank=True, default='', max_length=160, verbose_name='停工部位')),
                ('reason', models.CharField(max_length=300, verbose_name='停工理由')),
                ('at', models.DateTimeField(verbose_name='停工时间')),
                ('resume_asked_at', models.DateTimeField(blank=True, null=True)),
                ('resume_text', models.TextField(blank=True, default='', verbose_name='复工条件落实情况')),
                ('resumed_at', models.DateTimeField(blank=True, null=True, verbose_name='复工时间')),
                ('resume_number', models.CharField(blank=True, default='', max_length=40, verbose_name='复工令编号')),
                ('resume_note', models.TextField(blank=True, default='', verbose_name='复工意见')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签发人')),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='hazards.hazard')),
                ('resume_asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复工申请人')),
                ('resumed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复工签发人')),
            ],
            options={
                'verbose_name': '停工令',
                'ordering': ['at', 'id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('resumed_at', None)), fields=('hazard',), name='stop_one_in_force_per_hazard'),
                    models.CheckConstraint(condition=models.Q(('resumed_by', None), models.Q(('resume_asked_by__isnull', False), models.Q(('resumed_by', models.F('resume_asked_by')), _negated=True)), _connector='OR'), name='stop_resumed_by_another'),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name='hazard', name='hazard_order_is_complete'),
        migrations.AddField(model_name='hazard', name='checked_by', field=models.CharField(blank=True, default='', max_length=160, verbose_name='检查人员')),
        migrations.AddField(model_name='hazard', name='extensions', field=models.PositiveSmallIntegerField(default=0, verbose_name='延期次数')),
        migrations.AddField(model_name='hazard', name='field', field=models.CharField(choices=[('safety', '安全'), ('quality', '质量'), ('environment', '环保')], default='safety', max_length=12, verbose_name='类别')),
        migrations.AddField(model_name='hazard', name='ifc_guid', field=models.CharField(blank=True, default='', max_length=22, verbose_name='模型构件 GlobalId')),
        migrations.AddField(model_name='hazard', name='last_closed_at', field=models.DateTimeField(blank=True, null=True, verbose_name='上次销号时间')),
        migrations.AddField(model_name='hazard', name='major_basis', field=models.TextField(blank=True, default='', verbose_name='重大隐患判定依据')),
        migrations.AddField(model_name='hazard', name='major_clause', field=models.CharField(blank=True, default='', max_length=20, verbose_name='重大隐患判定条款号')),
        migrations.AddField(model_name='hazard', name='order_type', field=models.CharField(choices=[('at_once', '责令立即改正'), ('in_time', '责令限期整改'), ('rework', '拆除返工'), ('stop_part', '局部停工整改'), ('stop_all', '全部停工整改'), ('penalty', '整改并移交处罚')], default='in_time', max_length=12, verbose_name='处理方式')),
        migrations.AddField(model_name='hazard', name='order_units', field=models.JSONField(blank=True, default=dict, verbose_name='责任各方')),
        migrations.AddField(model_name='hazard', name='original_due_at', field=models.DateTimeField(blank=True, null=True, verbose_name='原定期限')),
        migrations.AddField(model_name='hazard', name='penalty_note', field=models.CharField(blank=True, default='', max_length=200, verbose_name='处罚或移送')),
        migrations.AddField(model_name='hazard', name='pin', field=models.JSONField(blank=True, default=dict, verbose_name='图纸定位')),
        migrations.AddField(model_name='hazard', name='reopened_at', field=models.DateTimeField(blank=True, null=True, verbose_name='重新打开时间')),
        migrations.AddField(model_name='hazard', name='reopened_count', field=models.PositiveSmallIntegerField(default=0, verbose_name='复发次数')),
        migrations.AddField(model_name='hazard', name='source_inputs', field=models.JSONField(blank=True, default=dict, verbose_name='判定输入')),
        migrations.AddField(model_name='hazard', name='source_ref', field=models.CharField(blank=True, default='', max_length=80, verbose_name='来源对象')),
        migrations.AddField(model_name='hazard', name='sub_type', field=models.CharField(blank=True, default='', max_length=60, verbose_name='子类')),
        migrations.AddField(model_name='review', name='experts', field=models.JSONField(blank=True, default=list, verbose_name='参加专家')),
        migrations.AlterField(model_name='hazard', name='source', field=models.CharField(choices=[('warning', '监测预警'), ('inspection', '检查发现'), ('citizen', '群众反映'), ('manual', '人工登记'), ('patrol', '风险点巡查'), ('vehicle', '车辆监管'), ('camera', '智能识别')], max_length=12, verbose_name='来源')),
        migrations.AlterField(model_name='hazard', name='state', field=models.CharField(choices=[('detected', '待核实'), ('confirmed', '待派单'), ('ordered', '待签收'), ('accepted', '已签收'), ('disputed', '有异议，待裁定'), ('plan_submitted', '整改方案待审'), ('plan_approved', '整改方案已批'), ('rectifying', '整改中'), ('submitted', '待监理确认'), ('sv_confirmed', '待复查'), ('rechecked', '已复查'), ('returned', '已退回，重新整改'), ('closed', '已销号'), ('false_positive', '误报'), ('merged', '已合并'), ('void', '已作废')], default='detected', max_length=16, verbose_name='状态')),
        migrations.AddIndex(model_name='hazard', index=models.Index(fields=['original_due_at'], name='hazard_by_original_due')),
        migrations.RunPython(keep_the_first_deadline, migrations.RunPython.noop),
        migrations.AddConstraint(model_name='hazard', constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_at', None), ('order_no', ''), ('order_seq', None), ('ordered_at', None), ('original_due_at', None)), models.Q(('due_at__isnull', False), ('order_seq__isnull', False), ('order_year__isnull', False), ('ordered_at__isnull', False), ('original_due_at__isnull', False), ('rectifier_unit__isnull', False)), _connector='OR'), name='hazard_order_is_complete')),
        migrations.AddConstraint(model_name='hazard', constraint=models.CheckConstraint(condition=models.Q(('major_basis', ''), ('grade', 4), _connector='OR'), name='hazard_major_is_red')),
        migrations.AddConstraint(model_name='hazard', constraint=models.CheckConstraint(condition=models.Q(('extensions__lte', 2)), name='hazard_extended_twice_at_most')),
        migrations.AddConstraint(model_name='hazard', constraint=models.UniqueConstraint(condition=models.Q(('source_ref', ''), _negated=True), fields=('source_ref',), name='hazard_one_per_source')),
    ]
