"""`manage run_mqtt_auth`: the door of the service that tells NATS who a device is."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lantu.monitoring.ingest.mqtt_auth import run


class Command(BaseCommand):
    help = "Answer the broker's question whether a device may connect, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        seed_file = os.environ.get("LANTU_NATS_ISSUER_SEED_FILE", "")
        if not settings.NATS_URL or not seed_file:
            raise CommandError(
                "LANTU_NATS_URL and LANTU_NATS_ISSUER_SEED_FILE must be set (lantu up does it)."
            )
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(
            settings.NATS_URL,
            seed=Path(seed_file).read_text().strip(),
            clock=lambda: int(timezone.now().timestamp()),
            stop=stop,
        )
