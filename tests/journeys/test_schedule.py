"""A contractor looks at the schedule, moves a bar of the draft, and sees on a phone what the desk shows as a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import City

pytestmark = pytest.mark.browser
READY = "lantu-gantt[data-ready='1']"


def _schedule(city: City, status: str) -> dict[str, Any]:
    """The flagship's schedule of that status: the largest one."""
    rows = city.api("/schedules?limit=50", token=city.token("contractor"))["items"]
    found = [row for row in rows if row["status"] == status]
    assert found, rows
    return max(found, key=lambda row: row["activity_count"])


def test_the_chart_by_keyboard_its_twin_and_paper(city: City, sign_in: Callable[..., Any]) -> None:
    schedule = _schedule(city, "in_force")
    page = sign_in("contractor")
    page.goto(f"/lifecycle/schedule/{schedule['id']}/")
    page.locator(READY).wait_for()
    assert page.locator("canvas.lt-g-canvas").bounding_box()["width"] > 400
    rows = page.locator(".lt-g-rows [role=row]")
    rows.first.focus()
    page.keyboard.press("End")
    focused = "document.activeElement.getAttribute('aria-rowindex')"
    last = page.locator("[role=treegrid]").get_attribute("aria-rowcount")
    assert page.evaluate(focused) == last
    page.keyboard.press("Home")
    assert page.evaluate(focused) == "2"

    page.locator("lantu-gantt select").select_option("critical")
    page.get_by_role("button", name="表格", exact=True).click()
    twin = page.locator(".lt-g-twin table")
    assert int(twin.get_attribute("aria-rowcount") or 0) > 1
    assert "紧前任务" in twin.inner_text()

    pdf = page.pdf(prefer_css_page_size=True)
    assert b"1191.12 841.9" in pdf or b"1190.5" in pdf  # A3 lying, in points


def test_a_moved_bar_is_asked_about_and_saved(city: City, sign_in: Callable[..., Any]) -> None:
    schedule = _schedule(city, "draft")
    page = sign_in("contractor")
    page.goto(f"/lifecycle/schedule/{schedule['id']}/")
    page.locator(READY).wait_for()
    page.locator("lantu-gantt input[type=search]").fill("P050")
    page.get_by_text("规划核实").first.wait_for()
    page.get_by_role("button", name="数据日期", exact=True).click()
    before = page.locator(".lt-g-rows [role=row]", has_text="规划核实").inner_text()
    # The bar lies where the row is; its place in time comes from the rows that the chart itself has read.
    place = page.evaluate(
        """async (id) => {
          const doc = await (await fetch(`/api/v1/schedules/${id}/gantt`)).json();
          const at = (name) => doc.columns.indexOf(name);
          const row = doc.tasks.find((task) => task[at("code")] === "P050");
          const view = document.querySelector(".lt-g-view"), canvas = document.querySelector(".lt-g-canvas");
          const moments = doc.tasks.flatMap((task) => ["start_ms", "finish_ms", "baseline_start_ms", "baseline_finish_ms"].map((name) => task[at(name)])).filter((ms) => ms !== null);
          const from = Math.min(...moments) - 14 * 864e5, to = Math.max(...moments) + 45 * 864e5;
          const perMs = (view.scrollWidth - document.querySelector(".lt-g-pane").offsetWidth) / (to - from);
          view.scrollLeft = (row[at("start_ms")] - from) * perMs - 200;
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const box = canvas.getBoundingClientRect();
          return [box.left + (row[at("start_ms")] - from) * perMs - view.scrollLeft + 3, box.top];
        }""",
        schedule["id"],
    )
    index = page.locator(".lt-g-rows [role=row]", has_text="规划核实").get_attribute("aria-rowindex")
    y = place[1] + (int(index or 2) - 2) * 30 + 13
    page.mouse.move(place[0], y)
    page.mouse.down()
    page.mouse.move(place[0] + 40, y, steps=5)
    page.mouse.up()
    dialog = page.locator("dialog.lt-g-dialog")
    dialog.wait_for()
    assert "规划核实" in dialog.inner_text()
    with page.expect_response("**/drag/") as answer:
        dialog.get_by_role("button", name="确认修改").click()
    assert answer.value.status == 200
    page.wait_for_function(
        "(before) => ![...document.querySelectorAll('.lt-g-rows [role=row]')].some((row) => row.innerText === before)",
        arg=before,
    )


def test_on_a_phone_the_rows_are_cards(city: City, sign_in: Callable[..., Any]) -> None:
    schedule = _schedule(city, "in_force")
    page = sign_in("contractor", width=390, height=844)
    page.goto(f"/lifecycle/schedule/{schedule['id']}/")
    page.locator(READY).wait_for()
    assert page.locator(".lt-g-cards li svg").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
