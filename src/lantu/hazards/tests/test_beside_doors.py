"""The verbs beside the ordinary path through pages, phone and API: the same rules behind every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.cast import CAST

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.hazards import doing
from lantu.hazards import services as s
from lantu.hazards.actions import actions_for
from lantu.hazards.actions_beside import OFFERS
from lantu.hazards.grave.strips import hazard_strips
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.grave import SIX, listed, major_at
from lantu.hazards.tests.site import HOUR, NOW, hazard_at, photo


def _act(client: Any, person: Any, hazard: Any, verb: str, **values: Any) -> Any:
    client.force_login(person)
    return client.post(reverse("hazards:act", args=[hazard.pk, verb]), {"door": "phone", **values})


def test_a_major_hazard_on_the_pages(cast: Any, site_project: Any, client: Any) -> None:
    hazard = major_at("confirmed", cast, site_project)
    steps = [
        (cast.officer, "issue_order", {"measures": "加固", "stop_scope": "part", "stop_area": "基坑东侧"}),
        (cast.contractor, "accept_order", {}),
        (cast.contractor, "submit_plan", SIX),
        (cast.inspector, "approve_plan", {f"in_place_{key}": "1" for key in ("measures", "funds", "deadline", "person", "emergency")}),
        (cast.director, "list_hazard", {"authority": "市安委会", "document_no": "〔2026〕3号", "requirement": "限期消除"}),
        (cast.contractor, "submit_reply", {"text": "已加固", "photos": SimpleUploadedFile("a.jpg", photo(), "image/jpeg")}),
        (cast.contractor, "submit_reply", {"text": "已按要求加固", "photos": SimpleUploadedFile("b.jpg", photo(), "image/jpeg")}),
        (cast.supervisor, "supervisor_confirm", {}),
        (cast.contractor, "ask_resume", {"text": "变形已稳定", "photos": SimpleUploadedFile("c.jpg", photo(), "image/jpeg")}),
        (cast.inspector, "order_resume", {"note": "同意"}),
        (cast.officer, "delist", {"document_no": "〔2026〕9号", "note": "验收合格"}),
        (cast.inspector, "recheck_close", {"experts": "薛教授 咨询院"}),
    ]  # fmt: skip
    for number, (person, verb, values) in enumerate(steps):
        hazard = Hazard.objects.select_related("project", "duty").get(pk=hazard.pk)
        client.force_login(person)
        for page in ("detail", "phone_hazard"):
            assert client.get(reverse(f"hazards:{page}", args=[hazard.pk])).status_code == 200
        expected = 422 if number == 5 else 302
        assert _act(client, person, hazard, verb, **values).status_code == expected, verb
    hazard.refresh_from_db()
    assert hazard.state == S.CLOSED


def test_the_same_over_http(cast: Any, site_project: Any, client: Any) -> None:
    hazard = major_at("accepted", cast, site_project)

    def call(person: Any, verb: str, **body: Any) -> Any:
        client.force_login(person)
        return client.post(f"/api/v1/hazards/{hazard.pk}/{verb}", body, content_type="application/json")

    planned = call(cast.contractor, "submit_plan", **SIX)
    assert planned.status_code == 200, planned.content
    assert planned.json()["plans"][0]["items"]["methods"] == SIX["methods"]
    assert call(cast.inspector, "return_plan", reason="缺少监测频率").json()["state"] == "accepted"
    assert (
        call(cast.contractor, "dispute", ground="clause", reason="条款适用不当").json()["disputes"][0][
            "ground"
        ]
        == "clause"
    )
    decided = call(
        cast.director, "decide_dispute", outcome="redirected", to="owner", reason="由业主整改"
    ).json()
    assert (decided["state"], decided["rectifier_unit"]) == ("ordered", cast.owner.organisation.name)
    assert (
        call(cast.inspector, "transfer", to="contractor", reason="改回施工单位").json()["state"] == "ordered"
    )
    assert call(cast.inspector, "order_stop", scope="whole", reason="再次停工").status_code == 409
    assert call(
        cast.director,
        "list_hazard",
        authority="市安委会",
        document_no="3号",
        requirement="限期消除",
        until="2036-06-01T00:00:00Z",
    ).json()["listings"]
    assert call(cast.inspector, "regrade", grade=3, reason="想要降低等级").status_code == 409
    client.force_login(cast.officer)
    assert client.get("/api/v1/hazard-major-clauses").json()[0]["mark"] in "VKDU"
    assert client.get("/api/v1/hazards?set=listed").json()["items"][0]["is_major"] is True
    made = client.post(
        f"/api/v1/hazards/{hazard.pk}/documents", {"kind": "stop"}, content_type="application/json"
    )
    assert made.status_code == 201
    assert (
        client.get(f"/api/v1/hazards/{hazard.pk}/documents").json()[0]["content_sha256"]
        == made.json()["content_sha256"]
    )


def test_more_time_and_look_backs_over_http(
    cast: Any, site_project: Any, client: Any, monkeypatch: Any
) -> None:
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: NOW + HOUR)
    hazard = hazard_at(S.RECTIFYING, cast, site_project)

    def call(person: Any, path: str, **body: Any) -> Any:
        client.force_login(person)
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    wanted = (hazard.due_at + 5 * HOUR).isoformat()
    asked = call(
        cast.contractor, f"/hazards/{hazard.pk}/ask_extension", wanted_due_at=wanted, reason="材料未到场"
    )
    assert asked.json()["extension_asked"]["decider"] == str(cast.officer)
    assert (
        call(cast.officer, f"/hazards/{hazard.pk}/refuse_extension", reason="理由不足").json()["extensions"]
        == 0
    )
    call(cast.contractor, f"/hazards/{hazard.pk}/ask_extension", wanted_due_at=wanted, reason="材料仍未到场")
    granted = call(cast.officer, f"/hazards/{hazard.pk}/grant_extension", reason="情况属实").json()
    assert granted["extensions"] == 1
    assert granted["original_due_at"] < granted["due_at"]
    closed = hazard_at(S.CLOSED, cast, site_project)
    s.open_look_back(closed, window_days=30, mandatory=True, now=NOW)
    row = closed.look_backs.get()
    client.force_login(cast.inspector)
    assert client.get("/api/v1/look-backs?open_only=true").json()["items"][0]["id"] == row.pk
    assert client.get(f"/hazards/look-backs/{row.pk}/").status_code == 200
    assert closed.title in client.get("/hazards/look-backs/").content.decode()
    page = client.post(f"/hazards/look-backs/{row.pk}/", {"passed": "0", "note": ""})
    assert page.status_code == 422
    done = client.post(f"/api/v1/look-backs/{row.pk}/done", {"passed": "false", "note": "护栏又被拆除"})
    assert done.json()["passed"] is False
    closed.refresh_from_db()
    assert closed.state == S.RETURNED


def test_every_offered_verb_has_its_form_and_its_service() -> None:
    from django.template.loader import get_template

    for one in OFFERS:
        assert one.action.verb in doing.DOINGS
        get_template(one.action.template)


@pytest.mark.parametrize("step", ["ordered", "accepted", "planned", "sv_confirmed", "asked", "resumed"])
def test_nobody_is_offered_what_would_be_refused_for_who_they_are(
    step: str, cast: Any, site_project: Any
) -> None:
    hazard = major_at(step, cast, site_project)
    for role in CAST:
        hazard = Hazard.objects.get(pk=hazard.pk)
        verbs = {action.verb for action in actions_for(getattr(cast, role), hazard)}
        if role in {"outsider", "auditor", "clerk", "expert", "sysadmin", "secadmin"}:
            assert not verbs
        if role == "contractor":
            assert not verbs & {
                "approve_plan",
                "order_resume",
                "recheck_close",
                "delist",
                "regrade",
                "list_hazard",
            }
        if role == "supervisor":
            assert not verbs & {"order_resume", "recheck_close", "approve_plan"}
        if role == "officer":
            assert "recheck_close" not in verbs


def test_strips_on_the_project_page(cast: Any, site_project: Any, client: Any) -> None:
    assert hazard_strips(site_project, cast.officer, NOW) == []
    hazard = major_at("ordered", cast, site_project)
    (strip,) = hazard_strips(site_project, cast.officer, NOW + HOUR)
    assert (strip.severity, str(strip.title), strip.due_at) == (4, "局部停工", hazard.due_at)
    assert hazard_strips(site_project, cast.outsider, NOW) == []
    client.force_login(cast.officer)
    assert hazard.title in client.get(site_project.get_absolute_url()).content.decode()
    assert listed(hazard, cast).listings.exists()


def test_small_and_repeated_photos_are_refused_in_words(cast: Any, site_project: Any) -> None:
    import io

    from PIL import Image

    def picture(side: int) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (side, side), (9, 9, 9)).save(out, "PNG")
        return out.getvalue()

    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    with pytest.raises(Refused, match="1×1 像素") as refused:
        s.submit_reply(
            hazard, by=cast.contractor, now=NOW + HOUR, text="已经整改", files=[("a.png", picture(1))]
        )
    assert refused.value.field == "photos"
    twice = photo()
    with pytest.raises(Refused, match="已经交过"):
        s.submit_reply(
            hazard,
            by=cast.contractor,
            now=NOW + HOUR,
            text="已经整改",
            files=[("a.jpg", twice), ("b.jpg", twice)],
        )
    s.submit_reply(hazard, by=cast.contractor, now=NOW + HOUR, text="已经整改", files=[("a.jpg", twice)])
    s.supervisor_return(hazard, by=cast.supervisor, now=NOW + 2 * HOUR, reason="只拍了一角")
    with pytest.raises(Refused, match="已经交过"):
        s.submit_reply(
            hazard, by=cast.contractor, now=NOW + 3 * HOUR, text="再次整改", files=[("a.jpg", twice)]
        )


def test_what_machines_see_waits_to_be_confirmed_once(cast: Any, site_project: Any) -> None:
    from lantu.hazards.subscribers import record_finding

    def event(severity: int, subject: int) -> Event:
        return Event(
            id=None,
            kind="monitoring.observation_made",
            project_id=site_project.pk,
            subject_type="monitoring.observation",
            subject_id=subject,
            at=NOW,
            payload={
                "severity": severity,
                "title": "未戴安全帽",
                "place": "东门",
                "inputs": {"confidence": 0.93},
            },
        )

    for _again in range(2):
        record_finding(event(2, 7))
    record_finding(event(1, 8))
    hazard = Hazard.objects.get()
    assert (hazard.state, hazard.source, hazard.source_ref) == (
        S.DETECTED,
        "camera",
        "monitoring.observation:7",
    )
    assert hazard.source_inputs == {"confidence": 0.93}
    assert hazard.duty.holder == cast.officer


def test_pins_and_elements_are_checked(cast: Any, site_project: Any) -> None:
    def found(**more: Any) -> Any:
        return s.report_hazard(
            project=site_project, title="临边未防护", grade=2, by=cast.inspector, now=NOW, **more
        )

    made = found(
        pin={"drawing": "结施-12", "x": 0.5, "y": "0.25"}, ifc_guid="2O2Fr$t4X7Zf8NOew3FLOH", sub_type="临边"
    )
    assert made.pin == {"drawing": "结施-12", "x": 0.5, "y": 0.25}
    for bad in ({"pin": {"drawing": "结施-12", "x": 2, "y": 0}}, {"ifc_guid": "short"}, {"field": "mood"}):
        with pytest.raises(Refused) as refused:
            found(**bad)
        assert refused.value.status == 422


def test_a_stranger_finds_the_public_list_and_nothing_else(client: Any, db: Any) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'href="/hazards/listed/"' in page
    assert "/public/" not in page, "no plan is issued yet"
    public = client.get("/hazards/listed/").content.decode()
    assert public.count('href="/hazards/listed/" aria-current="page"') == 2, "header and menu"
    assert 'href="/hazards/"' not in public
