"""`lantu manage load_city`: take the national pack and the city's pack over; repeatable."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from lantu.packs.load import city, national
from lantu.site.city import load_city


class Command(BaseCommand):
    help = "载入国家规则包与城市包：单位、人员、设备类型、规则 / load the national pack and the city pack"

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("LANTU_DEMO_PASSWORD") if settings.DEMO else None
        loaded = load_city(national(), city(settings.CITY_PACK), now=timezone.now(), password=password)
        self.stdout.write(
            f"已载入：单位 {loaded.units} 个、人员 {loaded.people} 名、"
            f"设备类型 {loaded.device_types} 种、规则 {loaded.rules} 条"
        )
