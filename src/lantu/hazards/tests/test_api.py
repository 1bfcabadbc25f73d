"""The API obeys the services: one loop, refusals as problems, visibility."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import hazard_at, photo


@pytest.fixture
def call(client: Any) -> Any:
    def _call(who: Any, path: str, body: Any = None, *, form: bool = False) -> Any:
        client.force_login(who)
        if body is None:
            return client.get(f"/api/v1{path}")
        if form:
            return client.post(f"/api/v1{path}", body)
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    return _call


def test_the_loop_over_http(cast: Any, site_project: Any, call: Any) -> None:
    made = call(cast.inspector, "/hazards", {"project": site_project.code, "title": "临边未防护", "grade": 2})
    assert made.status_code == 201, made.content
    path = f"/hazards/{made.json()['id']}"
    picture = SimpleUploadedFile("前.jpg", photo(), content_type="image/jpeg")
    assert len(call(cast.inspector, f"{path}/photos", {"photos": picture}, form=True).json()["evidence"]) == 1
    assert call(cast.officer, f"{path}/confirm", {"grade": 3}).json()["grade"] == 3
    ordered = call(cast.officer, f"{path}/issue_order", {"measures": "立即加装护栏"}).json()
    assert ordered["order_no"].endswith("0001号")
    assert ordered["duty"]["holder"] == "单安全"
    assert call(cast.contractor, f"{path}/accept_order", {}).json()["may"] == [
        "submit_reply", "propose_false", "submit_plan", "dispute",
    ]  # fmt: skip
    files = {"text": "已加装护栏", "photos": SimpleUploadedFile("后.jpg", photo(), content_type="image/jpeg")}
    replied = call(cast.contractor, f"{path}/submit_reply", files, form=True).json()
    assert replied["replies"][0]["evidence"][0]["findings"] == [
        {"code": "exif_time_missing", "detail": "照片没有自带拍摄时间（可能经聊天软件转发或截图）"}
    ]
    assert (
        call(cast.supervisor, f"{path}/supervisor_return", {"reason": "缺踢脚板"}).json()["state"]
        == "returned"
    )
    again = {"text": "已补踢脚板", "photos": SimpleUploadedFile("后.jpg", photo(), content_type="image/jpeg")}
    call(cast.contractor, f"{path}/submit_reply", again, form=True)
    call(cast.supervisor, f"{path}/supervisor_confirm", {"note": "属实"})
    closed = call(cast.inspector, f"{path}/recheck_close", {}).json()
    assert (closed["state"], closed["returned_count"], closed["duty"]) == ("closed", 1, None)
    assert [review["passed"] for reply in closed["replies"] for review in reply["reviews"]] == [
        False,
        True,
        True,
    ]


def test_refusals_are_problems_with_a_remedy(cast: Any, site_project: Any, call: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    got = call(cast.contractor, f"/hazards/{hazard.pk}/submit_reply", {"text": "已经整改"}, form=True)
    assert got.status_code == 409
    assert got["Content-Type"].startswith("application/problem+json")
    assert got.json()["type"] == "urn:lantu:hazards.wrong_order"
    assert "签收" in got.json()["remedy"]
    assert call(cast.supervisor, f"/hazards/{hazard.pk}/accept_order", {}).status_code == 403
    assert call(cast.contractor, f"/hazards/{hazard.pk}/accept_order", {"version": 1}).status_code == 409
    assert (
        call(cast.officer, "/hazards", {"project": site_project.code, "title": "坑", "grade": 2}).status_code
        == 422
    )
    assert (
        call(cast.officer, "/hazards", {"project": "x\x00", "title": "深坑无盖板", "grade": 2}).status_code
        == 422
    )


def test_an_outsider_reads_and_writes_nothing(cast: Any, site_project: Any, call: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    assert call(cast.outsider, "/hazards").json() == {"items": [], "next": None}
    assert call(cast.outsider, f"/hazards/{hazard.pk}").status_code == 404
    for verb in ("accept_order", "void", "merge", "confirm"):
        body = {"reason": "没有理由", "into": 1}
        assert call(cast.outsider, f"/hazards/{hazard.pk}/{verb}", body).status_code == 404, verb
    assert call(cast.sysadmin, "/hazards").status_code == 403


def test_the_list_pages_and_filters(cast: Any, site_project: Any, call: Any) -> None:
    for _ in range(3):
        hazard_at(S.ORDERED, cast, site_project)
    first = call(cast.officer, "/hazards?limit=2&set=open").json()
    assert len(first["items"]) == 2
    rest = call(cast.officer, f"/hazards?limit=2&set=open&cursor={first['next']}").json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert len(call(cast.contractor, "/hazards?mine=true").json()["items"]) == 3
    assert call(cast.officer, "/hazards?cursor=nonsense").status_code == 422
    assert call(cast.officer, "/hazards?unit=99999999999999999999").json()["items"] == []
    assert call(cast.officer, "/hazards/99999999999999999999").status_code == 404
