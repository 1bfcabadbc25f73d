# fmt: off
from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Levelling proposals taken over into drafts."""

    dependencies: ClassVar = [
        ("lifecycle", "0006_programmes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ScheduleAdoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_draft", models.BooleanField(default=True)),
                ("edited_no", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("moves", models.JSONField(default=list)),
                ("adopted_at", models.DateTimeField(verbose_name="采纳时间")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                ("undo_reason", models.CharField(blank=True, default="", max_length=300)),
                ("adopted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="采纳人")),
                ("draft", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="lifecycle.schedule")),
                ("responsible", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="责任人")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="lifecycle.schedulelevelling")),
                ("schedule", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lifecycle.schedule")),
                ("undone_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="撤销人")),
            ],
            options={
                "verbose_name": "资源平衡采纳",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(condition=models.Q(("undone_at", None)), fields=("run", "schedule"), name="schedule_adoption_once")],
            },
        ),
    ]
