"""Rates: each equals what its rows say."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from lantu.core.figures import read_figure
from lantu.hazards import services as s
from lantu.hazards.rates import monthly_chart, rows_by_grade
from lantu.hazards.selectors import HazardFilter, filtered_hazards, lamp_facts
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import HOUR, NOW, hazard_at

DAY = 24 * HOUR


@pytest.fixture
def hazards(cast: Any, site_project: Any) -> Any:
    """Four closed on time, one closed late, one overdue, one running, one void, one not confirmed."""
    for _ in range(4):
        hazard_at(S.CLOSED, cast, site_project)
    late = hazard_at(S.SV_CONFIRMED, cast, site_project)
    s.recheck_return(late, by=cast.inspector, now=NOW + DAY, reason="仍有缺口")
    from lantu.hazards.tests.site import reply

    reply(late, cast, now=NOW + 2 * DAY)
    s.supervisor_confirm(late, by=cast.supervisor, now=NOW + 3 * DAY)
    s.recheck_close(late, by=cast.inspector, now=NOW + 4 * DAY)
    hazard_at(S.ORDERED, cast, site_project)
    hazard_at(S.RECTIFYING, cast, site_project, now=NOW + 8 * DAY)
    s.void(hazard_at(S.ORDERED, cast, site_project), by=cast.director, now=NOW + HOUR, reason="重复登记")
    hazard_at(S.DETECTED, cast, site_project, now=NOW + 9 * DAY)


def test_each_rate_with_its_fraction(hazards: Any, cast: Any) -> None:
    now = NOW + 9 * DAY
    read = {n: read_figure(f"hazards.{n}", cast.officer, now=now) for n in (
        "rectification_rate", "on_time_rate", "open", "overdue", "oldest_open_days", "first_pass_rate",
        "median_hours", "false_share",
    )}  # fmt: skip
    assert (read["rectification_rate"].numerator, read["rectification_rate"].denominator) == (5, 7)
    assert read["rectification_rate"].value == 71.43
    assert (read["on_time_rate"].numerator, read["on_time_rate"].denominator) == (4, 6)
    assert (read["open"].value, read["overdue"].value) == (3, 1)
    assert read["oldest_open_days"].value == 9.0
    assert (read["first_pass_rate"].numerator, read["first_pass_rate"].denominator) == (4, 5)
    assert read["median_hours"].value == 0.1
    assert read["false_share"].value is None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("rectification_rate", "denominator"),
        ("on_time_rate", "denominator"),
        ("open", "value"),
        ("overdue", "value"),
    ],
)
def test_a_figure_opens_its_rows(name: str, part: str, hazards: Any, cast: Any, client: Any) -> None:
    from django.http import QueryDict

    from lantu.hazards.forms import read_filter

    now = NOW + 9 * DAY
    figure = read_figure(f"hazards.{name}", cast.officer, now=now)
    address, _, query = figure.rows.partition("?")
    assert address == reverse("hazards:list")
    rows = filtered_hazards(cast.officer, read_filter(QueryDict(query)), now=now)
    assert rows.count() == getattr(figure, part)


def test_every_reader_has_their_own_figures(hazards: Any, cast: Any) -> None:
    assert read_figure("hazards.open", cast.contractor, now=NOW).value == 3
    assert read_figure("hazards.open", cast.outsider, now=NOW).value == 0
    assert read_figure("hazards.rectification_rate", cast.outsider, now=NOW).value is None


def test_the_founding_text_s_98_percent_is_85_of_86() -> None:
    from lantu.hazards.figures import percent

    assert percent(85, 86) == 98.84
    assert percent(84, 86) == 97.67
    assert percent(0, 0) is None


def test_the_rate_card_by_grade_and_month(hazards: Any, cast: Any) -> None:
    now = NOW + 9 * DAY
    yellow = next(row for row in rows_by_grade(cast.officer, now=now) if row.grade == 2)
    assert (yellow.counted, yellow.closed, yellow.open, yellow.overdue) == (7, 5, 3, 1)
    assert yellow.on_time_pct == 66.67
    chart = monthly_chart(cast.officer, now=now)
    assert len(chart["x"]) == 12
    assert chart["x"][-1] == "26-06"
    new, closed, standing = (series["data"] for series in chart["series"])
    assert (new[-1], closed[-1], standing[-1]) == (7, 5, 2)


def test_what_colours_the_lamp(hazards: Any, site_project: Any, cast: Any) -> None:
    assert lamp_facts([site_project.pk], NOW + 9 * DAY) == {
        site_project.pk: {"open_red_warnings": 0, "open_orange_warnings": 0, "overdue_hazards": 1}
    }


def test_my_own_rows(hazards: Any, cast: Any) -> None:
    mine = filtered_hazards(cast.contractor, HazardFilter(mine=True), now=NOW)
    assert {hazard.state for hazard in mine} == {S.ORDERED, S.RECTIFYING}
