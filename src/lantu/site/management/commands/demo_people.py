"""`lantu manage demo_people`: the demonstration's people take up and rectify new warnings after plausible hours."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from lantu.site.demo.crowd import act_once
from lantu.site.demo.trouble import make_trouble

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "演示城市的人员：按合理时长处置新预警 / the people of the demonstration city"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=20.0, help="每隔多少秒看一次待办")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("只在演示模式下运行（LANTU_DEMO=1）")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(options["every"]):
            close_old_connections()
            acted = act_once(now=timezone.now())
            make_trouble(now=timezone.now())
            if acted:
                log.info("demo_people_acted", steps=acted)
