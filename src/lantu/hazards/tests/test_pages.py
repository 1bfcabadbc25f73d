"""Pages: they open for those who may see, offer one action, and keep what was typed when refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from lantu.core.subscriptions import inline_delivery
from lantu.duties.models import Duty
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import hazard_at, photo, raise_dust_alert

STATES = [S.DETECTED, S.CONFIRMED, S.ORDERED, S.RECTIFYING, S.SUBMITTED, S.SV_CONFIRMED, S.RETURNED, S.CLOSED]


def upload(name: str = "整改后.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), content_type="image/jpeg")


@pytest.mark.parametrize("state", STATES)
def test_desk_and_phone_pages_open_in_every_state(
    state: str, cast: Any, site_project: Any, client: Any
) -> None:
    hazard = hazard_at(state, cast, site_project)
    for role in ("officer", "contractor", "supervisor", "inspector", "auditor"):
        client.force_login(getattr(cast, role))
        for page in ("hazards:detail", "hazards:phone_hazard"):
            got = client.get(reverse(page, args=[hazard.pk]))
            assert got.status_code == 200
            assert hazard.title in got.content.decode()


def test_lists_rates_layer_and_project_tab_open(cast: Any, site_project: Any, client: Any) -> None:
    for state in (S.ORDERED, S.CLOSED, S.DETECTED):
        hazard_at(state, cast, site_project)
    client.force_login(cast.officer)
    for address in (
        reverse("hazards:list"),
        reverse("hazards:list") + "?set=open&grade=2&q=临边&state=ordered&unit=1&page=7",
        reverse("hazards:list") + "?due=overdue&grade=x&unit=-1&set=nothing",
        reverse("hazards:rates"),
        reverse("hazards:phone"),
        reverse("hazards:report"),
        reverse("hazards:project", args=[site_project.code]),
    ):
        assert client.get(address).status_code == 200, address
    layer = client.get(reverse("hazards:layer")).json()
    assert len(layer["features"]) == 2
    assert layer["features"][0]["geometry"]["coordinates"] == [116.3, 37.45]


def test_an_outsider_sees_nothing(cast: Any, site_project: Any, client: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    client.force_login(cast.outsider)
    assert hazard.title not in client.get(reverse("hazards:list")).content.decode()
    assert client.get(reverse("hazards:layer")).json()["features"] == []
    for page in ("hazards:detail", "hazards:phone_hazard", "hazards:qr"):
        assert client.get(reverse(page, args=[hazard.pk])).status_code == 404
    assert client.get(reverse("hazards:paper", args=[hazard.pk, "order"])).status_code == 404
    assert client.get(reverse("hazards:project", args=[site_project.code])).status_code == 404
    assert client.post(reverse("hazards:act", args=[hazard.pk, "accept_order"])).status_code == 404
    hazard.refresh_from_db()
    assert hazard.state == S.ORDERED


def test_administrators_of_the_platform_do_not_read_hazards(
    cast: Any, site_project: Any, client: Any
) -> None:
    for role in ("sysadmin", "secadmin"):
        client.force_login(getattr(cast, role))
        assert client.get(reverse("hazards:list")).status_code == 403


def test_the_loop_through_the_pages(cast: Any, site_project: Any, client: Any) -> None:
    with inline_delivery():
        raise_dust_alert(site_project)
    hazard = Hazard.objects.get()

    def press(who: Any, verb: str, **values: Any) -> Any:
        client.force_login(who)
        values["door"] = "phone"
        got = client.post(reverse("hazards:act", args=[hazard.pk, verb]), values)
        assert got.status_code == 302, got.content.decode()[:2000]
        return client.get(got.url).content.decode()

    assert hazard.order_no in client_page(client, cast.contractor, "hazards:phone")
    press(cast.contractor, "accept_order")
    press(cast.contractor, "submit_reply", text="已开启雾炮并苫盖裸土", photos=[upload(), upload()])
    page = press(cast.supervisor, "supervisor_confirm", note="现场核对属实")
    assert "轮到您办理" not in page
    page = press(cast.inspector, "recheck_close", note="复测正常", photos=[upload()])
    assert "已销号" in page
    for paper, words in (("order", "整改通知单"), ("reply", "雾炮"), ("closing", "予以销号")):
        shown = client.get(reverse("hazards:paper", args=[hazard.pk, paper])).content.decode()
        assert words in shown
        assert hazard.order_no in shown


def client_page(client: Any, who: Any, page: str) -> str:
    client.force_login(who)
    return str(client.get(reverse(page)).content.decode())


def test_a_refused_reply_keeps_the_words(cast: Any, site_project: Any, client: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    client.force_login(cast.contractor)
    address = reverse("hazards:act", args=[hazard.pk, "submit_reply"])
    got = client.post(address, {"text": "已补装护栏四十米", "door": "phone"})
    page = got.content.decode()
    assert got.status_code == 422
    assert "至少要有一张照片" in page
    assert "已补装护栏四十米" in page
    evil = SimpleUploadedFile("a.jpg", b"<html>", content_type="image/jpeg")
    got = client.post(address, {"text": "已补装护栏四十米", "photos": [evil]})
    assert got.status_code == 422
    assert "不能作为证据" in got.content.decode()


def test_the_wrong_person_is_told_and_nothing_happens(cast: Any, site_project: Any, client: Any) -> None:
    hazard = hazard_at(S.SUBMITTED, cast, site_project)
    client.force_login(cast.contractor)
    got = client.post(reverse("hazards:act", args=[hazard.pk, "supervisor_confirm"]))
    assert got.status_code == 403
    assert client.post(reverse("hazards:act", args=[hazard.pk, "explode"])).status_code == 404
    assert client.get(reverse("hazards:act", args=[hazard.pk, "supervisor_confirm"])).status_code == 405


def test_papers_wait_for_their_step(cast: Any, site_project: Any, client: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    client.force_login(cast.officer)
    assert client.get(reverse("hazards:paper", args=[hazard.pk, "order"])).status_code == 200
    assert client.get(reverse("hazards:paper", args=[hazard.pk, "closing"])).status_code == 404
    assert client.get(reverse("hazards:paper", args=[hazard.pk, "poem"])).status_code == 404
    code = client.get(reverse("hazards:qr", args=[hazard.pk]))
    assert code["Content-Type"] == "image/svg+xml"
    assert b"<script" not in code.content


def test_reporting_from_the_page(cast: Any, site_project: Any, client: Any) -> None:
    client.force_login(cast.inspector)
    address = reverse("hazards:report")
    values = {"project": site_project.code, "title": "配电箱未上锁", "grade": "3", "source": "inspection"}
    got = client.post(address, values | {"photos": [upload("箱.jpg")]})
    assert got.status_code == 302
    hazard = Hazard.objects.get()
    assert (hazard.title, hazard.grade, hazard.reporter) == ("配电箱未上锁", 3, cast.inspector)
    got = client.post(address, values | {"title": "箱"})
    assert got.status_code == 422
    assert "请写明是什么隐患" in got.content.decode()
    client.force_login(cast.contractor)
    assert client.get(address).status_code == 200, "a contractor reports what its own patrol finds"
    client.force_login(cast.auditor)
    assert client.get(address).status_code == 403


def test_query_counts_do_not_grow_with_rows(
    cast: Any, site_project: Any, client: Any, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast.officer)
    hazard_at(S.ORDERED, cast, site_project)
    client.get(reverse("hazards:list"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("hazards:list"))
    for _ in range(6):
        hazard_at(S.ORDERED, cast, site_project)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("hazards:list"))


def test_the_tab_of_a_project_stands_among_its_tabs_and_begins_with_what_is_open(
    cast: Any, site_project: Any, client: Any
) -> None:
    closed = hazard_at(S.CLOSED, cast, site_project)
    running = hazard_at(S.ORDERED, cast, site_project)
    client.force_login(cast.officer)
    got = client.get(reverse("hazards:project", args=[site_project.code]))
    assert [hazard.pk for hazard in got.context["page"]] == [running.pk, closed.pk]
    page = got.content.decode()
    assert reverse("monitoring:project", args=[site_project.code]) in page
    assert f'href="{reverse("hazards:project", args=[site_project.code])}" aria-current="page"' in page


def test_a_late_step_shows_in_the_list_before_the_deadline_itself_is_past(
    cast: Any, site_project: Any, client: Any
) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    Hazard.objects.filter(pk=hazard.pk).update(due_at=timezone.now() + timedelta(days=3))
    Duty.objects.filter(pk=hazard.duty_id).update(due_at=timezone.now() - timedelta(hours=3))
    client.force_login(cast.officer)
    assert "本环节" in client.get(reverse("hazards:list")).content.decode()
