"""Pages of programmes: list, form, the programme with its lanes and map, milestones, paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.test import Client

from lantu.lifecycle.programmes.models import Programme
from lantu.lifecycle.programmes.tests.stories import TODAY, in_force, month_of

P = "/lifecycle/programmes"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_writing_one_from_the_form(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.officer)
    assert client.get(f"{P}/").status_code == 200
    assert client.get(f"{P}/new/").status_code == 200
    form = {
        "name": "老旧小区改造三年行动计划", "starts_on": "2025-01-01", "finishes_on": "2027-12-31",
        "lanes": "land | 征迁\nbuild | 改造 | renewal | 市住建局", "lead_unit": cast.officer.organisation.pk,
        "steward": cast.county.pk, "approver": cast.officer.pk, "geometry": "",
    }  # fmt: skip
    bad = client.post(f"{P}/new/", form)
    assert bad.status_code == 422
    assert "老旧小区改造三年行动计划" in bad.content.decode()  # nothing typed is lost
    assert client.post(f"{P}/new/", form | {"approver": cast.director.pk, "geometry": "{"}).status_code == 422
    assert client.post(f"{P}/new/", form | {"approver": cast.director.pk}).status_code == 302
    programme = Programme.objects.get()
    address = f"{P}/{programme.pk}"
    assert client.get(f"{address}/edit/").status_code == 200

    def post(verb: str, **more: Any) -> int:
        programme.refresh_from_db()
        return client.post(
            f"{address}/edit/", {"verb": verb, "edited_no": programme.edited_no} | more
        ).status_code

    assert post("join", projects=[site_project.code], lane="build", on="2025-02-01", reason="首批纳入") == 302
    assert post("join", projects=["X"], lane="build", on="2025-02-01", reason="首批纳入") == 422
    assert post("goal", name="改造小区", target="12", unit="个", measure="finished") == 302
    assert (
        post(
            "milestone",
            name="开工",
            lane="build",
            done_when="全部开工",
            due_on="2026-12-31",
            owner=cast.clerk.pk,
        )
        == 302
    )
    assert (
        client.post(
            f"{address}/edit/", {"verb": "goal", "edited_no": 1, "name": "x", "target": "1", "unit": "个"}
        ).status_code
        == 409
    )
    programme.refresh_from_db()
    assert client.post(f"{address}/do/submit/", {"edited_no": programme.edited_no}).status_code == 302
    programme.refresh_from_db()
    assert programme.state == "submitted"


def test_the_programme_on_one_page(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    month_of(site_project, date(2026, 5, 1), physical_pct=30, planned_pct=55)
    client = signed_in(cast.director)
    page = client.get(programme.get_absolute_url()).content.decode()
    assert "净地移交" in page
    assert site_project.name in page
    assert 'class="lt-lanes"' in page
    assert client.get(f"{programme.get_absolute_url()}?state=behind").status_code == 200
    assert client.get(f"{P}/{programme.pk}/print/").status_code == 200
    assert client.get(f"{P}/{programme.pk}/edit/").status_code == 200  # a goal that nobody reported yet
    assert signed_in(cast.outsider).get(programme.get_absolute_url()).status_code == 404


def test_the_map_knows_every_month(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    month_of(site_project, date(2026, 3, 1), physical_pct=30, planned_pct=55)
    month_of(site_project, date(2026, 5, 1), physical_pct=60, planned_pct=55)
    document = signed_in(cast.director).get(f"{P}/{programme.pk}/map.json").json()
    steps = [step["value"] for step in document["times"]["steps"]]
    assert steps[0] == "2025-01"
    members = next(layer for layer in document["layers"] if layer["key"] == "members")
    when = members["geojson"]["features"][0]["properties"]["when"]
    assert "2025-01" not in when  # it joined in February
    assert when["2026-03"] == {"state": "behind", "progress": "30%"}
    assert when["2026-05"] == {"state": "on_plan", "progress": "60%"}
    assert {layer["key"] for layer in document["layers"]} >= {"area", "members"}


def test_milestones_by_their_holders(cast: Any, site_project: Any) -> None:
    programme = in_force(cast, site_project)
    row = programme.milestones.get()
    address = f"{P}/milestones/{row.pk}/"
    clerk, steward = signed_in(cast.clerk), signed_in(cast.county)
    assert clerk.get(f"{P}/milestones/?set=mine").status_code == 200
    assert "报告完成" in clerk.get(address).content.decode()
    clerk.post(f"{address}do/report/", {"done_on": str(TODAY - timedelta(days=1)), "text": "移交单已签"})
    assert "确认完成" in steward.get(address).content.decode()
    steward.post(f"{address}do/confirm/", {})
    row.refresh_from_db()
    assert row.state == "done"
    assert steward.post(f"{address}do/nonsense/", {}).status_code == 404
