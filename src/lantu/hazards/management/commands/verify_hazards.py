"""`lantu manage verify_hazards`: rebuild every hazard from its events and compare."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lantu.hazards.models import Hazard
from lantu.hazards.verify import verify_hazards


class Command(BaseCommand):
    help = "核对隐患与事件是否一致 / rebuild every hazard from its events and compare with the row"

    def handle(self, *args: Any, **options: Any) -> None:
        problems = verify_hazards()
        for line in problems:
            self.stderr.write(line)
        if problems:
            raise CommandError(f"{len(problems)} 处不一致")
        self.stdout.write(self.style.SUCCESS(f"{Hazard.objects.count()} 条隐患与事件一致"))
