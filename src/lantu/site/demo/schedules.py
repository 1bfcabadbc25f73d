"""Schedules of the demonstration: planned, approved with a document, then reported month by month by the people of the site.

The flagship has the whole network of a pharmaceutical park and runs ahead of its baseline except for its power supply;
five streets and old quarters have the network of two lots and run a little late.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from lantu.accounts.models import User
from lantu.core.subscriptions import inline_delivery
from lantu.lifecycle.schedule.drafts import (
    ActivityRow,
    CalendarRow,
    LinkRow,
    ScheduleDraft,
    pack_calendars,
)
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.models_kept import ScheduleDemand, ScheduleResource
from lantu.lifecycle.schedule.services import (
    ProgressRow,
    create_schedule,
    propose_schedule,
    put_in_force,
    record_progress,
    revise_schedule,
)
from lantu.lifecycle.schedule.states import ActivityKind, ScheduleStatus
from lantu.packs.cities.dezhou.demo.networks import (
    DemoTask,
    factory_network,
    length,
    street_network,
)
from lantu.packs.demo import DemoPlan, DemoProject
from lantu.site.demo.acting import share_of
from lantu.site.demo.history import World

STREET_KINDS = {"retrofit", "road", "pipe", "park"}
STREETS = 5
DAY_MIN = 480
SPANS = ((7 * 60, 11 * 60), (14 * 60, 18 * 60))
# First day of the two weeks in which sites stand still at Spring Festival.
FESTIVALS = (date(2025, 1, 22), date(2026, 2, 9), date(2027, 1, 30), date(2028, 1, 19), date(2029, 2, 5))
FESTIVAL_DAYS = 16
# The share of the baseline's time that each group of the flagship really took.
PACE = {"M": 1.16, "E": 1.0, "L": 0.97}
FLAGSHIP_PACE = 0.9
# The number of the flagship's approval; those of the others follow.
FIRST = 21
ASPHALT = ("沥青路面", "沥青面层")
NEEDED = {"owner", "contractor", "supervisor"}


def put_schedules(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """Make them through the services, with the times at which they happened; returns how many."""
    sites = [
        one
        for one in plan.projects
        if one.under_construction and set(one.parties) >= NEEDED and one.planned_start_on
    ]
    flagship = next(one for one in sites if one.key == plan.flagship)
    streets = [one for one in sites if one.kind in STREET_KINDS][:STREETS]
    with transaction.atomic(), inline_delivery():
        plan_of = _put(flagship, world, factory_network(), number=FIRST, reports=8, now=now)
        builder = world.people[flagship.parties["contractor"].person]
        revise_schedule(plan_of, by=builder, now=now - timedelta(hours=3))
        for number, site in enumerate(streets, start=FIRST + 1):
            _put(site, world, street_network(), number=number, reports=3, now=now)
        _share_pavers()
    return 1 + len(streets)


def _put(
    site: DemoProject, world: World, network: list[DemoTask], *, number: int, reports: int, now: datetime
) -> Schedule:
    people = {role: world.people[party.person] for role, party in site.parties.items()}
    zone = now.tzinfo
    assert site.planned_start_on is not None
    start = datetime.combine(site.planned_start_on, time(7, 0), zone)
    planned = start - timedelta(days=25)
    schedule = create_schedule(
        project=world.projects[site.key],
        draft=_draft(site, network, people, start),
        by=people["contractor"],
        now=planned,
        is_demo=True,
    )
    propose_schedule(
        schedule, approver=people["owner"], edited_no=schedule.edited_no, by=people["contractor"], now=planned + timedelta(hours=2)
    )  # fmt: skip
    approved = planned + timedelta(days=3)
    put_in_force(
        schedule,
        document=_paper("Schedule approval (demonstration)"),
        file_name="进度计划批复（演示）.pdf",
        document_no=f"重点办〔{approved.year}〕{number} 号",
        by=people["owner"],
        now=approved,
    )
    _report(site, schedule, people, start, number=number, reports=reports, now=now)
    return schedule


def _share_pavers() -> None:
    """One paving crew for all streets: their open asphalt works want it at about the same time."""
    crew = ScheduleResource.objects.create(
        code="paver", name="沥青摊铺机组（演示）", unit="组", capacity=1, is_demo=True
    )
    wants = ScheduleActivity.objects.filter(
        schedule__is_demo=True, schedule__status=ScheduleStatus.IN_FORCE, name__in=ASPHALT, actual_finish_at=None
    )  # fmt: skip
    ScheduleDemand.objects.bulk_create(ScheduleDemand(activity=row, resource=crew, amount=1) for row in wants)


def _draft(
    site: DemoProject, network: list[DemoTask], people: dict[str, User], start: datetime
) -> ScheduleDraft:
    """The network, stretched so that it ends where the project is planned to end."""
    finish = site.planned_finish_on or (start + timedelta(days=540)).date()
    stretch = max((finish - start.date()).days - FESTIVAL_DAYS * 2, 60) * 6 / 7 / length(network)
    weights = sum(task.weight for task in network)
    codes = {task.code: task.parent for task in network}

    def minutes(days: int) -> int:
        return round(days * stretch) * DAY_MIN

    rows = [
        ActivityRow(
            code=task.code,
            name=task.name,
            kind="summary" if task.is_group else "milestone" if task.days == 0 else "task",
            milestone_side="finish" if not task.is_group and task.days == 0 else "",
            parent_code=codes[task.code],
            duration_min=max(minutes(task.days), DAY_MIN) if task.days else 0,
            weight=task.weight,
            budget_yuan=Decimal(round(site.works_yuan * task.weight / weights)),
            owner_id=people[task.who].organisation_id if task.who in people else None,
            responsible_id=people[task.who].pk if task.who in people else None,
        )
        for task in network
    ]
    links = [
        LinkRow(predecessor_code=code, successor_code=task.code, kind=kind, lag_min=minutes(lag))
        for task in network
        for code, kind, lag in task.preds
    ]
    return ScheduleDraft(
        name="总进度计划",
        kind="master",
        start_at=start,
        data_date=start,
        calendars=[replace(row, is_default=False) for row in pack_calendars()] + [_six_days()],
        activities=rows,
        links=links,
    )


def _six_days() -> CalendarRow:
    """Monday to Saturday, and a fortnight off at Spring Festival."""
    off = {
        (first + timedelta(days=number)).isoformat(): ()
        for first in FESTIVALS
        for number in range(FESTIVAL_DAYS)
    }
    return CalendarRow(
        code="site6",
        name="工地六日制（春节停工）",
        week=(SPANS,) * 6 + ((),),
        exceptions=off,
        is_default=True,
    )


def _report(
    site: DemoProject,
    schedule: Schedule,
    people: dict[str, User],
    start: datetime,
    *,
    number: int,
    reports: int,
    now: datetime,
) -> None:
    """Reports in even steps up to last evening: finished work with a record, milestones by the supervisor."""
    happened = _actuals(schedule, start, pace=PACE if number == FIRST else {}, steady=_steady(number))
    points = set(schedule.activities.filter(kind=ActivityKind.MILESTONE).values_list("code", flat=True))
    last = datetime.combine(now.date() - timedelta(days=1), time(18, 30), now.tzinfo)
    known: dict[str, float] = {}
    for step in range(1, reports + 1):
        as_of = start + (last - start) * step / reports
        as_of = as_of.replace(hour=18, minute=30, second=0, microsecond=0)
        told = [_row(code, *when, as_of, known) for code, when in happened.items()]
        rows = [row for row in told if row is not None]
        for role, chosen in (
            ("contractor", [row for row in rows if not (row.code in points and row.grade == "C")]),
            (
                "supervisor",
                [replace(row, grade="B") for row in rows if row.code in points and row.grade == "C"],
            ),
        ):
            if chosen:
                record_progress(
                    schedule, as_of=as_of, rows=chosen, by=people[role], now=as_of + timedelta(minutes=40),
                    files={row.code: [("完成记录（演示）.pdf", _paper(f"Record of {row.code}, demonstration"))]
                           for row in chosen if row.grade != "D"},
                )  # fmt: skip


def _steady(number: int) -> float:
    """The flagship is quicker than planned, the streets three to ten per cent slower."""
    return FLAGSHIP_PACE if number == FIRST else 1.03 + 0.07 * share_of(number)


def _actuals(
    schedule: Schedule, start: datetime, *, pace: dict[str, float], steady: float
) -> dict[str, tuple[datetime, datetime]]:
    """When each activity really began and ended, or will: the baseline's dates at the pace of its group."""
    found = {}
    for row in ScheduleActivity.objects.filter(schedule=schedule).exclude(kind=ActivityKind.SUMMARY):
        assert row.early_start_at is not None
        assert row.early_finish_at is not None
        factor = pace.get(row.code[0], steady)
        began = _at(start + (row.early_start_at - start) * factor, 8, start)
        ended = _at(start + (row.early_finish_at - start) * factor, 17, start)
        found[row.code] = (ended if row.kind == ActivityKind.MILESTONE else began, max(began, ended))
    return found


def _at(moment: datetime, hour: int, start: datetime) -> datetime:
    """The same day at a working hour, in the zone of the plan."""
    return moment.astimezone(start.tzinfo).replace(hour=hour, minute=0, second=0, microsecond=0)


def _row(
    code: str, began: datetime, ended: datetime, as_of: datetime, known: dict[str, float]
) -> ProgressRow | None:
    """What is reported about an activity, if something changed since the last report."""
    if began > as_of:
        return None
    done = ended <= as_of
    percent = 100.0 if done else min(95.0, round(100 * (as_of - began) / (ended - began), 1))
    if known.get(code) == percent:
        return None
    known[code] = percent
    return ProgressRow(
        code=code,
        percent=percent,
        actual_start_at=began,
        actual_finish_at=ended if done else None,
        grade="C" if done else "D",
    )


def _paper(title: str) -> bytes:
    """The smallest PDF with one line of text."""
    text = f"BT /F1 18 Tf 60 760 Td ({title}) Tj ET".encode("ascii")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + end % (len(objects) + 1, table, len(objects) + 1, len(out))
