"""Weeks, shifts and exceptions of a plan's calendars on their page: previewed, saved, refused with the place."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule import calendar_forms
from lantu.lifecycle.schedule.models import Schedule, ScheduleCalendar
from lantu.lifecycle.schedule.services import Change, edit_schedule
from lantu.lifecycle.schedule.tests.scenes import at, in_force, new_schedule

NOW = at("2026-09-21 09:00")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("08:00-12:00, 14:00-18:00", [[480, 720], [840, 1080]]),
        ("0:00-6:00；22:00–24:00", [[0, 360], [1320, 1440]]),
        ("22:00至00:00", [[1320, 1440]]),
        ("", []),
    ],
)
def test_spans_as_text(typed: str, found: list[list[int]]) -> None:
    assert calendar_forms.spans_of(typed, "day0", "周一") == found


@pytest.mark.parametrize(
    "typed", ["8-12", "12:00-08:00", "08:00-12:00, 11:00-13:00", "08:70-12:00", "20:00-25:00"]
)
def test_spans_that_are_none_are_refused_by_the_day(typed: str) -> None:
    with pytest.raises(Unacceptable, match="周一") as refusal:
        calendar_forms.spans_of(typed, "day0", "周一")
    assert refusal.value.field == "day0"


def test_exceptions_are_read_and_shown_as_spans() -> None:
    typed = "2027-02-01..2027-02-03\n2027-02-04\n\n2027-05-01 08:00-12:00\n2027-05-02 08:00-12:00"
    days = calendar_forms.exceptions_of(typed, "exceptions")
    assert (len(days), days["2027-05-02"]) == (6, [[480, 720]])
    shown = calendar_forms.exceptions_text(days)
    assert shown == "2027-02-01..2027-02-04\n2027-05-01..2027-05-02 08:00-12:00"
    assert calendar_forms.exceptions_of(shown, "exceptions") == days
    for wrong in ("2027-02-30", "2027-02-03..2027-02-01", "whenever", "2027-02-01 noon"):
        with pytest.raises(Unacceptable, match="第 1 行"):
            calendar_forms.exceptions_of(wrong, "exceptions")


@pytest.fixture
def plan(cast: Any, site_project: Any) -> Schedule:
    return new_schedule(site_project, cast.contractor, now=NOW)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(calendar: ScheduleCalendar) -> str:
    return reverse("lifecycle:schedule_calendar", args=[calendar.pk])


def form(calendar: ScheduleCalendar, **more: Any) -> dict[str, Any]:
    typed = calendar_forms.typed_from(calendar)
    typed.pop("is_default")
    return {**typed, "edited_no": calendar.schedule.edited_no, "verb": "save", **more}


@pytest.mark.django_db
def test_a_change_is_previewed_without_being_saved_and_then_moves_the_plan(plan: Schedule, cast: Any) -> None:
    calendar, client = plan.calendars.get(is_default=True), client_of(cast.contractor)
    known = calendar_forms.exceptions_text(calendar.exceptions)
    wanted = form(calendar, exceptions=f"{known}\n2026-09-22..2026-09-23")
    shown = client.post(page(calendar), wanted | {"verb": "preview"})
    does = shown.context["does"]
    assert (shown.status_code, does.finish_before) == (200, plan.finish_at)
    assert does.days_late > 0
    assert {row.code for row in does.moved} == {"A", "B", "C", "D", "E", "F", "G", "H"}
    assert ScheduleCalendar.objects.get(pk=calendar.pk).exceptions == calendar.exceptions
    assert client.post(page(calendar), wanted).status_code == 302
    plan.refresh_from_db()
    assert plan.finish_at == does.finish_after
    assert "2026-09-22..2026-09-23" in client.get(page(calendar)).content.decode()


@pytest.mark.django_db
def test_wrong_spans_keep_what_was_typed_and_a_stale_page_shows_the_difference(
    plan: Schedule, cast: Any
) -> None:
    calendar, client = plan.calendars.get(is_default=True), client_of(cast.contractor)
    wrong = client.post(page(calendar), form(calendar, day0="8 to 12"))
    assert (wrong.status_code, "8 to 12" in wrong.content.decode()) == (422, True)
    empty = client.post(page(calendar), form(calendar, **{f"day{number}": "" for number in range(7)}))
    assert empty.status_code == 422
    renamed = Change(op="set", code="A", values={"name": "改名"})
    edit_schedule(plan, edited_no=plan.edited_no, changes=[renamed], by=cast.owner, now=NOW)
    stale = client.post(page(calendar), form(calendar, day6="08:00-12:00"))
    assert (stale.status_code, "改名" in stale.content.decode()) == (409, True)


@pytest.mark.django_db
def test_what_somebody_else_changed_in_a_calendar_is_told_in_words(plan: Schedule, cast: Any) -> None:
    calendar, client = plan.calendars.get(is_default=True), client_of(cast.contractor)
    known = calendar_forms.exceptions_text(calendar.exceptions)
    theirs = form(calendar, day6="07:00-11:00", exceptions=f"{known}\n2026-12-05 08:00-12:00")
    assert client_of(cast.owner).post(page(calendar), theirs).status_code == 302
    stale = client.post(page(calendar), form(calendar, day5="07:00-11:00"))
    told = {row["field"]: (row["before"], row["theirs"]) for row in stale.context["differences"]}
    assert told == {"周日": ("", "07:00-11:00"), "例外日": ("", "2026-12-05 08:00-12:00")}
    assert "[[" not in stale.content.decode()
    again = form(calendar, day5="07:00-11:00", edited_no=stale.context["edited_no"])
    assert client.post(page(calendar), again).status_code == 302


@pytest.mark.django_db
def test_a_calendar_is_added_made_the_default_and_removed(plan: Schedule, cast: Any) -> None:
    client, was = client_of(cast.contractor), plan.calendars.get(is_default=True)
    add = reverse("lifecycle:schedule_calendar_add", args=[plan.pk])
    assert client.get(add).status_code == 200
    made = {**form(was), "name": "夜班", "day6": "22:00-24:00", "is_default": "1"}
    assert client.post(add, made | {"name": ""}).status_code == 422
    assert client.post(add, made).status_code == 302
    night = plan.calendars.get(is_default=True)
    assert (night.name, night.week[6]) == ("夜班", [[1320, 1440]])
    plan.refresh_from_db()
    kept = client.post(page(night), {"verb": "remove", "edited_no": plan.edited_no})
    assert kept.status_code == 422
    assert client.post(page(was), {"verb": "remove", "edited_no": plan.edited_no}).status_code == 302
    assert not plan.calendars.filter(pk=was.pk).exists()


@pytest.mark.django_db
def test_a_plan_in_force_shows_its_calendars_and_keeps_them(cast: Any, site_project: Any) -> None:
    plan = in_force(site_project, cast, now=NOW)
    calendar, client = plan.calendars.get(is_default=True), client_of(cast.contractor)
    assert "<form" not in client.get(page(calendar)).content.decode().split("<main")[1].split("</main")[0]
    assert client.post(page(calendar), form(calendar)).status_code == 409
    assert client_of(cast.outsider).get(page(calendar)).status_code == 404
    assert client_of(cast.expert).post(page(calendar), form(calendar)).status_code in {403, 404}
