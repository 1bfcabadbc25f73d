"""Events and figures over HTTP: within what the caller may see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from tests.cast import NOW

from lantu.accounts.services.tokens import issue_token
from lantu.core.models import Event
from lantu.core.tests.test_events import happen


def bearer(user: Any) -> dict[str, str]:
    from django.utils import timezone

    return {"HTTP_AUTHORIZATION": f"Bearer {issue_token(user, now=timezone.now())}"}


def kinds(client: Client, user: Any, query: str = "") -> list[tuple[int | None, int]]:
    answer = client.get(f"/api/v1/events?kind=tests.{query}", **bearer(user))
    assert answer.status_code == 200, answer.content
    return [(row["project_id"], row["subject_id"]) for row in answer.json()["items"]]


@pytest.fixture
def happenings(site_project: Any, other_project: Any) -> SimpleNamespace:
    return SimpleNamespace(
        site=happen(1, project=site_project.pk), other=happen(2, project=other_project.pk), city=happen(3)
    )


def test_each_sees_the_events_of_their_projects(
    client: Client, cast: SimpleNamespace, site_project: Any, other_project: Any, happenings: SimpleNamespace
) -> None:
    site, other = (site_project.pk, 1), (other_project.pk, 2)
    assert kinds(client, cast.contractor) == [site]
    assert kinds(client, cast.outsider) == [other]
    assert kinds(client, cast.director) == [other, site]
    assert kinds(client, cast.auditor) == [(None, 3), other, site]
    assert kinds(client, cast.secadmin) == [(None, 3), other, site]
    assert kinds(client, cast.sysadmin) == []


def test_filters_and_cursor(client: Client, cast: SimpleNamespace, happenings: SimpleNamespace) -> None:
    assert kinds(client, cast.auditor, "&subject=tests.thing:2") == [(happenings.other.project_id, 2)]
    assert kinds(client, cast.auditor, f"&project_id={happenings.site.project_id}") == [
        (happenings.site.project_id, 1)
    ]
    assert kinds(client, cast.auditor, "&project_id=99999999999999999999") == []
    assert kinds(client, cast.auditor, "&since=2030-01-01T00:00:00") == []
    headers = bearer(cast.auditor)
    first = client.get("/api/v1/events?kind=tests.&limit=2", **headers).json()
    second = client.get(f"/api/v1/events?kind=tests.&limit=2&cursor={first['next']}", **headers).json()
    assert [row["subject_id"] for row in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None


def test_strangers_get_a_problem_document(client: Client, db: None) -> None:
    answer = client.get("/api/v1/events")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_figures_are_listed_and_read(client: Client, cast: SimpleNamespace, site_project: Any) -> None:
    names = {row["name"] for row in client.get("/api/v1/figures", **bearer(cast.director)).json()}
    assert "duties.overdue" in names
    found = client.get("/api/v1/figures/duties.overdue", **bearer(cast.director)).json()
    assert (found["value"], found["numerator"], found["denominator"]) == (0, 0, 0)
    assert found["rows"].startswith("/work/list/")
    missing = client.get("/api/v1/figures/no.such", **bearer(cast.director))
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:lantu:figures.unknown")


def test_the_hash_is_shown_so_that_others_can_verify(
    client: Client, cast: SimpleNamespace, site_project: Any
) -> None:
    row = happen(1, project=site_project.pk)
    found = client.get("/api/v1/events?kind=tests.", **bearer(cast.auditor)).json()["items"][0]
    assert (found["chain"], found["seq"], found["hash"]) == (row.chain, row.seq, row.hash)
    assert Event.objects.get(pk=row.pk).at == NOW
