"""The elements in a real browser, on the sample pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[4] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desk": (1440, 900), "phone": (390, 844), "wall": (1920, 1080)}
Opener = Callable[..., Any]


@pytest.fixture
def show(chromium: Any, sample_site: str, settings: Any) -> Iterator[Opener]:
    """``show(path, size, theme)`` → an open page; fails afterwards on any CSP violation or script error."""
    settings.DEMO = True
    contexts, problems = [], []

    def opener(path: str, size: str = "desk", theme: str = "light", **options: Any) -> Any:
        width, height = SIZES[size]
        context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": height}, **options)
        context.add_cookies([{"name": "lt_theme", "value": theme, "url": sample_site}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: problems.append(message.text) if "Content Security" in message.text else None,
        )
        page.address = sample_site + path
        return page

    yield opener
    for context in contexts:
        context.close()
    assert problems == []


def opened(page: Any) -> Any:
    page.goto(page.address, wait_until="load")
    return page


def walk_down(page: Any) -> None:
    """Bring everything into view once, so that lazy elements load."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height, 700):
        page.evaluate(f"scrollTo(0, {y})")
        page.wait_for_timeout(60)
    page.evaluate("scrollTo(0, 0)")


def wait_drawn(page: Any, layer: str, condition: str) -> None:
    """Wait until the number of drawn features of a style layer meets the condition (software rendering is slow)."""
    page.wait_for_function(
        f"() => document.querySelector('lantu-map[data-mode=page]').map.queryRenderedFeatures({{layers: ['{layer}']}}).length {condition}",
        timeout=30_000,
    )


def open_map(show: Opener) -> Any:
    page = opened(show("/ui/"))
    page.locator('lantu-map[data-mode="page"]').scroll_into_view_if_needed()
    page.wait_for_selector('lantu-map[data-mode="page"][data-ready="1"]', timeout=60_000)
    return page


def test_map_draws_toggles_layers_and_lists_its_objects(show: Opener) -> None:
    page = open_map(show)
    wait_drawn(page, "counties:fill", ">= 11")
    wait_drawn(page, "projects:cluster", "> 0")
    panel = page.locator('lantu-map[data-mode="page"] .lt-map-layers')
    assert "红灯" in panel.inner_text()
    panel.get_by_label("重点工程").uncheck()
    wait_drawn(page, "projects:cluster", "== 0")
    panel.get_by_label("重点工程").check()
    wait_drawn(page, "projects:cluster", "> 0")
    panel.get_by_role("button", name="列表").press("Enter")
    twin = page.locator(".lt-map-twin")
    assert twin.locator("li").count() == 127
    assert twin.locator("li a").first.get_attribute("href") == "/ui/"
    twin.get_by_role("button", name="关闭").press("Enter")
    assert not twin.is_visible()


def test_map_click_opens_a_popup_with_legend_words_and_link(show: Opener) -> None:
    page = open_map(show)
    page.evaluate(
        """async () => {
          const map = document.querySelector('lantu-map[data-mode=page]').map;
          map.jumpTo({center: [116.62, 37.2], zoom: 15});
          await new Promise((done) => map.once('idle', done));
        }"""
    )
    box = page.locator('lantu-map[data-mode="page"]').bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    popup = page.locator(".lt-map-popup")
    popup.wait_for(timeout=60_000)
    assert "示例工程 1" in popup.inner_text()
    assert "施工" in popup.inner_text()
    assert popup.locator("a").get_attribute("href") == "/ui/"


def test_map_without_its_document_says_so(show: Opener) -> None:
    page = show("/ui/wall/", "wall")
    page.route("**/ui/layers.json", lambda route: route.fulfill(status=503, body="busy"))
    opened(page)
    page.wait_for_selector('lantu-map[data-ready="failed"]', timeout=60_000)
    assert "没有加载成功" in page.locator("lantu-map").inner_text()


def test_charts_have_a_name_and_survive_missing_data(show: Opener) -> None:
    page = show("/ui/")
    page.route(
        "**/ui/chart.json", lambda route: route.fulfill(json={"kind": "line", "series": [], "summary": "空"})
    )
    opened(page)
    first = page.locator("lantu-chart").first
    page.wait_for_selector('lantu-chart[data-ready="1"]', timeout=60_000)
    assert first.get_attribute("role") == "img"
    assert "计划 89%" in first.get_attribute("aria-label")
    assert first.locator("canvas").count() == 1
    walk_down(page)
    page.wait_for_selector('lantu-chart[data-src][data-ready="1"]', timeout=60_000)
    assert "没有数据" in page.locator("lantu-chart[data-src]").inner_text()


def test_theme_changes_at_once_and_is_remembered(show: Opener) -> None:
    page = opened(show("/ui/"))
    page.locator("header .lt-menu summary").click()
    with page.expect_response("**/ui/preferences/"):
        page.get_by_role("button", name="深色界面").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_a_nudge_refreshes_what_it_concerns_and_nothing_else(show: Opener) -> None:
    page = show("/ui/wall/", "wall")
    nudge = json.dumps({"id": 7, "kind": "hazards.order_issued", "project": "P1", "ts": 1})
    page.route(
        "**/live",
        lambda route: route.fulfill(
            headers={"Content-Type": "text/event-stream"},
            body=f"retry: 60000\nid: 7\nevent: nudge\ndata: {nudge}\n\n",
        ),
    )
    asked: list[str] = []
    page.route(
        "**/fragment/*",
        lambda route: (asked.append(route.request.url.rsplit("/", 1)[1]), route.fulfill(body="新")),
    )
    page.add_init_script(
        """addEventListener('DOMContentLoaded', () => document.body.insertAdjacentHTML('beforeend', `
          <p hx-get="/fragment/mine" hx-trigger="refresh" data-live="duties hazards" data-live-project="P1"></p>
          <p hx-get="/fragment/other" hx-trigger="refresh" data-live="hazards" data-live-project="P2"></p>
          <p hx-get="/fragment/kind" hx-trigger="refresh" data-live="monitoring"></p>`));"""
    )
    with page.expect_response("**/fragment/mine"):
        opened(page)
    page.wait_for_selector('lantu-live[data-state="closed"]', timeout=60_000)
    assert page.locator("lantu-live").get_attribute("data-last-id") == "7"
    assert set(asked) == {"mine"}


def test_a_stream_that_lost_nudges_makes_everything_read_again(show: Opener) -> None:
    page = show("/ui/wall/", "wall")
    page.route(
        "**/live",
        lambda route: route.fulfill(
            headers={"Content-Type": "text/event-stream"},
            body="retry: 60000\nevent: offline\ndata: {}\n\nevent: resync\ndata: {}\n\n",
        ),
    )
    page.route("**/fragment/*", lambda route: route.fulfill(body="新"))
    page.add_init_script(
        """addEventListener('DOMContentLoaded', () => document.body.insertAdjacentHTML('beforeend',
          '<p hx-get="/fragment/any" hx-trigger="refresh" data-live="green"></p>'));"""
    )
    with page.expect_response("**/fragment/any"):
        opened(page)
    assert page.locator("lantu-live").get_attribute("data-state") == "closed"


@pytest.mark.parametrize(
    ("path", "size", "theme"),
    [
        ("/ui/", "desk", "light"),
        ("/ui/", "desk", "dark"),
        ("/ui/", "phone", "light"),
        ("/ui/wall/", "wall", "light"),
        ("/ui/phone/", "phone", "dark"),
        ("/ui/auth/", "desk", "light"),
    ],
)
def test_pages_meet_wcag_aa_and_fit_their_width(show: Opener, path: str, size: str, theme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in frontend/")
    page = opened(show(path, size, theme, bypass_csp=True))
    walk_down(page)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
