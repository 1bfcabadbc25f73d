"""What the database and the services refuse, also when two people press at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.hazards import services as s
from lantu.hazards.models import Hazard, OrderCounter, Reply
from lantu.hazards.states import CLOSED_STATES, OPEN_STATES, TRANSITIONS
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import HOUR, NOW, hazard_at, photo, reply

LATER = NOW + HOUR


def test_the_table_leads_from_every_open_state_to_an_end() -> None:
    reachable: dict[str, set[str]] = {}
    for (state, _verb), after in TRANSITIONS.items():
        reachable.setdefault(state, set()).add(after)
    for state in OPEN_STATES:
        seen, edge = {state}, {state}
        while edge:
            edge = {after for here in edge for after in reachable.get(here, ())} - seen
            seen |= edge
        assert seen & set(CLOSED_STATES), state
    # Only what was closed may come back, and only as the same object.
    assert {state: reachable[state] for state in set(CLOSED_STATES) & set(reachable)} == {
        S.CLOSED: {S.RETURNED}
    }


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"duty": None}, "hazard_open_has_a_duty"),
        ({"state": "closed"}, "hazard_closed"),
        ({"closed_at": NOW}, "hazard_closed_at_when_closed"),
        ({"grade": 5}, "hazard_grade_1_to_4"),
        ({"order_no": "重整〔2026〕9999号"}, "hazard_order_is_complete"),
    ],
)
def test_the_database_holds_the_law_of_the_house(
    change: dict[str, Any], constraint: str, cast: Any, site_project: Any
) -> None:
    hazard = hazard_at(S.DETECTED, cast, site_project)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(**change)


def test_a_closed_hazard_has_three_people_also_in_the_database(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CLOSED, cast, site_project)
    with pytest.raises(IntegrityError, match="three_people"), transaction.atomic():
        Hazard.objects.filter(pk=hazard.pk).update(rechecker=cast.contractor)
    with pytest.raises(ProtectedError):
        cast.contractor.delete()


def test_a_reply_needs_a_photo_or_a_reason(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.submit_reply(hazard, by=cast.contractor, now=LATER, text="已经整改")
    assert (refused.value.code, refused.value.field) == ("hazards.photo_missing", "photos")
    with pytest.raises(Refused) as refused:
        s.submit_reply(hazard, by=cast.contractor, now=LATER, text=" ", files=[("a.jpg", photo())])
    assert refused.value.field == "text"
    done = s.submit_reply(
        hazard, by=cast.contractor, now=LATER, text="已经整改", no_photo_reason="井下有限空间，禁止带入手机"
    )
    assert done.no_photo_reason == "井下有限空间，禁止带入手机"


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\xff\xd8\xff broken", b"MZ"])
def test_a_bad_photo_undoes_the_whole_reply(content: bytes, cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.submit_reply(
            hazard,
            by=cast.contractor,
            now=LATER,
            text="已经整改",
            files=[("a.jpg", photo()), ("b.jpg", content)],
        )
    assert refused.value.code.startswith("evidence.")
    hazard.refresh_from_db()
    assert hazard.state == S.RECTIFYING
    assert not Reply.objects.exists()
    assert not Evidence.objects.exists()


def test_a_document_is_no_photo(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    with pytest.raises(Refused, match="至少要有一张照片"):
        s.submit_reply(
            hazard, by=cast.contractor, now=LATER, text="详见附件", files=[("方案.pdf", b"%PDF-1.4")]
        )


def test_ten_photos_are_one_too_many(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    files = [(f"{n}.jpg", photo()) for n in range(10)]
    with pytest.raises(Refused, match="最多上传 9 个"):
        s.submit_reply(hazard, by=cast.contractor, now=LATER, text="已经整改", files=files)


def test_a_stale_page_is_told_so(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    seen = hazard.version
    s.accept_order(hazard, by=cast.contractor, now=LATER, version=seen)
    with pytest.raises(Refused) as refused:
        s.submit_reply(
            hazard, by=cast.contractor, now=LATER, text="已经整改", files=[("a.jpg", photo())], version=seen
        )
    assert refused.value.code == "hazards.changed_meanwhile"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "坑"}, "title"),
        ({"grade": 7}, "grade"),
        ({"source": "warning"}, "source"),
        ({"lon": 116.3}, "lon"),
        ({"lon": 2.35, "lat": 48.85}, "lon"),
    ],
)
def test_a_bad_report_names_its_field(
    values: dict[str, Any], field: str, cast: Any, site_project: Any
) -> None:
    good = {"project": site_project, "title": "临边无防护", "grade": 2, "by": cast.inspector, "now": NOW}
    with pytest.raises(Refused) as refused:
        s.report_hazard(**(good | values))
    assert refused.value.field == field
    assert refused.value.remedy


def test_a_deadline_beyond_the_grade_is_refused(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CONFIRMED, cast, site_project)
    with pytest.raises(Refused, match="最长 7 天"):
        s.issue_order(hazard, by=cast.officer, now=LATER, due_at=LATER + 24 * 8 * HOUR)
    assert not OrderCounter.objects.exists()


def test_an_evil_title_is_only_text(cast: Any, site_project: Any, client: Any) -> None:
    title = "<script>alert(1)</script>\x00' OR 1=1 --"
    hazard = s.report_hazard(project=site_project, title=title, grade=2, by=cast.inspector, now=NOW)
    client.force_login(cast.officer)
    shown = client.get(hazard.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown


def test_two_taps_make_one_reply(committed: None, cast: Any, site_project: Any) -> None:
    """Both requests read the hazard before either has written: the second finds it moved on."""
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def tap() -> None:
        try:
            mine = Hazard.objects.get(pk=hazard.pk)
            gate.wait(timeout=20)
            reply(mine, cast, now=LATER)
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _ in range(2)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    assert sorted(outcomes) == ["done", "hazards.wrong_order"]
    assert Reply.objects.filter(hazard=hazard).count() == 1


def test_orders_issued_at_once_get_different_numbers(committed: None, cast: Any, site_project: Any) -> None:
    hazards = [hazard_at(S.CONFIRMED, cast, site_project) for _ in range(4)]
    gate = threading.Barrier(len(hazards))

    def issue(pk: int) -> None:
        try:
            gate.wait(timeout=20)
            s.issue_order(Hazard.objects.get(pk=pk), by=cast.officer, now=LATER)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=[hazard.pk]) for hazard in hazards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Hazard.objects.values_list("order_seq", flat=True)) == [1, 2, 3, 4]
