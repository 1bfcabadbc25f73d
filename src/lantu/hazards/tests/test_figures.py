"""Rates: each equals what its rows say."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from lantu.core.figures import read_figure
from lantu.hazards import services as s
from lantu.hazards.breakdown import DIMENSIONS, false_by_rule, rate_rows
from lantu.hazards.rates import monthly_chart
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
    yellow = next(row for row in rate_rows(cast.officer, by="grade", now=now) if row.key == "2")
    assert (yellow.closed.part, yellow.closed.whole, yellow.open, yellow.overdue) == (5, 7, 3, 1)
    assert yellow.on_time.pct == 66.67
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


@pytest.mark.parametrize("by", list(DIMENSIONS))
def test_every_share_of_the_rate_card_opens_its_rows(by: str, hazards: Any, cast: Any) -> None:
    from django.http import QueryDict

    from lantu.hazards.forms import read_filter

    now = NOW + 9 * DAY
    rows = rate_rows(cast.officer, by=by, now=now)
    assert rows

    def count(address: str) -> int:
        query = QueryDict(address.partition("?")[2])
        return filtered_hazards(cast.officer, read_filter(query), now=now).count()

    for row in rows:
        assert count(row.closed.rows) == row.closed.whole
        assert count(row.first_pass.rows) == row.first_pass.part
        assert count(row.independent.rows) == row.independent.part
        assert count(row.reopened.rows) == row.reopened.part
        assert count(row.on_time.rows) == row.on_time.whole
        assert count(row.open_rows) == row.open
        assert count(row.overdue_rows) == row.overdue
        oldest = filtered_hazards(
            cast.officer, read_filter(QueryDict(row.oldest_rows.partition("?")[2])), now=now
        ).first()
        assert (oldest is None) == (row.oldest_days is None)
    assert rate_rows(cast.outsider, by=by, now=now) == []


def test_recurrence_and_independence(hazards: Any, cast: Any, site_project: Any) -> None:
    again = hazard_at(S.CLOSED, cast, site_project)
    s.reopen(again, by=cast.inspector, now=NOW + 30 * DAY, reason="栏杆又被拆除")
    late = hazard_at(S.CLOSED, cast, site_project)
    s.reopen(late, by=cast.inspector, now=NOW + 120 * DAY, reason="栏杆又被拆除")
    now = NOW + 121 * DAY
    recurrence = read_figure("hazards.recurrence_rate", cast.officer, now=now)
    assert (recurrence.numerator, recurrence.denominator) == (1, 7)
    alone = read_figure("hazards.independent_recheck_rate", cast.officer, now=now)
    assert (alone.numerator, alone.denominator) == (5, 5)


def test_repeat_offenders_across_sites(cast: Any, site_project: Any, other_project: Any) -> None:
    from lantu.hazards.repeats import offenders

    for days in (0, 40, 200):
        hazard_at(S.ORDERED, cast, site_project, now=NOW + days * DAY)
    rows = offenders(cast.officer, now=NOW + 201 * DAY)
    assert [(row.unit, row.repeats, row.confirmed, row.sites) for row in rows] == [
        (cast.contractor.organisation.name, 1, 3, 1)
    ]
    assert offenders(cast.outsider, now=NOW + 201 * DAY) == []


def test_false_share_by_rule(cast: Any, site_project: Any) -> None:
    from lantu.core.subscriptions import inline_delivery
    from lantu.hazards.models import Hazard
    from lantu.hazards.tests.site import raise_dust_alert

    with inline_delivery():
        raise_dust_alert(site_project)
        hazard = Hazard.objects.get()
        s.mark_false_positive(hazard, by=cast.contractor, now=NOW + HOUR, reason="设备检修期间")
        s.mark_false_positive(hazard, by=cast.officer, now=NOW + HOUR)
    (row,) = false_by_rule(cast.officer)
    assert (row.false.part, row.false.whole, row.false.pct) == (1, 1, 100.0)
    assert row.name == "PM10 小时均值"


def test_pages_of_the_rate_card(hazards: Any, cast: Any, client: Any) -> None:
    client.force_login(cast.officer)
    for address in (
        "/hazards/rates/",
        "/hazards/rates/?by=county",
        "/hazards/rates/?by=x",
        "/hazards/repeats/",
    ):
        assert client.get(address).status_code == 200
    got = client.get("/api/v1/hazard-rates?by=contractor").json()
    assert got[0]["closed"]["whole"] == 7
    assert client.get("/api/v1/hazard-rates?by=mood").status_code == 422
    assert client.get("/api/v1/repeat-offenders").status_code == 200
