"""The plan of a year, the reasons of a lamp as codes, and more of an import on its row."""

import django.db.models.deletion
from django.db import migrations, models

# Units are found by any part of their name when people look for projects.
ORGANISATION_INDEX = """
CREATE INDEX IF NOT EXISTS project_by_any_code_part ON projects_projectcode USING gin (code gin_trgm_ops);
CREATE INDEX IF NOT EXISTS organisation_by_name_part ON accounts_organisation USING gin (name gin_trgm_ops);
CREATE INDEX IF NOT EXISTS project_by_tag ON projects_project USING gin (tags jsonb_path_ops);
"""
UNDO = """
DROP INDEX IF EXISTS project_by_any_code_part; DROP INDEX IF EXISTS organisation_by_name_part;
DROP INDEX IF EXISTS project_by_tag;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_search_and_place")]

    operations = [
        migrations.CreateModel(
            name="YearPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField(verbose_name="年度")),
                (
                    "planned_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="年度计划投资"),
                ),
                (
                    "done_yuan",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="年度完成投资"),
                ),
                ("monthly_yuan", models.JSONField(blank=True, default=list, verbose_name="分月计划")),
                ("goal", models.CharField(blank=True, default="", max_length=300, verbose_name="年度目标")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="years", to="projects.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "年度投资计划",
                "ordering": ["year"],
                "indexes": [
                    models.Index(fields=["year", "project"], include=["planned_yuan", "done_yuan"], name="year_sums")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "year"), name="year_once_per_project"),
                    models.CheckConstraint(
                        condition=models.Q(("planned_yuan__gte", 0)), name="year_plan_not_negative"
                    ),
                ],
            },
        ),
        migrations.RunSQL(ORGANISATION_INDEX, UNDO),
    ]
