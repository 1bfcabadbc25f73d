"""`lantu manage verify_duties`: every open object has its owner and clock, and the other way round."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties


class Command(BaseCommand):
    help = "核验责任：未办结的对象都有责任人和时限 / verify that every open object has an open duty"

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = list(verify_duties())
        for found in breaches:
            self.stdout.write(self.style.ERROR(f"{found.subject_type} {found.subject_id}：{found.problem}"))
        if breaches:
            self.stdout.write(self.style.ERROR(f"共 {len(breaches)} 处不符"))
            sys.exit(1)
        count = Duty.objects.filter(closed_at=None).count()
        self.stdout.write(self.style.SUCCESS(f"{count} 项未结责任全部核验一致"))
