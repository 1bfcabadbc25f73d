"""`lantu manage seed_demo`: make the demonstration city's past, once."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lantu.duties.models import Notice
from lantu.duties.services.seen import mark_notices_seen
from lantu.packs.load import city
from lantu.projects.models import Project
from lantu.site.demo.annual_plan import put_annual_plans
from lantu.site.demo.checklists import put_checklists
from lantu.site.demo.county import put_county_stations
from lantu.site.demo.cranes import put_crane_group
from lantu.site.demo.desk import put_desk
from lantu.site.demo.double_prevention import put_double_prevention
from lantu.site.demo.gates import put_gates
from lantu.site.demo.grave import put_grave
from lantu.site.demo.history import Agenda, World, play, put_projects, whole_or_not_at_all
from lantu.site.demo.kept import put_kept_submission
from lantu.site.demo.limits import put_limits
from lantu.site.demo.past_month import put_past_month
from lantu.site.demo.programmes import put_case, put_programme
from lantu.site.demo.schedule_files import put_schedule_files
from lantu.site.demo.schedules import put_schedules
from lantu.site.demo.stations import put_stations
from lantu.site.demo.trucks import put_trucks
from lantu.site.demo.warnings import Stories, put_devices
from lantu.site.demo.yesterday import play_yesterday


class Command(BaseCommand):
    help = (
        "生成演示城市的历史（全部通过业务服务）/ make the demonstration city's history through the services"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("只在演示模式下生成（LANTU_DEMO=1）")
        if Project.objects.filter(is_demo=True).exists():
            self.stdout.write("演示数据已存在，跳过")
            return
        with whole_or_not_at_all():
            made = self._make_city()
        self.stdout.write(self.style.SUCCESS(f"演示城市已就绪：项目 {made} 个"))

    def _make_city(self) -> int:
        now = timezone.now()
        zone = timezone.get_default_timezone()
        plan = import_module(f"lantu.packs.cities.{settings.CITY_PACK}.demo.plan").plan(
            timezone.localtime(now)
        )
        world = World.of(city(settings.CITY_PACK))
        agenda = Agenda()
        put_projects(agenda, plan, world, zone=zone)
        put_devices(agenda, plan, world, zone=zone)
        put_double_prevention(agenda, plan, world)
        put_programme(agenda, plan, world)
        Stories(plan, world).put(agenda)
        put_grave(agenda, plan, world)
        play(agenda, until=now, progress=self._progress)
        self._progress("gates", put_gates(plan, world, now=timezone.now()), 0)
        self._progress("stations", put_stations(now=now), 0)
        self._progress("county stations", put_county_stations(world, now=now), 0)
        self._progress("trucks", put_trucks(plan, world, now=now), 0)
        self._progress("readings", play_yesterday(plan, now=timezone.now()), 0)
        self._progress("crane groups", put_crane_group(plan.flagship, world, now=timezone.now()), 0)
        self._progress("design limits", put_limits(world, now=timezone.now()), 0)
        self._progress(
            "past month", put_past_month(world.projects[plan.flagship].code, now=timezone.now()), 0
        )
        self._progress("kept submission", put_kept_submission(now=timezone.now()), 0)
        self._progress("desk", put_desk(plan.flagship, world, now=timezone.now()), 0)
        self._progress("case template", put_case(plan, world, now=timezone.now()), 0)
        self._progress("checklists", put_checklists(plan, world, now=timezone.now()), 0)
        self._progress("schedules", put_schedules(plan, world, now=timezone.localtime(timezone.now())), 0)
        self._progress("schedule files", put_schedule_files(plan, world, now=timezone.now()), 0)
        self._progress("annual plans", put_annual_plans(plan, world, now=timezone.now()), 0)
        # What the ladder told people months ago is no news to them today.
        for person in world.people.values():
            old = Notice.objects.filter(recipient=person, sent_at__lt=now - timedelta(days=2))
            mark_notices_seen(person, now=now, ids=list(old.values_list("pk", flat=True)))
        return len(world.projects)

    def _progress(self, what: str, done: int, total: int) -> None:
        self.stdout.write(f"{what} {done}/{total}")
        self.stdout.flush()
