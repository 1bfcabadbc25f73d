"""`lantu manage readings_retention`: drop months of readings and roll-ups beyond the time they are kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lantu.monitoring.telemetry.retention import Expired, drop_expired, expired, policy


class Command(BaseCommand):
    help = "删除超过保存期限的月份（只删已封存的） / drop months beyond retention, sealed ones only"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只列出将删除的月份")

    def handle(self, *args: Any, **options: Any) -> None:
        now, kept = timezone.now(), policy()
        self.stdout.write(f"读数保存 {kept.readings or '永久'} 天，汇总保存 {kept.rollups or '永久'} 天")
        found = expired(now=now, kept=kept) if options["dry_run"] else drop_expired(now=now, kept=kept)
        for month in found:
            self._tell(month)
        if not found:
            self.stdout.write("没有超过期限的月份")

    def _tell(self, month: Expired) -> None:
        waits = f"，等待 {month.waits_for} 的后补数据封存" if month.waits_for else ""
        self.stdout.write(f"{month.table}：{month.readings:,} 个读数，{month.size / 1024**2:,.1f} MiB{waits}")
