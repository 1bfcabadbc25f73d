"""Pages, map layers and the API of trucks: what they show, and to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lantu.core.models import Event
from lantu.monitoring.vehicles.models import Vehicle, VehicleFinding
from lantu.monitoring.vehicles.selectors import rules_with_precision
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.sheets import template
from lantu.monitoring.vehicles.tests.ground import drive, square, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_() -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        found = Client()
        found.force_login(user)
        return found

    return sign_in


@pytest.fixture
def driven(road: SimpleNamespace) -> SimpleNamespace:
    """A run of an hour ago: too fast, and unloaded on the way."""
    start = timezone.now().replace(microsecond=0) - timedelta(minutes=50)
    if timezone.localtime(start).date() != timezone.localdate():
        start = timezone.now().replace(microsecond=0) - timedelta(minutes=8)
    # The run is judged by the clock of the wall: at night a permit keeps it to the two findings.
    day = timezone.localdate()
    Vehicle.objects.filter(pk=road.vehicle.pk).update(
        night_permit_no="N-1", night_first_on=day - timedelta(days=9), night_last_on=day + timedelta(days=9)
    )
    out = drive(road.vehicle, start, kmh=70, to=3000)
    store_reports([*out, *stand(road.vehicle, out[-1])], now=timezone.now())
    road.finding = VehicleFinding.objects.get(rule__kind="overspeed")
    return road


PAGES = (
    "vehicles/",
    "vehicles/findings/",
    "vehicles/rules/",
    "vehicles/{pk}/",
    "vehicles/findings/{finding}/",
)
DATA = (
    "vehicles/ground/map.json",
    "vehicles/map.geojson",
    "vehicles/tracks.geojson",
    "vehicles/disposal.geojson",
)
OF_ONE = ("vehicles/{pk}/day.json", "vehicles/{pk}/speed.json")


@pytest.mark.parametrize("page", [*PAGES, *DATA, *OF_ONE])
def test_the_sites_contractor_sees_its_trucks(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client], page: str
) -> None:
    address = "/monitoring/" + page.format(pk=driven.vehicle.pk, finding=driven.finding.pk)
    response = as_(cast.contractor).get(address)
    assert response.status_code == 200
    if page in (
        "vehicles/",
        "vehicles/findings/",
        "vehicles/{pk}/",
        "vehicles/map.geojson",
        "vehicles/tracks.geojson",
    ):
        assert (
            "鲁N12345" in json.dumps(json.loads(response.content), ensure_ascii=False)
            if page.endswith("json")
            else "鲁N12345" in response.content.decode()
        )


@pytest.mark.parametrize("page", ["vehicles/{pk}/", "vehicles/findings/{finding}/", *OF_ONE])
def test_an_outsider_does_not_learn_that_it_exists(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client], page: str
) -> None:
    address = "/monitoring/" + page.format(pk=driven.vehicle.pk, finding=driven.finding.pk)
    assert as_(cast.outsider).get(address).status_code == 404


@pytest.mark.parametrize(
    "page", ["vehicles/", "vehicles/findings/", "vehicles/map.geojson", "vehicles/tracks.geojson"]
)
def test_lists_of_an_outsider_are_empty(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client], page: str
) -> None:
    content = as_(cast.outsider).get(f"/monitoring/{page}").content.decode()
    assert driven.vehicle.plate not in content
    assert driven.vehicle.plate.encode("unicode_escape").decode() not in content


def test_platform_administrators_see_no_trucks(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    assert as_(cast.sysadmin).get("/monitoring/vehicles/").status_code == 403


def test_the_company_sees_its_own_trucks(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    Vehicle.objects.update(company=cast.outsider.organisation)
    assert as_(cast.outsider).get(f"/monitoring/vehicles/{driven.vehicle.pk}/").status_code == 200


def test_the_day_has_a_line_findings_and_ground(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    document = as_(cast.officer).get(f"/monitoring/vehicles/{driven.vehicle.pk}/day.json").json()
    layers = {layer["key"]: layer["geojson"]["features"] for layer in document["layers"]}
    assert set(layers) == {"disposal", "route", "track", "finding"}
    assert layers["track"][0]["geometry"]["type"] == "LineString"
    assert {f["properties"]["name"] for f in layers["finding"]} == {"渣土车超速", "消纳场外卸土"}
    chart = as_(cast.officer).get(f"/monitoring/vehicles/{driven.vehicle.pk}/speed.json").json()
    assert chart["marks"][0]["y"] == 60
    assert max(value for _at, value in chart["series"][0]["data"] if value is not None) == 70
    empty = as_(cast.officer).get(f"/monitoring/vehicles/{driven.vehicle.pk}/day.json?on=2026-01-02").json()
    assert "track" not in {layer["key"] for layer in empty["layers"]}


def test_a_day_that_is_none_is_refused(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    address = f"/api/v1/vehicles/{driven.vehicle.pk}/track?on=yesterday"
    assert as_(cast.officer).get(address).status_code == 422


def test_the_map_offers_the_layers_to_readers(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    keys = {layer["key"] for layer in as_(cast.officer).get("/map/layers.json").json()["layers"]}
    assert {"vehicles", "vehicle_tracks", "disposal_sites"} <= keys


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=12345", True), ("q=顺达", True), ("q=99999", False), ("state=never", False), ("state=in_service", True),
        ("state=expired", False), ("project=none", False), ("company=abc", True), ("state=nonsense", True),
    ],
)  # fmt: skip
def test_the_list_is_filtered(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client], query: str, found: bool
) -> None:
    content = as_(cast.officer).get(f"/monitoring/vehicles/?{query}").content.decode()
    assert (f"/monitoring/vehicles/{driven.vehicle.pk}/" in content) is found


def test_the_list_asks_the_same_number_of_questions_however_many_trucks(
    driven: SimpleNamespace,
    cast: SimpleNamespace,
    as_: Callable[[Any], Client],
    django_assert_max_num_queries: Any,
) -> None:
    client = as_(cast.officer)
    with django_assert_max_num_queries(20):
        client.get("/monitoring/vehicles/")


def form(project: Any, company: str, **more: Any) -> dict[str, Any]:
    return {
        "plate": "鲁N77777", "plate_colour": 2, "terminal_phone": "13877777777", "company": company, "serves": project.code
    } | more  # fmt: skip


def test_registering_by_form(
    road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client, company = as_(cast.contractor), road.vehicle.company.name
    assert "准运证起" not in client.get("/monitoring/vehicles/new").content.decode()
    assert "准运证起" in as_(cast.officer).get("/monitoring/vehicles/new").content.decode()
    refused = client.post("/monitoring/vehicles/new", form(road.project, company, plate="错"))
    assert refused.status_code == 422
    assert "不可用" in refused.content.decode()
    unknown = client.post("/monitoring/vehicles/new", form(SimpleNamespace(code="x"), company))
    assert unknown.status_code == 422
    done = client.post("/monitoring/vehicles/new", form(road.project, company))
    assert done.status_code == 302
    new = Vehicle.objects.get(plate="鲁N77777")
    assert list(new.projects.all()) == [road.project]
    assert as_(cast.auditor).get("/monitoring/vehicles/new").status_code == 403


def test_changing_by_form(road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]) -> None:
    client = as_(cast.contractor)
    address = f"/monitoring/vehicles/{road.vehicle.pk}/edit"
    same = form(
        road.project, road.vehicle.company.name, plate=road.vehicle.plate, terminal_phone=road.vehicle.terminal_phone,
        has_load_sensor="on", status="suspended",
    )  # fmt: skip
    assert client.get(address).status_code == 200
    assert client.post(address, same).status_code == 302
    road.vehicle.refresh_from_db()
    assert (road.vehicle.status, road.vehicle.permit_no) == ("suspended", "德渣运101")
    assert as_(cast.auditor).post(address, same).status_code == 403
    code = f"/monitoring/vehicles/{road.vehicle.pk}/code"
    assert as_(cast.auditor).post(code, {"reason": "x"}).status_code == 403
    assert client.post(code, {"reason": "换终端"}).status_code == 302
    road.vehicle.refresh_from_db()
    assert road.vehicle.code_epoch == 1


def test_a_list_is_checked_and_imported(
    road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client = as_(cast.officer)
    assert client.get("/monitoring/vehicles/import").status_code == 200
    got = client.get("/monitoring/vehicles/import/template.xlsx")
    assert got.content[:2] == b"PK"
    address = "/monitoring/vehicles/import"
    wrong = client.post(address, {"file": SimpleUploadedFile("a.xlsx", template()), "step": "import"})
    assert wrong.status_code == 422
    assert "鲁N12345 已登记" in wrong.content.decode()
    text = f"车牌号,终端手机号,运输企业,服务项目代码\n鲁N88888,13888888888,{road.vehicle.company.name},{road.project.code}\n"
    checked = client.post(address, {"file": SimpleUploadedFile("a.csv", text.encode()), "step": "check"})
    assert "没有问题" in checked.content.decode()
    assert not Vehicle.objects.filter(plate="鲁N88888").exists()
    done = client.post(address, {"file": SimpleUploadedFile("a.csv", text.encode()), "step": "import"})
    assert done.status_code == 302
    assert Vehicle.objects.filter(plate="鲁N88888").exists()


def test_the_api_lists_shows_draws_and_finds(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client, pk = as_(cast.contractor), driven.vehicle.pk
    (row,) = client.get("/api/v1/vehicles").json()["items"]
    assert (row["plate"], row["load"], row["kmh"]) == ("鲁N12345", 0, 0.0)
    detail = client.get(f"/api/v1/vehicles/{pk}").json()
    assert (detail["projects"], detail["routes"]) == ([driven.project.code], ["LX-01"])
    track = client.get(f"/api/v1/vehicles/{pk}/track").json()
    assert track["features"][0]["properties"]["max_kmh"] == 70
    found = client.get(f"/api/v1/vehicle-findings?vehicle={pk}&rule=overspeed").json()["items"]
    assert [(one["rule"], one["rule_version"], one["value"]) for one in found] == [
        ("vehicle.overspeed", 1, 70.0)
    ]
    one = client.get(f"/api/v1/vehicle-findings/{driven.finding.pk}").json()
    assert one["inputs"]["params"] == {"limit_kmh": 60, "points": 3}


@pytest.mark.parametrize(
    "path", ["vehicles/{pk}", "vehicles/{pk}/track", "vehicle-findings/{finding}", "vehicles/0"]
)
def test_the_api_tells_an_outsider_nothing(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client], path: str
) -> None:
    address = "/api/v1/" + path.format(pk=driven.vehicle.pk, finding=driven.finding.pk)
    assert as_(cast.outsider).get(address).status_code == 404
    assert as_(cast.outsider).get("/api/v1/vehicle-findings").json()["items"] == []


def test_writing_over_the_api(
    road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client, pk = as_(cast.officer), road.vehicle.pk
    body = {
        "plate": "鲁N66666", "terminal_phone": "13866666666", "company": road.vehicle.company.name,
        "projects": [road.project.code], "routes": ["LX-01"], "permit_no": "准6",
    }  # fmt: skip
    new = client.post("/api/v1/vehicles", json.dumps(body), content_type="application/json")
    assert (new.status_code, new.json()["routes"]) == (200, ["LX-01"])
    for wrong in ({"company": "没有"}, {"routes": ["NO"]}, {"plate": "x"}):
        bad = client.patch(f"/api/v1/vehicles/{pk}", json.dumps(wrong), content_type="application/json")
        assert bad.status_code == 422
    change = {"night_first_on": "2026-01-01", "night_last_on": "2026-02-01", "reason": "核准"}
    done = client.patch(f"/api/v1/vehicles/{pk}", json.dumps(change), content_type="application/json")
    assert (done.status_code, done.json()["night_last_on"]) == (200, "2026-02-01")
    denied = as_(cast.contractor).patch(
        f"/api/v1/vehicles/{pk}", json.dumps({"night_last_on": "2026-03-01"}), content_type="application/json"
    )
    assert denied.status_code == 403
    assert (
        as_(cast.outsider)
        .patch(f"/api/v1/vehicles/{pk}", json.dumps({"maker_id": "1"}), content_type="application/json")
        .status_code
        == 404
    )


GROUND = {
    "code": "XN-02", "name": "城西消纳场", "first_on": "2026-01-01", "last_on": "2026-12-31", "datum": "cgcs2000",
    "geometry": json.dumps(square((116.2, 37.4))),
}  # fmt: skip
LINE = json.dumps({"type": "LineString", "coordinates": [[116.3, 37.45], [116.2, 37.4]]})


def test_ground_is_licensed_by_form(
    road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client = as_(cast.officer)
    for page in ("disposal", "route"):
        assert client.get(f"/monitoring/vehicles/ground/{page}").status_code == 200
        assert as_(cast.contractor).get(f"/monitoring/vehicles/ground/{page}").status_code == 403
    wrong = client.post("/monitoring/vehicles/ground/disposal", GROUND | {"geometry": LINE})
    assert (wrong.status_code, "消纳场为面" in wrong.content.decode()) == (422, True)
    assert client.post("/monitoring/vehicles/ground/disposal", GROUND).status_code == 302
    line = GROUND | {"code": "LX-02", "name": "城西线", "geometry": LINE, "project": road.project.code}
    assert client.post("/monitoring/vehicles/ground/route", line).status_code == 302
    shown = as_(cast.contractor).get("/monitoring/vehicles/ground/").content.decode()
    assert "城西消纳场" in shown
    assert "城西线" in shown
    assert "城西线" not in as_(cast.outsider).get("/monitoring/vehicles/ground/").content.decode()


def test_ground_over_the_api(
    road: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client = as_(cast.officer)
    assert [row["code"] for row in client.get("/api/v1/disposal-sites").json()["items"]] == ["XN-01"]
    assert [row["project"] for row in client.get("/api/v1/vehicle-routes").json()["items"]] == [
        road.project.code
    ]
    body = {
        "name": "新线", "first_on": "2026-01-01", "last_on": "2026-12-31", "geometry": json.loads(LINE),
        "project": road.project.code, "disposal_site": "XN-01", "buffer_m": 80,
    }  # fmt: skip
    address = "/api/v1/vehicle-routes/LX-01"
    done = client.put(address, json.dumps(body), content_type="application/json")
    assert (done.status_code, done.json()["buffer_m"]) == (200, 80)
    unknown = client.put(address, json.dumps(body | {"disposal_site": "?"}), content_type="application/json")
    assert unknown.status_code == 422
    for person, status in ((cast.contractor, 403), (cast.outsider, 404)):
        refused = as_(person).put(address, json.dumps(body), content_type="application/json")
        assert refused.status_code == status


def test_figures_open_their_rows(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    client = as_(cast.contractor)
    connected = client.get("/api/v1/figures/vehicles.connected").json()
    assert (connected["value"], connected["denominator"]) == (1, 1)
    assert driven.vehicle.plate in client.get(connected["rows"]).content.decode()
    assert client.get("/api/v1/figures/vehicles.violations").json()["value"] == 2
    assert as_(cast.outsider).get("/api/v1/figures/vehicles.violations").json()["value"] == 0


def test_a_finding_says_what_it_was_judged_by(
    driven: SimpleNamespace, cast: SimpleNamespace, as_: Callable[[Any], Client]
) -> None:
    content = as_(cast.contractor).get(driven.finding.get_absolute_url()).content.decode()
    for words in ("限速（km/h）", "所需连续点数", "连续 3 个定位点车速超过 60 km/h", "vehicle.overspeed v1"):
        assert words in content


def test_two_units_call_a_finding_false_and_it_counts_against_its_rule(
    driven: SimpleNamespace, as_: Callable[[Any], Client], cast: SimpleNamespace
) -> None:
    address = f"/monitoring/vehicles/findings/{driven.finding.pk}/false"
    first, second = as_(cast.contractor), as_(cast.supervisor)
    first.post(address, {"reason": "不对"})
    driven.finding.refresh_from_db()
    assert driven.finding.false_proposed_by is None, "the reason is too short"
    assert as_(cast.expert).post(address, {"reason": "定位漂移，现场未见超速"}).status_code == 403
    first.post(address, {"reason": "定位漂移，现场未见超速"})
    first.post(address, {"reason": "再次确认同一件事"})
    driven.finding.refresh_from_db()
    assert driven.finding.false_proposed_by == cast.contractor
    assert driven.finding.false_at is None, "nobody confirms the own claim"
    assert "提出误报：定位漂移" in second.get(driven.finding.get_absolute_url()).content.decode()
    assert second.post(address).status_code == 302
    driven.finding.refresh_from_db()
    assert driven.finding.false_confirmed_by == cast.supervisor
    [row] = [row for row in rules_with_precision(cast.director) if row[0].pk == driven.finding.rule_id]
    assert row[1:] == (1, 1, 100.0)
    page = second.get("/monitoring/vehicles/rules/").content.decode()
    links = re.findall(r'href="(/monitoring/vehicles/findings/\?rule=overspeed[^"]*)">1</a>', page)
    assert len(links) == 2, "how many were found, and how many of them were none"
    for link in links:
        assert list(second.get(unescape(link)).context["page"].object_list) == [driven.finding]
    assert not second.get(unescape(links[0]) + "9").context["page"].object_list
    kinds = Event.objects.filter(subject_type="monitoring.vehiclefinding", subject_id=driven.finding.pk)
    assert [event.actor for event in kinds.order_by("id") if "false" in event.kind] == [
        cast.contractor,
        cast.supervisor,
    ]
    second.post(address, {"reason": "又来一次，看看会怎样"})
    assert kinds.filter(kind="monitoring.vehicle_finding_marked_false").count() == 1
