"""Risk points, patrols and inspections over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lantu.hazards.risk_points import services as s
from lantu.hazards.risk_points.judging import works
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.tests.site import photo

API = "/api/v1"


class Caller:
    """A signed-in person who speaks JSON."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.client.force_login(user)

    def get(self, path: str) -> Any:
        return self.client.get(f"{API}{path}")

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"{API}{path}", body or {}, content_type="application/json")

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"{API}{path}", body, content_type="application/json")


def body(project: Any, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "project": project.code, "name": "基坑开挖", "place": "北侧", "kind": "pit.excavation",
        "work_from": today.isoformat(), "work_to": (today + timedelta(days=20)).isoformat(),
    } | more  # fmt: skip


def test_the_life_of_a_point(cast: Any, site_project: Any) -> None:
    builder, boss = Caller(cast.contractor), Caller(cast.supervisor)
    made = builder.post("/risk-points", body(site_project))
    assert made.status_code == 201
    point = made.json()
    assert (point["level"], point["missing"], point["may"]) == (
        None,
        ["depth_m", "complex_site"],
        ["submit", "void"],
    )
    path = f"/risk-points/{point['id']}"
    refused = builder.post(f"{path}/submit")
    assert (refused.status_code, refused.json()["type"].endswith("risk_points.cannot_judge")) == (422, True)
    assert builder.patch(path, {"parameters": {"depth_m": 3.5}}).json()["level"] == 1
    assert builder.post(f"{path}/submit").json()["state"] == "submitted"
    assert builder.post(f"{path}/review").status_code == 403
    assert boss.post(f"{path}/send_back", {"reason": "部位写得不清"}).json()["state"] == "draft"
    builder.patch(path, {"place": "北侧 3—5 轴"})
    builder.post(f"{path}/submit")
    assert boss.post(f"{path}/review").json()["state"] == "reviewed"
    assert builder.post(f"{path}/control").status_code == 409
    sections = [section.code for section in works().sections]
    builder.post(f"{path}/scheme", {"sections": sections, "approved_on": timezone.localdate().isoformat()})
    assert builder.post(f"{path}/control").json()["state"] == "in_control"
    lower = builder.post(f"{path}/reassess", {"note": "变形已经稳定", "likelihood": 1}).json()
    assert (lower["grade"], lower["state"]) == (3, "submitted")
    boss.post(f"{path}/review")
    assert builder.post(f"{path}/control").json()["grade"] == 2
    assert boss.post(f"{path}/close", {"reason": "回填完成"}).json()["state"] == "closed"
    listed = Caller(cast.director).get("/risk-points?set=closed").json()["items"]
    assert [row["id"] for row in listed] == [point["id"]]
    assert Caller(cast.outsider).get(path).status_code == 404


def test_patrols(cast: Any, site_project: Any) -> None:
    builder = Caller(cast.contractor)
    point = builder.post("/risk-points", body(site_project, kind="plain.electric")).json()
    path = f"/risk-points/{point['id']}"
    builder.post(f"{path}/submit")
    plan = builder.post(
        "/patrol-plans", {"project": site_project.code, "name": "日巡", "points": [point["id"]]}
    )
    assert plan.status_code == 201
    s.open_due_rounds(now=timezone.now() + timedelta(days=1))
    assert [row["state"] for row in builder.get("/patrol-rounds").json()["items"]] == ["open"]
    token = RiskPoint.objects.get().token
    checked = builder.client.post(f"{API}{path}/check", {"token": token})
    assert (checked.status_code, checked.json()["scanned"], checked.json()["all_right"]) == (201, True, True)
    assert [row["state"] for row in builder.get("/patrol-rounds").json()["items"]] == ["done"]
    file = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    found = builder.client.post(
        f"{API}{path}/check", {"note": "漏电保护器失灵", "failed_controls": ["2"], "photos": file}
    )
    assert found.json()["hazard"] is not None
    stopped = builder.post(f"/patrol-plans/{plan.json()['id']}/stop", {"reason": "已经完工"})
    assert stopped.json()["stopped_at"] is not None
    assert len(builder.get("/patrol-plans").json()["items"]) == 1
    assert len(builder.get("/risk-points/kinds").json()) == len(works().kinds)


def test_inspections(cast: Any, site_project: Any) -> None:
    inspector, second = Caller(cast.inspector), Caller(cast.officer)
    today = timezone.localdate().isoformat()
    made = inspector.post(
        "/inspections",
        {
            "project": site_project.code,
            "kind": "environment",
            "inspector": "inspector",
            "second": "officer",
            "planned_on": today,
        },
    )
    assert made.status_code == 201
    path = f"/inspections/{made.json()['id']}"
    assert second.post(f"{path}/start").status_code == 403
    sheet = inspector.post(f"{path}/start").json()
    rows = {entry["item"]: {"points": 1, "conforming": 1} for entry in sheet["entries"]}
    rows["2"] = {"points": 1, "conforming": 0, "finding": "黄土未覆盖", "grade": 2}
    assert inspector.post(f"{path}/tables/six_hundreds", {"rows": rows}).status_code == 200
    assert inspector.post(f"{path}/finish").status_code == 422
    entry = next(entry["id"] for entry in sheet["entries"] if entry["item"] == "2")
    file = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    assert inspector.client.post(f"{API}{path}/items/{entry}/photos", {"photos": file}).status_code == 200
    done = inspector.post(f"{path}/finish").json()
    assert (done["result"], done["total"], len(done["sheet_hash"])) == ("failed", 83.33, 64)
    assert second.post(f"{path}/send_back", {"reason": "再看一遍"}).json()["state"] == "in_progress"
    inspector.post(f"{path}/finish")
    assert second.post(f"{path}/sign").json()["state"] == "signed"
    assert [row["id"] for row in second.get("/inspections?set=failed").json()["items"]] == [made.json()["id"]]


def test_draws(cast: Any, site_project: Any) -> None:
    caller = Caller(cast.officer)
    wanted = {
        "kind": "environment", "inspectors": ["inspector", "officer"], "count": 1,
        "planned_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    made = caller.post("/inspection-draws", wanted)
    assert made.status_code == 201
    assert (made.json()["repeats"], made.json()["projects"]) == (True, [site_project.code])
    again = caller.get(f"/inspection-draws/{made.json()['id']}").json()
    assert again == made.json()
    assert caller.post("/inspection-draws", wanted | {"inspectors": ["nobody"]}).status_code == 422
    assert (
        caller.post(f"/inspections/{again['inspections'][0]}/void", {"reason": "工地停工"}).json()["state"]
        == "void"
    )
