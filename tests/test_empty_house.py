"""A house in which nothing has happened yet: every list says so in words, for every role, in both languages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ROLES = (
    "director", "officer", "vicemayor", "clerk", "county", "owner", "contractor", "supervisor", "inspector", "expert",
    "auditor", "sysadmin", "secadmin",
)  # fmt: skip
PAGES = (
    "/work/", "/work/list/", "/work/notices/", "/projects/", "/projects/import/", "/map/", "/map/layers.json", "/cockpit/",
    "/cockpit/wall", "/cockpit/brief/", "/hazards/", "/hazards/m/", "/hazards/rates/", "/hazards/repeats/", "/hazards/listed/",
    "/hazards/look-backs/", "/hazards/risks/", "/hazards/risks/map/", "/hazards/patrols/", "/hazards/inspections/",
    "/hazards/inspections/draw/", "/monitoring/devices/", "/monitoring/alerts/", "/monitoring/rules/", "/monitoring/vehicles/",
    "/monitoring/vehicles/findings/", "/monitoring/vehicles/rules/", "/monitoring/vehicles/ground/", "/monitoring/observations/",
    "/monitoring/coverage/", "/monitoring/checkups/", "/monitoring/quarantine/", "/monitoring/gateway/", "/monitoring/storage/",
    "/monitoring/labels/", "/accounts/log/", "/accounts/log/roots/", "/accounts/people/", "/accounts/organisations/",
    "/accounts/requests/", "/accounts/profile/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_an_empty_house_has_no_broken_page(cast: SimpleNamespace, role: str, language: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(getattr(cast, role))
    client.cookies["django_language"] = language
    broken = {page: client.get(page).status_code for page in PAGES}
    assert {page: status for page, status in broken.items() if status >= 500} == {}


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_shows_no_bare_none(client: Client, cast: SimpleNamespace, page: str) -> None:
    client.force_login(cast.officer)
    text = client.get(page, follow=True).content.decode()
    for bare in (">None<", " None ", ">nan<", "NaN"):
        assert bare not in text, f"{page}: {bare}"
