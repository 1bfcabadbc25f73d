"""A request that names itself is done once and answered alike, however often it comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import messages
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import Client
from django.urls import path

from lantu.core.models import Submission
from lantu.core.refusals import Refused
from lantu.core.submissions import claimed_facts, forget_old, is_queued, submission_of

done: list[str] = []
gate = threading.Event()


def work(request: HttpRequest) -> HttpResponse:
    done.append("work")
    claim = submission_of(request)
    facts = claimed_facts(request.user) if claim else {}
    return JsonResponse({"n": len(done), "facts": facts})


def page(request: HttpRequest) -> HttpResponse:
    done.append("page")
    messages.success(request, "办好了。")
    return HttpResponseRedirect("/there/")


def refuse(request: HttpRequest) -> HttpResponse:
    done.append("refuse")
    raise Refused("tests.no", "不行。", remedy="换个做法。")


def shows(request: HttpRequest) -> HttpResponse:
    """A view that shows its page again, with the reason on it."""
    done.append("shows")
    try:
        raise Refused("tests.shown", "缺照片。", remedy="请拍照。", status=422)
    except Refused as refused:
        return HttpResponse("<p>page</p>", status=refused.status)


def closed(request: HttpRequest) -> HttpResponse:
    done.append("closed")
    return HttpResponse("no", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    done.append("broken")
    return HttpResponse("", status=503)


def slow(request: HttpRequest) -> HttpResponse:
    gate.wait(10)
    done.append("slow")
    return JsonResponse({"queued": is_queued(request)})


urlpatterns = [path(f"{view.__name__}/", view) for view in (work, page, refuse, shows, closed, broken, slow)]
KEY = "0b9f6f0a-1111-4222-8333-444455556666"


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    done.clear()
    gate.set()


@pytest.fixture
def phone(cast: Any, client: Client) -> Client:
    client.force_login(cast.contractor)
    return client


def send(client: Client, address: str, key: str = KEY, **headers: str) -> Any:
    return client.post(address, headers={"Idempotency-Key": key, **headers})


QUEUE = {"Lantu-Queue": "1", "Lantu-Captured-At": "2026-06-10T10:32:00+08:00"}


def test_a_replay_gets_the_same_answer_and_nothing_is_done_again(phone: Client) -> None:
    first, second = send(phone, "/work/"), send(phone, "/work/")
    assert done == ["work"]
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_keys_belong_to_people(phone: Client, cast: Any) -> None:
    send(phone, "/work/")
    other = Client()
    other.force_login(cast.supervisor)
    assert send(other, "/work/").json()["n"] == 2
    assert Submission.objects.count() == 2


def test_a_key_is_for_one_operation(phone: Client) -> None:
    send(phone, "/work/")
    got = send(phone, "/page/")
    assert (got.status_code, got.json()["type"]) == (422, "urn:lantu:core.key_reused")
    assert done == ["work"]


def test_a_key_must_look_like_one(phone: Client) -> None:
    assert send(phone, "/work/", "short").status_code == 422
    assert send(phone, "/work/", "x" * 81).status_code == 422
    assert done == []


def test_a_queue_hears_where_its_form_went_and_what_was_said(phone: Client) -> None:
    got = send(phone, "/page/", **QUEUE)
    assert got.status_code == 200
    assert got.json()["outcome"] == "done"
    assert got.json()["said"] == "办好了。"
    assert got.json()["url"] == "/there/"
    assert got.json()["captured_at"] == "2026-06-10T02:32:00+00:00"
    assert send(phone, "/page/", **QUEUE).json() == got.json()
    assert done == ["page"]


def test_without_a_queue_a_replay_redirects_as_the_first_time(phone: Client) -> None:
    assert [send(phone, "/page/")["Location"] for _ in range(2)] == ["/there/", "/there/"]
    assert done == ["page"]


def test_a_refusal_is_an_answer_too(phone: Client) -> None:
    first, second = send(phone, "/refuse/", **QUEUE), send(phone, "/refuse/", **QUEUE)
    assert done == ["refuse"]
    assert first.status_code == second.status_code == 409
    assert second.json()["detail"] == "不行。"
    assert second.json()["remedy"] == "换个做法。"


def test_a_page_shown_again_is_told_to_the_queue_in_its_words(phone: Client) -> None:
    got = send(phone, "/shows/", **QUEUE)
    assert (got.status_code, got.json()["detail"], got.json()["remedy"]) == (422, "缺照片。", "请拍照。")
    assert send(phone, "/shows/", **QUEUE).json() == got.json()
    assert done == ["shows"]
    assert send(phone, "/shows/", "another-key").content == b"<p>page</p>", "a browser sees the page"


@pytest.mark.parametrize("address", ["/closed/", "/broken/"])
def test_who_was_kept_out_or_met_an_error_may_try_again(phone: Client, address: str) -> None:
    send(phone, address)
    send(phone, address)
    assert len(done) == 2
    assert Submission.objects.count() == 0


def test_the_claimed_time_is_a_fact_of_the_claiming_persons_events(phone: Client, cast: Any) -> None:
    got = send(phone, "/work/", **QUEUE)
    assert got.json()["facts"] == {"captured_at": "2026-06-10T02:32:00+00:00"}
    assert claimed_facts(cast.contractor) == {}, "it ends with the request"


@pytest.mark.parametrize("text", ["yesterday", "2026-13-45T00:00:00Z", "0001-01-01T00:00:00+23:59", ""])
def test_a_broken_clock_costs_nobody_their_work(phone: Client, text: str) -> None:
    got = send(phone, "/work/", **QUEUE | {"Lantu-Captured-At": text})
    assert got.json()["facts"] == {}


def test_what_another_person_filled_in_is_not_sent_in_ones_name(phone: Client, cast: Any) -> None:
    got = send(phone, "/work/", **QUEUE, **{"Lantu-User": str(cast.supervisor.pk)})
    assert (got.status_code, got.json()["type"]) == (409, "urn:lantu:core.other_person")
    assert done == []


def test_a_request_without_a_key_is_as_it_was(phone: Client) -> None:
    phone.post("/work/")
    phone.post("/work/")
    assert done == ["work", "work"]


def test_old_answers_are_forgotten(phone: Client) -> None:
    send(phone, "/work/")
    at = Submission.objects.get().received_at
    assert forget_old(now=at + timedelta(days=89)) == 0
    assert forget_old(now=at + timedelta(days=91)) == 1
    assert forget_old(now=datetime(2026, 1, 1, tzinfo=UTC)) == 0


@pytest.fixture
def _guard_restored(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_truncate")


@pytest.fixture
def _committed(_guard_restored: Any, transactional_db: Any) -> Iterator[None]:
    """Rows that other connections see; cleaning up truncates the events, which the database otherwise refuses."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_truncate")


@pytest.mark.usefixtures("_committed")
def test_two_at_once_are_one() -> None:
    """Two tabs, or a page and the service worker, send the same submission in the same moment."""
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user(username="twice", password="x" * 12, display_name="双")
    gate.clear()
    answers: list[Any] = []

    def go() -> None:
        client = Client()
        client.force_login(user)
        answers.append(send(client, "/slow/").json())
        connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(20)
    assert done == ["slow"]
    assert len(answers) == 3
