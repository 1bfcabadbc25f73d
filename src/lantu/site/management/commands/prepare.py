"""`lantu manage prepare`: the preparing steps of a start in one process, each announced by a line of its own.

Each process of its own would spend seconds on reading the same code in again.
"""

from __future__ import annotations

import gc
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from lantu.runtime.steps import ANNOUNCED

# Garbage is looked for after so many new objects: these steps make very many, which hardly ever form rings.
RARELY = 100_000
STEPS = ("migrate", "load_city", "load_boundaries", "seed_demo")


class Command(BaseCommand):
    help = "依次执行启动前的各步 / the preparing steps of a start, one after the other"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("steps", nargs="+", choices=STEPS)

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["steps"]:
            self.stdout.write(f"{ANNOUNCED}{name}")
            self.stdout.flush()
            call_command(name, interactive=False) if name == "migrate" else call_command(name)
            # The history of the models that migrating builds is long, and stays: it need not be looked through again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(RARELY)
