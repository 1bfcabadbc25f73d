"""``lantu manage load_boundaries [FILE]``: county outlines into the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lantu.core.refusals import Refused
from lantu.gis.services.load_boundaries import load_boundaries


class Command(BaseCommand):
    help = "Load county outlines from the GeoJSON of the front-end build (or FILE)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_boundaries(now=timezone.now(), path=options["file"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{loaded.districts} outlines, repaired: {'、'.join(loaded.repaired) or '—'}")
        if loaded.without_outline:
            self.stdout.write(f"without outline: {'、'.join(loaded.without_outline)}")
