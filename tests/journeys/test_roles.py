"""Everybody can sign in and finds a first page that fits them; every page they reach is accessible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import ROOT, City

pytestmark = pytest.mark.browser

ROLES = (
    "director", "officer", "vicemayor", "clerk", "county", "owner", "contractor", "supervisor", "inspector", "expert",
    "auditor", "sysadmin", "secadmin",
)  # fmt: skip
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/work/", "/projects/", "/map/", "/monitoring/devices/", "/monitoring/alerts/", "/monitoring/rules/", "/hazards/", "/hazards/rates/",
    "/cockpit/", "/cockpit/wall", "/hazards/m/",
)  # fmt: skip


def violations(page: Any) -> list[str]:
    """Serious accessibility violations of the page as axe sees it, WCAG 2.2 AA."""
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}})"
    )
    return [
        f"{item['id']}: {item['nodes'][0]['target']} {item['nodes'][0]['html'][:120]}"
        for item in found["violations"]
        if item["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_signs_in_and_sees_its_work(sign_in: Callable[..., Any], role: str) -> None:
    page = sign_in(role)
    assert page.locator("h1, h2").first.is_visible()
    assert "演示数据" in page.content()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_pages_are_accessible_and_fit(
    sign_in: Callable[..., Any], path: str, width: int, height: int
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed in frontend/node_modules (run `make setup-dev`)")
    if path == "/cockpit/wall" and width < 1000:
        pytest.skip("the wall is made for a wall; phones have /cockpit/")
    page = sign_in("officer", width=width, height=height)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    answer = page.goto(path)
    assert answer.status == 200
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    assert problems == []


def test_a_stranger_sees_the_sign_in_page_only(city: City, browser: Any) -> None:
    page = browser.new_context(base_url=city.web).new_page()
    for path in ("/work/", "/projects/", "/cockpit/"):
        page.goto(path)
        assert "/accounts/login" in page.url


def test_the_api_says_who_i_am(city: City) -> None:
    me = city.api("/me", token=city.token("contractor"))
    assert me["roles"] == ["contractor"]
    assert json.dumps(me)
