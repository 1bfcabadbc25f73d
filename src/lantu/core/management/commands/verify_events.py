"""`lantu manage verify_events`: walk every hash chain and name each tampered row."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lantu.core.models import Event
from lantu.core.services.verify_chain import verify_events


class Command(BaseCommand):
    help = "核验事件链：逐条重算指纹，指出被改动或缺失的记录 / verify the event hash chains"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", type=int, default=None, help="只核验一条链（项目编号，0 为全市）")

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = list(verify_events(options["chain"]))
        for found in breaks:
            self.stdout.write(
                self.style.ERROR(
                    f"链 {found.chain} 第 {found.seq} 条（事件 {found.event_id}）：{found.problem}"
                )
            )
        if breaks:
            self.stdout.write(self.style.ERROR(f"共 {len(breaks)} 处不符"))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"{Event.objects.count()} 条事件全部核验一致"))
