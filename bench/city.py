"""A city of any size, inserted in bulk: the one place where nothing goes through services, because only reading is measured."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

BATCH = 2000
PARTS = ("owner", "contractor", "supervisor", "designer", "inspector", "officer")
STAGES = ("initiation", "design", "tender", "construction", "acceptance", "operation")
STAGE_WEIGHTS = (4, 4, 3, 80, 3, 6)
KINDS = ("产业园", "道路改造", "学校", "医院", "污水处理厂", "安置区", "泵站", "停车场", "变电站", "公园")


def fill(*, projects: int, monitored: int, now: datetime, seed: int = 7) -> Any:
    """Insert ``projects`` projects, eight devices at each of the first ``monitored`` sites, and their warnings.

    Returns a person with sight of the whole city. The proportions (stages, months, parties) are the same at any size.
    """
    dice = random.Random(seed)
    director, people = _people(projects, now)
    rows = _projects(projects, people, now, dice)
    _money(rows, now, dice)
    _parties(rows, people)
    _devices(rows[:monitored], now, dice)
    return director


def _people(projects: int, now: datetime) -> tuple[Any, list[Any]]:
    from lantu.accounts.models import Grant, Organisation, User

    count = max(20, projects // 20)
    bureau = Organisation.objects.create(name="重点工程管理局（测速）", kind="bureau")
    units = Organisation.objects.bulk_create(
        [
            Organisation(name=f"测速建设单位{n:05d}", short_name=f"单位{n:05d}", kind="owner")
            for n in range(count)
        ]
    )
    director = User.objects.create_user(
        username="bench-director", password="bench-only-password", display_name="局长", organisation=bureau
    )
    Grant.objects.create(user=director, role="director", reach="city", granted_at=now)
    people = User.objects.bulk_create(
        [
            User(username=f"bench-{n}", display_name=f"责任人{n}", organisation=unit)
            for n, unit in enumerate(units)
        ]
    )
    return director, people


def _projects(count: int, people: list[Any], now: datetime, dice: random.Random) -> list[Any]:
    from lantu.projects.areas import area_names
    from lantu.projects.models import Project
    from lantu.projects.pinyin import pinyin_of

    areas = list(area_names().items())

    def one(n: int) -> Project:
        code, area = areas[n % len(areas)]
        stage = dice.choices(STAGES, STAGE_WEIGHTS)[0]
        planned = Decimal(dice.randrange(20, 95))
        physical = max(Decimal(0), min(Decimal(100), planned + dice.randrange(-18, 6)))
        behind = planned - physical
        lamp = (
            "grey"
            if stage != "construction"
            else "red"
            if behind > 16
            else "yellow"
            if behind > 9
            else "green"
        )
        name = f"{area}{dice.choice(KINDS)}{n:05d}期"
        building = stage == "construction"
        return Project(
            code=f"2601-371402-04-01-{n:06d}", name=name, name_pinyin=pinyin_of(name), summary="建设内容及规模。" * 12,
            category="government", plan_class="continuing", sector="industry", stage=stage,
            status="finished" if stage == "operation" else "active", area_code=code,
            lon=116.0 + dice.random(), lat=36.9 + dice.random() * 0.8,
            total_investment_yuan=Decimal(dice.randrange(20, 2000)) * 1_000_000,
            owner_org_id=people[n % len(people)].organisation_id, lamp=lamp, lamp_at=now,
            planned_start_on=date(2025, 3, 1), planned_finish_on=date(2027, 10, 1),
            planned_pct=planned if building else None, physical_pct=physical if building else None,
            latest_month=date(2026, 10, 1), created_at=now, updated_at=now - timedelta(minutes=n),
        )  # fmt: skip

    rows = Project.objects.bulk_create((one(n) for n in range(count)), batch_size=BATCH)
    # Sites under construction first: they are the ones that carry devices.
    return sorted(rows, key=lambda row: row.stage != "construction")


def _money(rows: list[Any], now: datetime, dice: random.Random) -> None:
    from lantu.projects.models import MonthlyFigure, YearPlan

    year, last = now.year, min(now.month - 1, 12)
    plans, months = [], []
    for row in rows:
        plan = row.total_investment_yuan * dice.randrange(20, 45) / 100
        steps = [round(plan * no / 12, 2) for no in range(1, 13)]
        done = [round(step * dice.randrange(78, 108) / 100, 2) for step in steps[:last]]
        done = [max(done[: no + 1]) for no in range(len(done))]
        plans.append(
            YearPlan(
                project=row,
                year=year,
                planned_yuan=steps[-1],
                done_yuan=done[-1] if done else 0,
                monthly_yuan=[str(s) for s in steps],
            )
        )
        months += [
            MonthlyFigure(
                project=row, month=date(year, no + 1, 1), planned_pct=row.planned_pct, physical_pct=row.physical_pct,
                invested_yuan=amount, paid_yuan=amount, grade="B", reported_at=now,
            )
            for no, amount in enumerate(done)
        ]  # fmt: skip
    YearPlan.objects.bulk_create(plans, batch_size=BATCH)
    MonthlyFigure.objects.bulk_create(months, batch_size=BATCH)


def _parties(rows: list[Any], people: list[Any]) -> None:
    """Neighbours in the list of people, so that nobody holds two parts of one project."""
    from lantu.projects.models import Party, ProjectCode

    def parts() -> Iterator[Party]:
        for index, row in enumerate(rows):
            for place, role in enumerate(PARTS):
                person = people[(index * len(PARTS) + place) % len(people)]
                yield Party(project=row, role=role, organisation_id=person.organisation_id, contact=person)

    Party.objects.bulk_create(parts(), batch_size=BATCH)
    ProjectCode.objects.bulk_create(
        (ProjectCode(project=row, code=row.code, valid_from=date(2026, 1, 1)) for row in rows),
        batch_size=BATCH,
    )


def _devices(sites: list[Any], now: datetime, dice: random.Random) -> None:
    from lantu.monitoring.models import Channel, Device, DeviceType

    kind = DeviceType.objects.create(code="bench-dust", label="扬尘噪声仪", channels=[])
    devices = Device.objects.bulk_create(
        (
            Device(
                code=f"B{site.pk}-{n}", project=site, type=kind, name=f"{n + 1}号扬尘噪声仪", registered_at=now,
                last_seen_at=now - timedelta(seconds=dice.choices((30, 6000), (98, 2))[0]),
            )
            for site in sites
            for n in range(8)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    Channel.objects.bulk_create(
        (
            Channel(
                device=device,
                key=key,
                label=key,
                unit=unit,
                range_low=0,
                range_high=1000,
                period_s=60,
                rank=rank,
            )
            for device in devices
            for rank, (key, unit) in enumerate(
                (("pm10", "µg/m³"), ("pm25", "µg/m³"), ("noise", "dB(A)"), ("wind_speed", "m/s")), 1
            )
        ),
        batch_size=BATCH,
    )
    _warnings(devices, now, dice)


def _warnings(devices: list[Any], now: datetime, dice: random.Random) -> None:
    """Two warnings for each three sites, spread over the last year; one in fifty is still open, with its duty."""
    from lantu.duties.models import Duty
    from lantu.hazards.models import Hazard
    from lantu.monitoring.models import Alert, Channel, Rule, RuleVersion
    from lantu.projects.models import Party

    rule = Rule.objects.create(code="bench.pm10", name="PM10 小时浓度超限", param="pm10", family="dust")
    version = RuleVersion.objects.create(
        rule=rule,
        version=1,
        kind="limit",
        basis="测速",
        mark="K",
        effective_from=date(2025, 1, 1),
        fingerprint="0" * 64,
        loaded_at=now,
    )
    chosen = dice.sample(devices, k=min(len(devices), max(2, len(devices) // 12)))
    channels = {c.device_id: c for c in Channel.objects.filter(device__in=chosen, rank=1)}
    contacts: dict[int, dict[str, Any]] = {}
    for party in Party.objects.filter(project__in={d.project_id for d in chosen}).select_related("contact"):
        contacts.setdefault(party.project_id, {})[party.role] = party.contact
    for no, device in enumerate(chosen):
        opened = now - timedelta(days=dice.randrange(1, 350), hours=dice.randrange(24))
        still_open = no % 50 == 0
        people = contacts[device.project_id]
        duty = Duty.objects.create(
            project_id=device.project_id, subject_type="hazards.hazard", subject_id=no + 1, step="rectify", title="整改扬尘超限",
            action_label="提交整改回复", action_url="/hazards/", holder=people["contractor"], unit_id=people["contractor"].organisation_id,
            severity=3, opened_at=opened, due_at=opened + timedelta(days=2), original_due_at=opened + timedelta(days=2),
            closed_at=None if still_open else opened + timedelta(days=1),
        )  # fmt: skip
        alert = Alert.objects.create(
            kind="risk", rule=rule, rule_version=version, project_id=device.project_id, device=device, channel=channels[device.pk],
            severity=3, level="预警", limit=150, unit="µg/m³", opened_at=opened, judged_at=opened, first_value=171, peak_value=196,
            state="taken_up" if still_open else "closed", closed_at=None if still_open else opened + timedelta(days=1), duty=duty,
        )  # fmt: skip
        Hazard.objects.create(**_hazard(alert, duty, people, opened, still_open, no))


def _hazard(
    alert: Any, duty: Any, people: dict[str, Any], opened: datetime, still_open: bool, no: int
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "project_id": alert.project_id, "alert": alert, "source": "warning", "title": "PM10 小时浓度超限", "grade": 3,
        "state": "rectifying" if still_open else "closed", "opened_at": opened, "confirmed_at": opened, "ordered_at": opened,
        "due_at": duty.due_at, "original_due_at": duty.due_at, "order_year": opened.year, "order_seq": no + 1, "order_no": f"测〔{opened.year}〕{no + 1}",
        "rectifier_unit_id": duty.unit_id, "rectifier": people["contractor"], "duty": duty,
    }  # fmt: skip
    if not still_open:
        fields |= {
            "closed_at": duty.closed_at, "supervisor": people["supervisor"], "rechecker": people["inspector"],
        }  # fmt: skip
    return fields
