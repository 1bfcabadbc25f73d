"""The same rules behind the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lantu.lifecycle.checklists.appraisal.models import ChecklistSheet
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.tests.stories import YEAR, in_force, opened, scored, sheet_of
from lantu.lifecycle.checklists.tests.test_imports import excel

pytestmark = pytest.mark.django_db
BASE = "/api/v1"


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def post(client, path, body, status=200, method="post"):
    answer = getattr(client, method)(f"{BASE}{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer.json()


def item(code, weight, **more):
    return {
        "code": code, "title": f"任务{code}", "owner": "owner", "verifier": "officer", "weight": weight,
        "start_on": f"{YEAR}-01-01", "due_on": f"{YEAR}-12-31", **more,
    }  # fmt: skip


def test_a_checklist_is_made_edited_and_refused_with_its_place(as_, cast, site_project):
    client = as_(cast.officer)
    body = {"project": site_project.code, "year": YEAR, "items": [item("1", 60), item("2", 30)]}
    refused = post(client, "/checklists", body, 422)
    assert "合计为 90" in refused["detail"]
    body["items"][1]["weight"] = 40
    body["items"][1]["targets"] = {f"{YEAR}-03": 50, f"{YEAR}-06": 100}
    made = post(client, "/checklists", body, 201)
    months = made["items"][1]["months"]
    assert (months[0]["planned"], months[3]["planned"], months[5]["planned"]) == (0, 50, 100)
    again = {"edited_no": 1, "items": body["items"]}
    refused = post(client, f"/checklists/{made['id']}/items", again, 409, "put")
    assert refused["type"] == "urn:lantu:checklists.changed_meanwhile"
    again["edited_no"] = made["edited_no"]
    post(client, f"/checklists/{made['id']}/items", again, method="put")
    assert post(client, f"/checklists/{made['id']}/act", {"verb": "submit"})["state"] == "signing"
    assert (
        client.get(f"{BASE}/checklists?project={site_project.code}").json()["items"][0]["state"] == "signing"
    )


def test_a_file_is_imported(as_, cast, site_project):
    client = as_(cast.officer)
    answer = client.post(
        f"{BASE}/checklists/imports",
        {"project": site_project.code, "year": YEAR, "file": SimpleUploadedFile("清单.xlsx", excel())},
    )
    assert answer.status_code == 201, answer.content.decode()
    run = answer.json()
    assert (run["state"], run["rows"]) == ("ready", 4)
    made = post(client, f"/checklists/imports/{run['id']}/apply", {})
    assert [row["title"] for row in made["items"] if not row["is_group"]] == [
        "软件开发",
        "机房建设",
        "基坑支护",
    ]


def test_reporting_and_verifying(as_, cast, site_project):
    in_force(cast, site_project)
    opened(cast)
    client = as_(cast.contractor)
    (sheet,) = client.get(f"{BASE}/checklists/sheets").json()
    fact = sheet["facts"][0]
    done = post(
        client,
        f"/checklists/sheets/{sheet['id']}/report",
        {"changes": {fact["id"]: {"pct": 40, "note": "计量单"}}},
    )
    assert done["facts"] == []
    client = as_(cast.supervisor)
    waiting = sheet_of(cast.supervisor, "verify")
    post(client, f"/checklists/sheets/{waiting.pk}/verify", {"decisions": {fact["id"]: {"verb": "verify"}}})
    assert ChecklistSheet.objects.filter(kind="verify", closed_at=None).count() == 0


def test_scores_open_line_by_line_and_only_to_whom_they_concern(as_, cast, site_project):
    run = scored(cast, site_project)
    client = as_(cast.officer)
    got = client.get(f"{BASE}/appraisals/{run}").json()
    assert got["scores"][0]["lines"][0]["part"] == "plan"
    assert got["scores"][0]["facts_hash"] == run.scores.get().facts_hash
    assert as_(cast.outsider).get(f"{BASE}/appraisals/{run}").status_code == 404
    assert as_(cast.outsider).get(f"{BASE}/checklists/{Checklist.objects.get().pk}").status_code == 404
    assert as_(cast.clerk).get(f"{BASE}/appraisals/{run}").json()["scores"] == [], (
        "not before it is published"
    )
    post(as_(cast.director), f"/appraisals/{run}/step", {"verb": "publish"})
    assert len(as_(cast.clerk).get(f"{BASE}/appraisals/{run}").json()["scores"]) == 1
