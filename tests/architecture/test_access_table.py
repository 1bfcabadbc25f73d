"""Who may open which door: every page and every operation × every role, against a table that people reviewed.

A new page or operation changes the table. Renew it with
``LANTU_REGENERATE=1 pytest tests/architecture/test_access_table.py`` and read the difference before you commit it:
each line says who may. A door whose parameters are new needs a sample object in doors.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.architecture.doors import Door, api_doors, page_doors
from tests.architecture.world import build_world, photo
from tests.cast import CAST

TABLE = Path(__file__).with_name("access_table.yaml")
ROLES = [*CAST, "anonymous"]
STRANGERS = ("outsider", "sysadmin", "secadmin")
# What anybody may see without signing in; everything else sends strangers to the door or answers 401.
PUBLIC = {
    "/", "/healthz", "/ui/preferences/", "/readyz", "/metrics", "/i18n/setlang/", "/accounts/login/", "/accounts/signup/",
    "/api/v1/openapi.json", "/api/v1/docs", "/hazards/listed/", "POST /api/v1/auth/token",
    # The plan that a city has issued, without what is not for publication.
    "/lifecycle/plan/<int:year>/public/", "/lifecycle/plan/<int:year>/public/layers.json", "GET /api/v1/plans/{year}/public",
    # Of the phone: they name nobody, and must be had before and after somebody signs in.
    "/sw.js", "/manifest.webmanifest", "/phone/", "/phone/session.json",
}  # fmt: skip
HEADER = (
    "# Who may open which door. Written by test_access_table.py (LANTU_REGENERATE=1), reviewed by people.\n"
)


@pytest.fixture
def world(cast: SimpleNamespace, site_project: Any, settings: Any, tmp_path: Path) -> SimpleNamespace:
    settings.MEDIA_ROOT = tmp_path / "media"
    return build_world(cast, site_project)


@pytest.fixture
def people(cast: SimpleNamespace) -> dict[str, Client]:
    clients = {}
    for role in ROLES:
        clients[role] = Client(raise_request_exception=False)
        if role != "anonymous":
            clients[role].force_login(getattr(cast, role))
    return clients


def knock(client: Client, door: Door, method: str) -> str:
    """The answer as one word; whatever the knock changed is undone."""
    more: dict[str, Any] = {}
    if method not in {"GET", "HEAD"}:
        if door.files:
            more["data"] = (door.body or {}) | {name: _upload() for name in door.files}
        else:
            more = {"data": door.body, "content_type": "application/json"} if door.body is not None else {}
    with transaction.atomic():
        answer = _send(client, door, method, more)
        transaction.set_rollback(True)
    if answer.status_code in {301, 302}:
        return "login" if answer["Location"].startswith("/accounts/login/") else "redirect"
    return str(answer.status_code)


def _send(client: Client, door: Door, method: str, more: dict[str, Any]) -> Any:
    query = "&".join(f"{name}={value}" for name, value in door.query.items())
    address = f"{door.address}?{query}" if query else door.address
    return getattr(client, method.lower())(address, **more)


def _upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo(), content_type="image/jpeg")


def answers(doors: Iterator[Door], people: dict[str, Client]) -> dict[str, dict[str, str]]:
    """key → role → answer. A page that refuses GET is knocked at with an empty POST."""
    found: dict[str, dict[str, str]] = {}
    for door in doors:
        asks = door.method == "GET" and knock(people["officer"], door, "GET") == "405"
        method = "POST" if asks else door.method
        found[f"POST {door.key}" if asks else door.key] = {
            role: knock(people[role], door, method) for role in ROLES
        }
    return found


def compact(found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """key → answer → roles, so that a person can read it."""
    table: dict[str, dict[str, str]] = {}
    for key, row in sorted(found.items()):
        table[key] = {}
        for answer in sorted(set(row.values())):
            roles = [role for role in ROLES if row[role] == answer]
            said = "everybody" if len(roles) == len(ROLES) else " ".join(roles)
            table[key][answer] = "signed-in" if roles == ROLES[:-1] else said
    return table


def test_everybody_finds_the_doors_that_the_table_says(
    world: SimpleNamespace, people: dict[str, Client]
) -> None:
    pages = answers(page_doors(world), people)
    operations = answers(api_doors(world), people)
    table = {"pages": compact(pages), "operations": compact(operations)}
    if os.environ.get("LANTU_REGENERATE"):
        text = yaml.safe_dump(table, allow_unicode=True, sort_keys=False, width=200)
        TABLE.write_text(HEADER + text, encoding="utf-8")
    assert _breaches(pages | operations, world) == []
    reviewed = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    for part in ("pages", "operations"):
        assert table[part] == reviewed[part]


# Behind these parameters stands something of the whole city: a rule is the same for every site.
CITY_WIDE = (
    "/accounts/", "/cockpit/", "/monitoring/rules/<str:code>/", "GET /api/v1/rules/", "GET /rules/",
    "/lifecycle/plan/<int:year>/public/", "GET /api/v1/plans/{year}/public", "/lifecycle/gates/templates/",
)  # fmt: skip


def _breaches(found: dict[str, dict[str, str]], world: SimpleNamespace) -> list[str]:
    """What no table may allow: open doors for strangers, the site for those whom it does not concern, a crash."""
    of_site = {door.key for door in [*page_doors(world), *api_doors(world)] if door.of_site}
    wrong = []
    for key, row in found.items():
        plain = (
            key.removeprefix("POST ")
            if key.startswith("POST /") and not key.startswith("POST /api/")
            else key
        )
        wrong += [f"{key}: {role} {answer}" for role, answer in row.items() if answer == "500"]
        if plain not in PUBLIC and row["anonymous"] not in {"login", "401", "404"}:
            wrong.append(f"{key}: open to anybody ({row['anonymous']})")
        if plain in of_site and not plain.startswith(CITY_WIDE):
            wrong += [
                f"{key}: {role} {row[role]}"
                for role in STRANGERS
                if row[role] in {"200", "201", "202", "204"}
            ]
    return wrong
