"""`manage run_ingest`: the door of the ingest worker."""

from __future__ import annotations

import gc
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from lantu.monitoring.ingest.loop import run
from lantu.monitoring.ingest.shares import parse

YOUNG_OBJECTS = 100_000


class Command(BaseCommand):
    help = "Store telemetry from the stream and judge it, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--share", type=int, default=0, help="which share of the projects, from 0 (default: 0)"
        )
        parser.add_argument(
            "--of", type=int, default=1, help="how many workers share the stream (default: 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NATS_URL:
            raise CommandError("LANTU_NATS_URL is not set: there is no stream to read.")
        try:
            share = parse(options["share"], options["of"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        # Alerts carry links: load the URL table now, not inside the first alert's transaction.
        reverse("monitoring:alerts")
        # What is loaded now stays for good, and a batch makes thousands of small objects that die with it:
        # the collector need neither walk through the one nor run in the midst of the other.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, 20, 50)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(settings.NATS_URL, share=share, clock=timezone.now, stop=stop)
