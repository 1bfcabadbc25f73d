from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [("core", "__first__"), ("accounts", "__first__"), ("projects", "0004_project_by_lamp"), ("duties", "__first__")]
    operations: ClassVar = []
