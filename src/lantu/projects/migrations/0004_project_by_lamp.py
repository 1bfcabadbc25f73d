"""The numbers on the lamps of a list are answered from this index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_year_plans_and_reasons")]

    operations = [
        migrations.AddIndex(
            "project", models.Index(fields=["lamp", "stage", "status"], name="project_by_lamp")
        ),
    ]
