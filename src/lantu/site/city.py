"""Take a city pack over: units, people with their first grants, device types, rules, county outlines.

Loading is repeatable: what is already there is brought in step, nothing is removed. The very first grants come from the
pack, because nobody exists yet who could propose and confirm them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lantu.accounts.models import Grant, Organisation, User
from lantu.accounts.roles import Reach
from lantu.calc.identifiers import uscc_findings
from lantu.monitoring.devices.services.load_types import load_types
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.vehicles.services.load_vehicle_rules import load_vehicle_rules
from lantu.packs.load import rules_of, vehicle_rules_of
from lantu.packs.model import CityPack, NationalPack, Person


@dataclass(frozen=True)
class Loaded:
    """How many units, people, device types and rules the pack holds."""

    units: int
    people: int
    device_types: int
    rules: int


@transaction.atomic
def load_city(national: NationalPack, city: CityPack, *, now: datetime, password: str | None) -> Loaded:
    """Bring the database in step with the pack.

    Accounts of the demonstration get ``password``; without one no demonstration account is created at all.
    """
    units = _load_units(city)
    people = _load_people(city, units, now=now, password=password)
    load_types(national.type_rows())
    load_rules(rules_of(city), now=now, retire=True)
    load_vehicle_rules(vehicle_rules_of(city), now=now)
    return Loaded(len(units), len(people), len(national.device_types), len(national.thresholds))


def _load_units(city: CityPack) -> dict[str, Organisation]:
    found: dict[str, Organisation] = {}
    for key, unit in city.units.items():
        doubt = "、".join(uscc_findings(unit.uscc)) if unit.uscc else ""
        found[key], _created = Organisation.objects.update_or_create(
            name=unit.name,
            defaults={
                "short_name": unit.short,
                "kind": unit.kind,
                "uscc": unit.uscc,
                "uscc_doubt": doubt,
                "area_code": unit.area,
                "is_demo": unit.invented,
            },
        )
    for key, unit in city.units.items():
        if unit.parent and found[key].parent_id != found[unit.parent].pk:
            Organisation.objects.filter(pk=found[key].pk).update(parent=found[unit.parent])
    return found


def _load_people(
    city: CityPack, units: Mapping[str, Organisation], *, now: datetime, password: str | None
) -> dict[str, User]:
    known = {user.username: user for user in User.objects.filter(username__in=city.people)}
    people: dict[str, User] = {}
    # One slow hash for all demonstration accounts: they share the password anyway.
    shared = make_password(password) if password is not None else ""
    for username, person in city.people.items():
        user = known.get(username)
        if user is None:
            if password is None:
                continue
            user = User(username=username, is_demo=True)
            if person.demo_login:
                user.password = shared
            else:
                user.set_unusable_password()
        elif person.demo_login and password is not None and not user.check_password(password):
            user.password = shared
        user.display_name, user.title, user.organisation = person.name, person.title, units[person.unit]
        user.save()
        _grant(user, person, now)
        people[username] = user
    for username, person in city.people.items():
        if username in people and person.deputy in people:
            User.objects.filter(pk=people[username].pk).update(deputy=people[person.deputy])
    _name_heads(city, units, people)
    return people


def _grant(user: User, person: Person, now: datetime) -> None:
    # Grants that reach one project are given when the project exists.
    if person.reach == Reach.PROJECT:
        return
    Grant.objects.get_or_create(
        user=user,
        role=person.role,
        reach=person.reach,
        county_code=person.area if person.reach == Reach.COUNTY else "",
        organisation=user.organisation if person.reach == Reach.ORGANISATION else None,
        project_id=None,
        defaults={"granted_at": now},
    )


def _name_heads(city: CityPack, units: Mapping[str, Organisation], people: Mapping[str, User]) -> None:
    """The first person that the pack lists for a unit heads it: escalation needs somebody to tell."""
    for key, unit in units.items():
        if unit.head_id is None:
            first = next((p for p in city.people_of(key) if p.username in people), None)
            if first is not None:
                Organisation.objects.filter(pk=unit.pk).update(head=people[first.username])
