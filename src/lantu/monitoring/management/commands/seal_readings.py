"""`lantu manage seal_readings`: seal closed days now instead of waiting for the hourly job."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.retention import policy
from lantu.monitoring.telemetry.seal import due_days, seal_due


class Command(BaseCommand):
    help = "封存已结束的监测日：逐日合并、写入、核对后删除热分区 / seal closed days of readings into the cold store"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hot-days", type=int, help="保留多少天不封存（默认按环境变量）")
        parser.add_argument("--limit", type=float, help="最多用多少秒，到时做完手头一天就停")
        parser.add_argument("--dry-run", action="store_true", help="只列出待封存的日期")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        hot = policy().hot if options["hot_days"] is None else options["hot_days"]
        # Today and what is still to come stay hot whatever is asked.
        hot = max(hot, 1)
        if options["dry_run"]:
            for day in due_days(now=now, keep_hot=hot):
                self.stdout.write(str(day))
            return
        for report in seal_due(now=now, keep_hot=hot, limit_s=options["limit"]):
            self.stdout.write(
                f"{report.day}  写入 {report.readings:,}  后补 {report.merged:,}  重复 {report.duplicates:,}"
            )
        faults = SealedDay.objects.exclude(fault="")
        for broken in faults:
            self.stdout.write(self.style.ERROR(f"{broken.day}  {broken.fault}"))
        if faults:
            sys.exit(1)
