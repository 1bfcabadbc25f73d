"""Pages of risk points and patrols as people see them, and the spreadsheet."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from lantu.hazards.models import Hazard
from lantu.hazards.risk_points import services as s
from lantu.hazards.risk_points.models import PatrolCheck, PatrolPlan, RiskPoint
from lantu.hazards.risk_points.sheets import headings
from lantu.hazards.risk_points.states import PointState as S
from lantu.hazards.risk_points.tests.stories import draft, point_at
from lantu.hazards.tests.site import NOW, dust_monitor, photo
from lantu.monitoring.models import Channel
from lantu.monitoring.telemetry.models import Latest

R = "/hazards/risks"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_page_opens(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project, parameters={"depth_m": 8.0})
    plan = s.plan_patrol(
        project=site_project, name="日巡", period_days=1, patroller=cast.contractor, points=[point],
        by=cast.contractor, now=NOW,
    )  # fmt: skip
    s.open_due_rounds(now=NOW)
    for user in (cast.contractor, cast.director):
        client = signed_in(user)
        for path in (
            f"{R}/", f"{R}/?set=open&q=%E5%9F%BA%E5%9D%91&level=2&week=2026-W24", f"{R}/map/?week=2026-W24",
            f"{R}/{point.pk}/", f"{R}/{point.pk}/check/", f"{R}/{point.pk}/qr.svg",
            f"{R}/project/{site_project.code}/", f"{R}/project/{site_project.code}/sheets/",
            f"/hazards/p/{point.token}/", "/hazards/patrols/", "/hazards/patrols/?set=missed",
            f"/hazards/patrols/rounds/{plan.rounds.get().pk}/", f"{R}/export.xlsx",
        ):  # fmt: skip
            assert client.get(path).status_code == 200, path
    client = signed_in(cast.contractor)
    for path in (f"{R}/new/", f"{R}/new/?project={site_project.code}&kind=pit.excavation", f"{R}/import/",
                 f"{R}/template.xlsx", f"{R}/project/{site_project.code}/patrol/"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert "应停止" not in client.get(f"{R}/{point.pk}/").content.decode()


def test_a_stranger_finds_nothing(cast: Any, site_project: Any) -> None:
    point = draft(cast, site_project)
    client = signed_in(cast.outsider)
    for path in (f"{R}/{point.pk}/", f"/hazards/p/{point.token}/", f"{R}/project/{site_project.code}/"):
        assert client.get(path).status_code == 404, path
    assert point.name not in client.get(f"{R}/").content.decode()
    assert client.get(f"{R}/layer.json?week=2026-W24").json()["features"] == []


def test_the_map_follows_the_week(cast: Any, site_project: Any) -> None:
    point_at(S.SUBMITTED, cast, site_project)
    draft(cast, site_project)
    client = signed_in(cast.director)
    for week, there in (("2026-W23", 0), ("2026-W24", 1), ("2026-W25", 1), ("2026-W26", 0)):
        features = client.get(f"{R}/layer.json?week={week}").json()["features"]
        assert len(features) == there, week
    seen = client.get(f"{R}/layer.json?week=2026-W24").json()["features"][0]
    assert seen["properties"]["severity"] == 3
    assert seen["geometry"]["coordinates"] == [site_project.lon, site_project.lat]
    document = client.get("/map/layers.json?layers=risk_points").json()
    assert [(layer["key"], layer["visible"]) for layer in document["layers"]] == [("risk_points", True)]


def test_writing_and_walking_through_the_pages(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.contractor)
    form = {
        "project": site_project.code, "kind": "formwork.concrete", "name": "大厅高支模", "place": "1 层大厅",
        "p_height_m": "8.6", "work_from": "2026-06-08", "work_to": "2026-06-30", "likelihood": "3", "exposure": "6",
        "consequence": "15", "controls": "立杆间距复核\n浇筑时下方无人", "save": "1",
    }  # fmt: skip
    refused = client.post(f"{R}/new/", form | {"p_height_m": "high"})
    assert refused.status_code == 422
    assert "大厅高支模" in refused.content.decode()
    assert client.post(f"{R}/new/", form).status_code == 302
    point = RiskPoint.objects.get()
    assert (point.level, len(point.controls)) == (2, 2)
    client.post(f"{R}/{point.pk}/do/submit/", {"version": point.version})
    boss = signed_in(cast.supervisor)
    assert boss.post(f"{R}/{point.pk}/do/send_back/", {"reason": ""}).status_code == 422
    assert boss.post(f"{R}/{point.pk}/do/review/", {}).status_code == 302
    assert client.post(f"{R}/{point.pk}/do/control/", {}).status_code == 409
    assert client.post(f"{R}/{point.pk}/do/fly/", {}).status_code == 404
    scheme = {"sections": ["overview"], "approved_on": "2026-06-01", "experts": "甲\n乙"}
    assert client.post(f"{R}/{point.pk}/scheme/", scheme).status_code == 302
    point.refresh_from_db()
    assert (point.scheme_sections, point.experts) == (["overview"], ["甲", "乙"])


def test_scanning_the_sheet_and_finding_something(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    client = signed_in(cast.contractor)
    assert client.post(f"/hazards/p/{point.token}/", {"outcome": "right"}).status_code == 302
    check = PatrolCheck.objects.get()
    assert (check.scanned, check.all_right) == (True, True)
    bare = client.post(
        f"/hazards/p/{point.token}/", {"outcome": "finding", "failed": ["1"], "note": "栏杆缺失"}
    )
    assert bare.status_code == 422
    files = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    found = client.post(
        f"/hazards/p/{point.token}/",
        {"outcome": "finding", "failed": ["1"], "note": "栏杆缺失", "photos": files},
    )
    assert found.status_code == 302
    assert Hazard.objects.get().place == point.place


def test_half_a_form_is_no_check_and_a_second_press_no_second_one(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    client = signed_in(cast.contractor)
    address = f"{R}/{point.pk}/check/"
    bodies: tuple[dict[str, str], ...] = ({}, {"outcome": "ok"})
    for body in bodies:
        assert client.post(address, body).status_code == 422
    assert not point.checks.exists()
    for _press in range(2):
        assert client.post(address, {"outcome": "right"}).status_code == 302
    assert point.checks.count() == 1
    for name in ("a.jpg", "b.jpg"):
        files = SimpleUploadedFile(name, photo(), "image/jpeg")
        found = {"outcome": "finding", "note": "临边防护缺失一处", "photos": files}
        assert client.post(address, found).status_code == 302
    assert Hazard.objects.count() == 1


def test_planning_and_stopping_a_patrol(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    client = signed_in(cast.contractor)
    address = f"{R}/project/{site_project.code}/patrol/"
    assert client.post(address, {"name": "日巡", "period_days": "0", "points": [point.pk]}).status_code == 422
    assert client.post(address, {"name": "日巡", "period_days": "1", "points": [point.pk]}).status_code == 302
    plan = PatrolPlan.objects.get()
    client.post(f"/hazards/patrols/{plan.pk}/stop/", {"reason": "已经完工"})
    plan.refresh_from_db()
    assert plan.stopped_at is not None


def book(*rows: dict[str, Any]) -> SimpleUploadedFile:
    out = io.BytesIO()
    workbook = Workbook()
    sheet = workbook.active
    sheet.append([heading for _key, heading in headings()])
    for row in rows:
        sheet.append([row.get(key) for key, _heading in headings()])
    workbook.save(out)
    return SimpleUploadedFile("risks.xlsx", out.getvalue())


GOOD = {
    "project": "2601-371402-04-01-100001", "name": "基坑开挖", "place": "北侧", "kind": "土方开挖、支护、降水",
    "work_from": "2026-06-08", "work_to": "2026/06/30", "p_depth_m": 6.5,
}  # fmt: skip


def test_a_workbook_is_rehearsed_and_then_stored(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.contractor)
    shown = client.post(f"{R}/import/", {"file": book(GOOD, GOOD | {"name": "降水", "p_depth_m": None})})
    assert shown.status_code == 200
    assert not RiskPoint.objects.exists()
    rows = shown.context["rows"]
    assert client.post(f"{R}/import/", {"rows": rows}).status_code == 302
    assert [point.level for point in RiskPoint.objects.order_by("no")] == [2, None]
    assert signed_in(cast.owner).post(f"{R}/import/", {"rows": rows}).status_code == 422


def test_faults_are_named_by_row_and_column(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.contractor)
    shown = client.post(
        f"{R}/import/",
        {"file": book(GOOD, GOOD | {"work_from": "soon"}, GOOD | {"kind": "登月"}, GOOD | {"place": None})},
    )
    assert shown.status_code == 422
    found = [(trouble.row, trouble.column) for trouble in shown.context["preview"].troubles]
    assert found == [(3, "作业开始"), (4, "作业类别"), (5, "部位")]
    shown = client.post(
        f"{R}/import/",
        {"file": book(GOOD | {"p_depth_m": 900}, GOOD | {"project": "x"}, GOOD | {"responsible": "nobody"})},
    )
    found = [(trouble.row, trouble.column) for trouble in shown.context["preview"].troubles]
    assert found == [(2, "开挖深度（m）"), (3, "项目代码"), (4, "管控责任人账号")]
    assert all(trouble.remedy for trouble in shown.context["preview"].troubles)
    assert not RiskPoint.objects.exists()


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(cast: Any, site_project: Any, content: bytes) -> None:
    file = SimpleUploadedFile("risks.xlsx", content)
    assert signed_in(cast.contractor).post(f"{R}/import/", {"file": file}).status_code == 422


def test_an_export_can_be_read_again(cast: Any, site_project: Any) -> None:
    point_at(S.IN_CONTROL, cast, site_project, name="=基坑", place="北侧")
    client = signed_in(cast.contractor)
    exported = client.get(f"{R}/export.xlsx").content
    rows = list(load_workbook(io.BytesIO(exported))["风险点"].values)
    assert rows[1][1] == "'=基坑"  # a formula is only text
    shown = client.post(f"{R}/import/", {"file": SimpleUploadedFile("again.xlsx", exported)})
    assert shown.status_code == 200, [str(t) for t in shown.context["preview"].troubles]


def test_work_stands_still_in_the_wind_of_its_own_site(cast: Any, site_project: Any) -> None:
    point = point_at(
        S.IN_CONTROL, cast, site_project, kind="lifting.works", parameters={"unusual_lifting": False}
    )
    calm = draft(cast, site_project, kind="plain.electric", parameters={})
    device = dust_monitor(site_project)
    wind = Channel.objects.create(
        device=device,
        key="wind_speed",
        label="风速",
        unit="m/s",
        range_low=0,
        range_high=60,
        period_s=60,
        rank=2,
    )
    now = timezone.now()
    latest = Latest.objects.create(channel=wind, at=now, value=10.7, received_at=now)
    client = signed_in(cast.contractor)
    assert "应停止作业" not in client.get(f"{R}/{point.pk}/").content.decode()
    assert "JGJ 276-2012" in client.get(f"{R}/{point.pk}/").content.decode()
    latest.value = 10.8
    latest.save()
    assert "现场风速 10.8 m/s" in client.get(f"{R}/{point.pk}/").content.decode()
    assert "现场风速" not in client.get(f"{R}/{calm.pk}/").content.decode()
    latest.at = now - timedelta(hours=1)  # an old reading says nothing about now
    latest.save()
    assert "现场风速" not in client.get(f"{R}/{point.pk}/").content.decode()


def test_figures_open_their_rows(cast: Any, site_project: Any) -> None:
    today = timezone.localdate()
    point_at(S.SUBMITTED, cast, site_project, consequence=40, work_from=today, work_to=today)
    client = signed_in(cast.director)
    for name, value in (("risk_points.red", 1), ("risk_points.red_this_week", 1), ("risk_points.blue", 0)):
        figure = client.get(f"/api/v1/figures/{name}").json()
        assert figure["value"] == value, name
        assert client.get(figure["rows"]).context["page"].paginator.count == value
    assert client.get("/api/v1/figures/risk_points.patrol_completion").json()["value"] is None
