"""`lantu manage readings_size`: bytes per reading, hot and cold; days sealed; what is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lantu.monitoring.telemetry.retention import policy
from lantu.monitoring.telemetry.sizes import Store, read_sizes


class Command(BaseCommand):
    help = "读数占用的磁盘：热、冷、汇总各多少字节每读数，封存到哪一天 / size of readings on disk"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--exact", action="store_true", help="逐行数热分区的读数（慢），而不用统计估计")

    def handle(self, *args: Any, **options: Any) -> None:
        found = read_sizes(now=timezone.now(), kept=policy(), exact=options["exact"])
        about = "" if options["exact"] else "约 "
        self._line(f"热（{found.hot_days} 个分区）", found.hot, about)
        self._line(f"冷（已封存 {found.days_sealed} 天）", found.cold)
        self._line("汇总（分、时、日）", found.rollups)
        self.stdout.write(
            f"封存范围 {found.first_sealed or '—'} … {found.last_sealed or '—'}，滞后 {found.lag_days} 天"
        )
        self.stdout.write(f"待封存 {len(found.due)} 天，其中 {len(found.late)} 天有后补数据")
        self.stdout.write(f"后补读数 {found.merged:,}，重复读数 {found.duplicates:,}")
        for broken in found.faults:
            self.stdout.write(self.style.ERROR(f"{broken.day} 未能封存：{broken.fault}"))

    def _line(self, name: str, store: Store, about: str = "") -> None:
        each = f"{store.per_reading:.2f} 字节/读数" if store.per_reading else "—"
        self.stdout.write(
            f"{name}：{store.size / 1024**2:,.1f} MiB，{about}{store.readings:,} 个读数，{each}"
        )
