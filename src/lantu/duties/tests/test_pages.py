"""My work, the duty page and its verbs, as people use them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantu.duties.models import Duty, Notice
from lantu.duties.services.escalate import remind_and_escalate
from lantu.duties.tests.makers import make_duty

DAY = timedelta(days=1)


@pytest.fixture
def now() -> Any:
    return timezone.now()


def test_rows_stand_by_consequence_at_most_a_dozen(client: Client, cast: SimpleNamespace, now: Any) -> None:
    make_duty(cast.contractor, subject_id=1, now=now - 5 * DAY, days=9, severity=2, title="乙：有时间")
    make_duty(cast.contractor, subject_id=2, now=now - 5 * DAY, days=4, severity=2, title="甲：已逾期")
    make_duty(cast.contractor, subject_id=3, now=now - 5 * DAY, days=30, severity=4, title="最重")
    for number in range(4, 18):
        make_duty(cast.contractor, subject_id=number, now=now, days=40, severity=1, title=f"小事 {number}")
    client.force_login(cast.contractor)
    page = client.get("/work/").content.decode()
    assert page.index("最重") < page.index("甲：已逾期") < page.index("乙：有时间")
    assert page.count("lt-duty-text") == 12
    assert "共 17 项" in page
    assert client.get("/work/list/?of=mine").content.decode().count("小事") == 14


def test_an_empty_desk_says_what_comes_next(client: Client, cast: SimpleNamespace, now: Any) -> None:
    client.force_login(cast.contractor)
    assert "会立即出现在这里" in client.get("/work/").content.decode()
    make_duty(cast.supervisor, now=now, title="等监理复查", actor=cast.contractor)
    page = client.get("/work/").content.decode()
    assert "等监理复查" in page
    assert "谭总监" in page


def test_leaders_see_the_week_and_what_climbed_to_them(
    client: Client, cast: SimpleNamespace, site_project: Any, now: Any
) -> None:
    make_duty(cast.contractor, project=site_project, now=now - 30 * DAY, days=3, title="拖了很久")
    remind_and_escalate(now)
    client.force_login(cast.vicemayor)
    page = client.get("/work/").content.decode()
    assert "本周必办" in page
    assert "升级到我" in page
    assert "1 / 1" in page, "overdue of open, with its denominator"
    client.force_login(cast.contractor)
    assert "本周必办" not in client.get("/work/").content.decode()


def test_platform_administrators_see_no_business(client: Client, cast: SimpleNamespace, now: Any) -> None:
    duty = make_duty(cast.officer, now=now, title="局里的事")
    client.force_login(cast.sysadmin)
    for address in ("/work/", "/work/?tab=unit", "/work/list/"):
        assert "局里的事" not in client.get(address).content.decode()
    assert client.get(f"/work/{duty.pk}/").status_code == 404


def test_the_bell_counts_and_notices_are_marked(client: Client, cast: SimpleNamespace, now: Any) -> None:
    for number in range(3):
        make_duty(cast.contractor, subject_id=number, now=now, actor=cast.supervisor)
    client.force_login(cast.contractor)
    assert client.get("/work/count/").content == b"3"
    first = Notice.objects.order_by("pk")[0]
    client.get(f"/work/{first.duty_id}/")
    assert client.get("/work/count/").content == b"2"
    assert Duty.objects.get(pk=first.duty_id).seen_at is not None
    client.post("/work/notices/seen/")
    assert client.get("/work/count/").content == b""


def test_an_outsider_finds_nothing(
    client: Client, cast: SimpleNamespace, site_project: Any, now: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project, now=now, title="工地的事")
    client.force_login(cast.outsider)
    assert client.get(f"/work/{duty.pk}/").status_code == 404
    assert client.post(f"/work/{duty.pk}/urge/", {"reason": "x"}).status_code == 404
    assert client.get(f"/work/project/{site_project.code}/bill/").status_code == 404
    assert "工地的事" not in client.get("/work/list/").content.decode()


def test_the_page_offers_exactly_the_verbs_that_work(
    client: Client, cast: SimpleNamespace, site_project: Any, now: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project, now=now)

    def offered(user: Any) -> set[str]:
        client.force_login(user)
        page = client.get(f"/work/{duty.pk}/").content.decode()
        verbs = ("hand_over", "bounce", "ask_stop", "ask_extension", "urge", "decide_extension", "resume")
        return {verb for verb in verbs if f'data-dialog="#{verb}"' in page}

    assert offered(cast.contractor) == {"hand_over", "bounce", "ask_stop", "ask_extension"}
    assert offered(cast.officer) == {"hand_over", "urge"}
    assert offered(cast.supervisor) == set()
    client.force_login(cast.contractor)
    wanted = timezone.localtime(now + 20 * DAY).strftime("%Y-%m-%dT%H:%M")
    client.post(f"/work/{duty.pk}/ask-extension/", {"wanted_due_at": wanted, "reason": "材料未到"})
    assert offered(cast.officer) == {"hand_over", "urge", "decide_extension"}
    client.post(f"/work/{duty.pk}/decide-extension/", {"granted": "yes", "reason": ""})
    duty.refresh_from_db()
    assert duty.extensions == 1


def test_a_refusal_comes_back_as_a_sentence(client: Client, cast: SimpleNamespace, now: Any) -> None:
    duty = make_duty(cast.contractor, now=now - 30 * DAY, days=1)
    client.force_login(cast.contractor)
    wanted = timezone.localtime(now + DAY).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(
        f"/work/{duty.pk}/ask-extension/",
        {"wanted_due_at": wanted, "reason": "x"},
        headers={"Referer": f"http://testserver/work/{duty.pk}/"},
        follow=True,
    )
    assert "时限已过" in answer.content.decode()
    answer = client.post(f"/work/{duty.pk}/bounce/", {"code": "duplicate"}, follow=True)
    assert "建议承办人" in answer.content.decode()


def test_the_list_costs_the_same_for_few_and_many(
    client: Client, cast: SimpleNamespace, site_project: Any, now: Any
) -> None:
    client.force_login(cast.officer)

    def cost(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    make_duty(cast.contractor, project=site_project, now=now)
    addresses = (
        "/work/",
        "/work/?tab=unit",
        "/work/list/",
        "/work/notices/",
        f"/work/project/{site_project.code}/bill/",
    )
    before = [cost(address) for address in addresses]
    for number in range(2, 30):
        make_duty(cast.contractor, project=site_project, subject_id=number, now=now, actor=cast.officer)
    assert [cost(address) for address in addresses] == before
    assert max(before) <= 40
