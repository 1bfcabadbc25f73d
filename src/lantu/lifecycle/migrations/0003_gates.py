from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lifecycle", "0002_schedule_exchange")]
    operations: ClassVar = []
