"""What a phone sends late: done once, kept when the hazard has moved on, decided by another unit, nothing lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lantu.core.models import Event, Evidence
from lantu.core.refusals import Refused
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.hazards import services as steps
from lantu.hazards.models import KeptSubmission
from lantu.hazards.phone.marks import mark_after_accepting, mark_of
from lantu.hazards.phone.services.decide import adopt, set_aside
from lantu.hazards.phone.taking import agrees
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import MINUTE, NOW, hazard_at, photo, reply

CAPTURED = "2026-06-10T10:32:00+08:00"


def picture(name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), content_type="image/jpeg")


def send(person: Any, hazard: Any, verb: str, key: str, seen: str, **values: Any) -> Any:
    """As the queue of ``person``'s phone sends it."""
    client = Client()
    client.force_login(person)
    return client.post(
        reverse("hazards:act", args=[hazard.pk, verb]),
        {"seen": seen, "door": "phone", **values},
        headers={
            "Idempotency-Key": key,
            "Lantu-Queue": "1",
            "Lantu-User": str(person.pk),
            "Lantu-Captured-At": CAPTURED,
        },
    )


@pytest.fixture
def rectifying(cast: Any, site_project: Any) -> Any:
    return hazard_at(S.RECTIFYING, cast, site_project)


def test_a_reply_from_the_queue_arrives_once_with_its_claims(cast: Any, rectifying: Any) -> None:
    seen = mark_of(rectifying)
    claims = json.dumps([{"at": "2026-06-10T02:31:00Z", "lon": 116.3, "lat": 37.45}, {"at": None}])
    for _again in range(2):
        got = send(
            cast.contractor, rectifying, "submit_reply", "reply-0001", seen,
            text="已加装护栏 40 米", photos=[picture("一.jpg"), picture("二.jpg")], claims=claims,
        )  # fmt: skip
        assert got.json()["outcome"] == "done"
        assert got.json()["captured_at"] == "2026-06-10T02:32:00+00:00"
    rectifying.refresh_from_db()
    assert rectifying.state == S.SUBMITTED
    assert rectifying.replies.count() == 1
    first, second = Evidence.objects.filter(supports_type="hazards.reply").order_by("pk")
    assert first.claimed_at is not None
    assert first.claimed_at.isoformat() == "2026-06-10T02:31:00+00:00"
    assert (first.claimed_lon, second.claimed_at) == (116.3, None)
    assert [found["code"] for found in first.findings] == ["time_claimed_only"]
    event = Event.objects.get(kind="hazards.reply_submitted")
    assert event.payload["captured_at"] == "2026-06-10T02:32:00+00:00"


def test_what_does_not_change_the_question_does_not_stop_a_late_answer(cast: Any, rectifying: Any) -> None:
    seen = mark_of(rectifying)
    rectifying.version += 1
    rectifying.save(update_fields=["version"])
    got = send(
        cast.contractor, rectifying, "submit_reply", "reply-0002", seen, text="已整改完毕", photos=[picture()]
    )
    assert got.json()["outcome"] == "done"


def test_acceptance_and_reply_filled_in_together_go_through_in_order(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    seen, next_seen = mark_of(hazard), mark_after_accepting(hazard)
    assert send(cast.contractor, hazard, "accept_order", "accept-001", seen).json()["outcome"] == "done"
    got = send(
        cast.contractor,
        hazard,
        "submit_reply",
        "reply-0003",
        next_seen,
        text="已整改完毕",
        photos=[picture()],
    )
    assert got.json()["outcome"] == "done"
    hazard.refresh_from_db()
    assert hazard.state == S.SUBMITTED


def conflict(cast: Any, rectifying: Any, key: str = "reply-late1") -> Any:
    """A colleague replied from the office while the phone had no network."""
    seen = mark_of(rectifying)
    reply(rectifying, cast, now=NOW + 10 * MINUTE)
    return send(
        cast.contractor,
        rectifying,
        "submit_reply",
        key,
        seen,
        text="现场又加固两处",
        photos=[picture(), picture("b.jpg")],
    )


def test_when_the_hazard_has_moved_on_both_versions_stay(cast: Any, rectifying: Any) -> None:
    first = conflict(cast, rectifying)
    assert first.json()["outcome"] == "kept"
    assert "两份都已保留" in first.json()["said"]
    kept = KeptSubmission.objects.get()
    assert kept.values == {"text": "现场又加固两处"}
    assert (kept.seen_state, kept.met_state, kept.state) == (S.RECTIFYING, S.SUBMITTED, "pending")
    assert kept.captured_at is not None
    assert kept.captured_at.isoformat() == "2026-06-10T02:32:00+00:00"
    assert Evidence.objects.filter(supports_type="hazards.keptsubmission", supports_id=kept.pk).count() == 2
    assert rectifying.replies.count() == 1
    assert kept.duty is not None
    assert kept.duty.holder == cast.supervisor
    assert not list(verify_duties())
    assert Event.objects.get(kind="hazards.submission_kept").payload["kept_id"] == kept.pk


def test_a_kept_submission_sent_again_is_kept_once(cast: Any, rectifying: Any) -> None:
    seen = mark_of(rectifying)
    reply(rectifying, cast, now=NOW + 10 * MINUTE)
    answers = [
        send(
            cast.contractor, rectifying, "submit_reply", "same-key-1", seen, text="又加固", photos=[picture()]
        ).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert KeptSubmission.objects.count() == 1


def test_a_late_reply_to_the_first_round_is_no_reply_to_the_second(cast: Any, rectifying: Any) -> None:
    seen = mark_of(rectifying)
    reply(rectifying, cast, now=NOW + 10 * MINUTE)
    rectifying.refresh_from_db()
    steps.supervisor_return(rectifying, by=cast.supervisor, now=NOW + 12 * MINUTE, reason="栏杆高度不足")
    got = send(
        cast.contractor, rectifying, "submit_reply", "round-one1", seen, text="已整改完毕", photos=[picture()]
    )
    assert got.json()["outcome"] == "kept"
    rectifying.refresh_from_db()
    assert rectifying.state == S.RETURNED


def test_the_same_step_of_the_same_unit_needs_nobody(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    seen = mark_of(hazard)
    steps.accept_order(hazard, by=cast.contractor, now=NOW + 10 * MINUTE)
    got = send(cast.contractor, hazard, "accept_order", "accept-late", seen)
    assert got.json()["outcome"] == "done"
    kept = KeptSubmission.objects.get()
    assert (kept.state, kept.duty) == ("agreed", None)
    hazard.refresh_from_db()
    assert not agrees(hazard, "submit_reply", cast.contractor)
    assert not agrees(hazard, "accept_order", cast.supervisor)


def test_two_judgements_of_one_unit_go_to_the_bureau(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.SUBMITTED, cast, site_project)
    seen = mark_of(hazard)
    steps.supervisor_return(hazard, by=cast.supervisor, now=NOW + 20 * MINUTE, reason="缺踢脚板")
    got = send(cast.supervisor, hazard, "supervisor_confirm", "confirm-late", seen, note="合格")
    assert got.json()["outcome"] == "kept"
    duty = KeptSubmission.objects.get().duty
    assert duty is not None
    assert duty.holder == cast.officer


def test_a_refusal_is_told_in_the_servers_words_and_keeps_nothing(cast: Any, rectifying: Any) -> None:
    got = send(
        cast.contractor, rectifying, "submit_reply", "no-photo-1", mark_of(rectifying), text="已整改完毕"
    )
    assert got.status_code == 422
    assert got.json()["detail"] == "整改回复至少要有一张照片。"
    assert got.json()["remedy"]
    assert not KeptSubmission.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "supervisor", "auditor"])
def test_whoever_could_never_have_taken_the_step_leaves_nothing_behind(
    cast: Any, rectifying: Any, who: str
) -> None:
    reply(rectifying, cast, now=NOW + 10 * MINUTE)
    got = send(
        getattr(cast, who), rectifying, "submit_reply", "foreign-01", "rectifying.0.1", text="已整改完毕"
    )
    assert got.status_code in {403, 404}
    assert not KeptSubmission.objects.exists()


def test_another_unit_takes_it_into_the_record(cast: Any, rectifying: Any) -> None:
    conflict(cast, rectifying)
    kept = KeptSubmission.objects.get()
    with pytest.raises(Refused):
        adopt(kept, by=cast.contractor, now=NOW + timedelta(hours=1), reason="我自己并入")
    with pytest.raises(Refused):
        adopt(kept, by=cast.supervisor, now=NOW + timedelta(hours=1), reason="")
    adopt(kept, by=cast.supervisor, now=NOW + timedelta(hours=1), reason="照片补充了北侧")
    kept.refresh_from_db()
    assert (kept.state, kept.decided_by) == ("adopted", cast.supervisor)
    assert not Duty.objects.filter(subject_type="hazards.keptsubmission", closed_at=None).exists()
    with pytest.raises(Refused):
        set_aside(kept, by=cast.officer, now=NOW + timedelta(hours=2), reason="第二次处理")
    rectifying.refresh_from_db()
    assert rectifying.state == S.SUBMITTED, "the hazard's own steps stay as they are"
    assert not list(verify_duties())


def test_both_versions_stand_on_the_page_and_are_decided_there(
    cast: Any, rectifying: Any, client: Client
) -> None:
    conflict(cast, rectifying)
    kept = KeptSubmission.objects.get()
    address = reverse("hazards:detail", args=[rectifying.pk])
    for role in ("supervisor", "contractor"):
        client.force_login(getattr(cast, role))
        for page in (address, reverse("hazards:phone_hazard", args=[rectifying.pk])):
            html = client.get(page).content.decode()
            assert "现场又加固两处" in html
            assert "已加装防护栏杆 40 米。" in html
            assert ("kept-reason" in html) == (role == "supervisor")
    client.force_login(cast.supervisor)
    decide = reverse("hazards:kept_decide", args=[rectifying.pk, kept.pk, "set_aside"])
    assert client.post(decide, {"reason": "与已提交的回复重复"}).status_code == 302
    assert "与已提交的回复重复" in client.get(address).content.decode()
    assert client.post(decide.replace("set_aside", "burn"), {"reason": "没有这个"}).status_code == 404
    client.force_login(cast.outsider)
    assert client.post(decide, {"reason": "外人"}).status_code == 404


def test_nobody_fills_the_desk_with_late_versions(cast: Any, rectifying: Any) -> None:
    seen = mark_of(rectifying)
    reply(rectifying, cast, now=NOW + 10 * MINUTE)
    statuses = [
        send(
            cast.contractor,
            rectifying,
            "submit_reply",
            f"flood-{n:04}",
            seen,
            text=f"第 {n} 次",
            photos=[picture()],
        ).status_code
        for n in range(11)
    ]
    assert statuses == [200] * 9 + [409] * 2


def test_the_database_keeps_a_pending_version_with_its_duty(cast: Any, rectifying: Any) -> None:
    conflict(cast, rectifying)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptSubmission.objects.update(duty=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptSubmission.objects.update(state="set_aside", decided_by=cast.supervisor, decided_at=NOW)


def test_a_report_from_the_queue_is_one_hazard(cast: Any, site_project: Any) -> None:
    client = Client()
    client.force_login(cast.inspector)
    sent = {"project": site_project.code, "title": "东侧临边缺护栏", "grade": "2", "source": "inspection"}
    headers = {"Idempotency-Key": "report-0001", "Lantu-Queue": "1", "Lantu-Captured-At": CAPTURED}
    answers = [client.post(reverse("hazards:report"), sent, headers=headers).json() for _ in range(2)]
    assert answers[0]["outcome"] == "done"
    assert answers[0] == answers[1]
    assert site_project.hazards.count() == 1
    short = client.post(
        reverse("hazards:report"),
        sent | {"title": "缺"},
        headers=headers | {"Idempotency-Key": "report-0002"},
    )
    assert short.status_code == 422
    assert short.json()["detail"]


def test_open_work_is_kept_ready_in_its_readers_name(cast: Any, site_project: Any, client: Client) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    client.force_login(cast.contractor)
    pages = client.get("/phone/pages.json").json()["pages"]
    page = reverse("hazards:phone_hazard", args=[hazard.pk])
    assert {"/work/", reverse("hazards:phone"), page} <= set(pages)
    assert client.get(page)["Lantu-Keep"] == str(cast.contractor.pk)
    assert "data-after=" in client.get(page).content.decode(), (
        "the reply can be filled in before the acceptance left"
    )
    client.force_login(cast.outsider)
    assert page not in client.get("/phone/pages.json").json()["pages"]
