"""Duties for programs: the same rules, said as problem documents."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lantu.accounts.services.tokens import issue_token
from lantu.duties.tests.makers import make_duty

API = "/api/v1/duties"
DAY = timedelta(days=1)


class Caller:
    """One person with a token."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {issue_token(user, now=timezone.now())}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, body, content_type="application/json", headers=self.headers)


@pytest.fixture
def now() -> Any:
    return timezone.now()


def test_lists_are_narrowed_to_what_one_may_see(
    cast: SimpleNamespace, site_project: Any, other_project: Any, now: Any
) -> None:
    make_duty(cast.contractor, subject_id=1, project=site_project, now=now)
    make_duty(cast.outsider, subject_id=2, project=other_project, now=now - 9 * DAY, days=1)

    def seen(user: Any, query: str = "") -> list[int]:
        return [row["subject_id"] for row in Caller(user).get(f"{API}?{query}").json()["items"]]

    assert seen(cast.director) == [2, 1]
    assert seen(cast.contractor) == [1]
    assert seen(cast.supervisor) == [1]
    assert seen(cast.outsider) == [2]
    assert seen(cast.sysadmin) == []
    assert seen(cast.director, "overdue=true") == [2]
    assert seen(cast.director, "overdue=false") == [1]
    assert seen(cast.director, f"project={site_project.code}") == [1]
    assert seen(cast.director, "holder=contractor&open=true") == [1]
    assert seen(cast.contractor, "holder=me") == [1]
    assert seen(cast.director, "open=false") == []


def test_pages_follow_one_another(cast: SimpleNamespace, now: Any) -> None:
    for number in range(5):
        make_duty(cast.contractor, subject_id=number, now=now, days=5)
    caller, found, cursor = Caller(cast.contractor), [], ""
    for _ in range(3):
        page = caller.get(f"{API}?limit=2{cursor}").json()
        found += [row["subject_id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert found == [0, 1, 2, 3, 4]
    assert page["next"] is None


def test_one_duty_names_its_verbs_holdings_and_bill(
    cast: SimpleNamespace, site_project: Any, now: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project, now=now)
    found = Caller(cast.contractor).get(f"{API}/{duty.pk}").json()
    assert found["verbs"] == ["act", "ask_extension", "ask_stop", "bounce", "hand_over"]
    assert found["project"] == site_project.code
    assert [row["holder"] for row in found["holdings"]] == ["单安全"]
    assert found["bill"]["objects"] == 1
    assert Caller(cast.outsider).get(f"{API}/{duty.pk}").status_code == 404
    assert Caller(cast.director).get(f"{API}/{10**30}").status_code == 404


def test_the_whole_round_of_verbs(cast: SimpleNamespace, site_project: Any, now: Any) -> None:
    duty = make_duty(cast.contractor, project=site_project, now=now)
    path = f"{API}/{duty.pk}"
    contractor, officer, owner = Caller(cast.contractor), Caller(cast.officer), Caller(cast.owner)
    moved = contractor.post(f"{path}/bounce", to="owner", code="not_ours", reason="合同第 3 条")
    assert moved.json()["holder"] == "owner"
    back = officer.post(f"{path}/hand-over", to="contractor", reason="应由施工单位")
    assert back.json()["holder"] == "contractor"
    until = (now + 3 * DAY).isoformat()
    asked = contractor.post(f"{path}/ask-stop", code="stop_order", note="停工令", expected_until=until)
    assert asked.json()["stopped_since"] is None
    assert contractor.post(f"{path}/approve-stop").json()["type"] == "urn:lantu:duties.same_person"
    assert owner.post(f"{path}/approve-stop").status_code == 403
    assert officer.post(f"{path}/approve-stop").json()["stopped_since"] is not None
    assert contractor.post(f"{path}/resume").json()["stopped_since"] is None
    wanted = (now + 30 * DAY).isoformat()
    assert contractor.post(f"{path}/ask-extension", wanted_due_at=wanted, reason="雨季").status_code == 200
    refused = officer.post(f"{path}/decide-extension", granted=False, reason="")
    assert refused.json()["errors"][0]["field"] == "reason"
    assert officer.post(f"{path}/decide-extension", granted=True).status_code == 200
    assert officer.post(f"{path}/urge", reason="太慢").json()["slip"] == "yellow"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("hand-over", {}), ("hand-over", {"to": "nobody"}), ("hand-over", {"to": "x\u0000"}),
        ("bounce", {"to": "owner", "code": "dislike"}), ("ask-stop", {"code": "stop_order"}),
        ("ask-stop", {"code": "tired", "note": "x", "expected_until": "2999-01-01T00:00:00Z"}),
        ("ask-extension", {"wanted_due_at": "yesterday", "reason": "x"}),
        ("ask-extension", {"wanted_due_at": "2000-01-01T00:00:00", "reason": "x"}),
    ],
)  # fmt: skip
def test_bad_input_names_its_place(cast: SimpleNamespace, now: Any, verb: str, body: dict[str, str]) -> None:
    duty = make_duty(cast.contractor, now=now)
    answer = Caller(cast.contractor).post(f"{API}/{duty.pk}/{verb}", **body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"]


def test_the_bill_of_a_project(cast: SimpleNamespace, site_project: Any, now: Any) -> None:
    make_duty(cast.contractor, project=site_project, now=now - 7 * DAY)
    bill = Caller(cast.director).get(f"/api/v1/projects/{site_project.code}/time-bill?by=person").json()
    assert bill["rows"][0]["label"] == "单安全"
    assert sum(row["seconds"] for row in bill["rows"]) == bill["elapsed_seconds"] - bill["stopped_seconds"]
    assert Caller(cast.outsider).get(f"/api/v1/projects/{site_project.code}/time-bill").status_code == 404
    assert (
        Caller(cast.director).get(f"/api/v1/projects/{site_project.code}/time-bill?by=moon").status_code
        == 422
    )
