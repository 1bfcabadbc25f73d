"""The schedule API end to end: the same rules as behind the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lantu.lifecycle.schedule.tests.scenes import PDF, at, in_force, new_schedule

pytestmark = pytest.mark.django_db


def door(person: Any) -> Client:
    """A signed-in client."""
    client = Client()
    client.force_login(person)
    return client


def send(client: Client, path: str, body: Any) -> Any:
    """POST JSON."""
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_create_edit_propose_and_put_in_force(site_project: Any, cast: Any) -> None:
    mine, office = door(cast.contractor), door(cast.officer)
    body = {
        "project": site_project.code, "name": "主体结构计划", "kind": "section", "start_at": "2026-06-01T08:00:00",
        "activities": [
            {"code": "A", "name": "基础", "duration_min": 4800, "budget_yuan": 100},
            {"code": "B", "name": "主体", "duration_min": 9600, "budget_yuan": 300},
        ],
        "links": [{"predecessor_code": "A", "successor_code": "B"}],
    }  # fmt: skip
    made = send(mine, "/schedules", body)
    assert made.status_code == 201, made.content
    pk, found = made.json()["id"], made.json()
    assert found["finish_at"].startswith("2026-07-13")
    assert found["may_edit"] is True
    looped = body | {"links": [*body["links"], {"predecessor_code": "B", "successor_code": "A"}]}
    refused = send(mine, "/schedules", looped)
    assert refused.status_code == 422
    assert refused.json()["cycles"] == ["A 基础 → B 主体 → A 基础"]
    change = {"op": "set", "code": "B", "values": {"duration_min": 4800}}
    assert send(mine, f"/schedules/{pk}/edits", {"edited_no": 1, "changes": [change]}).status_code == 200
    stale = send(mine, f"/schedules/{pk}/edits", {"edited_no": 1, "changes": [change]})
    assert stale.status_code == 409
    assert stale.json()["differences"][0]["theirs"] == 4800
    bad = {"op": "set", "code": "B", "values": {"percent": 50}}
    assert send(mine, f"/schedules/{pk}/edits", {"edited_no": 2, "changes": [bad]}).status_code == 422
    asked = send(mine, f"/schedules/{pk}/propose", {"approver": cast.officer.username, "edited_no": 2})
    assert asked.json()["duty"]["holder"] == str(cast.officer)
    approved = office.post(
        f"/api/v1/schedules/{pk}/put-in-force",
        {"document": SimpleUploadedFile("批复.pdf", PDF), "document_no": "1号"},
    )
    assert approved.status_code == 200, approved.content
    assert approved.json()["status"] == "in_force"
    assert approved.json()["baselines"][0]["document_no"] == "1号"
    frozen = door(cast.director).post(
        f"/api/v1/schedules/{pk}/baselines",
        {"document": SimpleUploadedFile("a.pdf", PDF), "name": "调整基准"},
    )
    assert [row["number"] for row in frozen.json()["baselines"]] == [1, 2]


def test_reads_of_a_plan_in_force(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=at("2026-06-01 09:00"))
    client = door(cast.officer)
    chart = client.get(f"/api/v1/schedules/{schedule.pk}/gantt")
    document = json.loads(b"".join(chart.streaming_content))  # type: ignore[attr-defined]
    assert len(document["tasks"]) == 8
    assert len(document["tasks"][0]) == len(document["columns"])
    for path in ("s-curve", "earned-value", "forecast", "deviations", "network", "baselines", "slips"):
        answer = client.get(f"/api/v1/schedules/{schedule.pk}/{path}")
        assert answer.status_code == 200, (path, answer.content)
    what = client.get(f"/api/v1/schedules/{schedule.pk}/what-if", {"activity": "F", "days": 3}).json()
    assert what["critical"] is True
    early = client.get(f"/api/v1/schedules/{schedule.pk}/claim", {"days": 3, "planned_days": 9})
    assert early.status_code == 409
    listed = client.get("/api/v1/schedules", {"project": site_project.code, "status": "in_force"}).json()
    assert [row["id"] for row in listed["items"]] == [schedule.pk]
    assert client.get(f"/api/v1/schedules/{schedule.pk}/gantt", {"baseline": 9}).status_code == 422


def test_an_outsider_finds_nothing(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=at("2026-06-01 09:00"))
    client = door(cast.outsider)
    assert client.get(f"/api/v1/schedules/{schedule.pk}").status_code == 404
    assert client.get("/api/v1/schedules").json()["items"] == []
    assert send(client, f"/schedules/{schedule.pk}/revise", {}).status_code == 404
