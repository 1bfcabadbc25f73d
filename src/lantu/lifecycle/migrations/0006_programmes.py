from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lifecycle", "0005_annual_plan")]
    operations: ClassVar = []
