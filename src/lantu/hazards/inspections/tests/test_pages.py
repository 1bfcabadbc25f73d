"""Pages of inspections: planning, drawing, filling in on the phone, paper."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lantu.core.models import Evidence
from lantu.hazards.inspections import services as s
from lantu.hazards.inspections.models import Draw, Inspection
from lantu.hazards.inspections.tests.test_services import fill, plan
from lantu.hazards.models import Hazard
from lantu.hazards.tests.site import NOW, photo

P = "/hazards/inspections"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_planning_and_calling_off(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.inspector)
    assert client.get(f"{P}/").status_code == 200
    assert client.get(f"{P}/new/").status_code == 200
    assert client.get(f"{P}/new/?project={site_project.code}&kind=quality").status_code == 200
    form = {"project": site_project.code, "kind": "safety", "tables": ["B.1"], "save": "1",
            "inspector": cast.inspector.pk, "second": cast.inspector.pk}  # fmt: skip
    assert client.post(f"{P}/new/", form).status_code == 422
    assert client.post(f"{P}/new/", form | {"second": cast.officer.pk}).status_code == 302
    inspection = Inspection.objects.get()
    assert client.post(f"{P}/{inspection.pk}/do/void/", {"reason": "工地停工"}).status_code == 302
    assert signed_in(cast.contractor).get(f"{P}/new/").status_code == 403


def test_drawing_by_lot(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.officer)
    assert client.get(f"{P}/draw/").status_code == 200
    form = {"kind": "environment", "count": "1", "inspectors": [cast.inspector.pk, cast.officer.pk]}
    assert client.post(f"{P}/draw/", form | {"count": "9"}).status_code == 422
    assert client.post(f"{P}/draw/", form).status_code == 302
    page = client.get(Draw.objects.get().get_absolute_url()).content.decode()
    assert "重算一致" in page
    assert Draw.objects.get().seed in page


def test_from_the_first_item_to_the_signature(cast: Any, site_project: Any) -> None:
    inspection = plan(cast, site_project, tables=["B.13"])
    client = signed_in(cast.inspector)
    address = f"{P}/{inspection.pk}"
    assert client.get(f"{address}/").status_code == 200
    assert client.get(f"{address}/print/").status_code == 404
    client.post(f"{address}/do/start/", {})
    assert client.get(f"{address}/tables/B.13/").status_code == 200
    bad = client.post(f"{address}/tables/B.13/", {"deducted_1": "11", "finding_1": "未戴安全帽"})
    assert bad.status_code == 422
    assert "未戴安全帽" in bad.content.decode()
    files = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    form = {"deducted_4": "5", "finding_4": "临边缺栏杆", "grade_4": "2", "na_8": "1", "photos_4": files}
    assert client.post(f"{address}/tables/B.13/", form).status_code == 302
    entry = inspection.entries.get(item="4")
    pin = f"{address}/items/{entry.pk}/pin/"
    assert client.get(pin).status_code == 200
    shot = Evidence.objects.get(supports_type="hazards.entry")
    client.post(pin, {"photo": shot.pk, "pin.x": "160", "pin.y": "120"})
    entry.refresh_from_db()
    assert (entry.pin["x"], entry.pin["y"]) == (0.5, 0.5)
    assert client.post(f"{address}/do/finish/", {}).status_code == 302
    assert Hazard.objects.get().pin["x"] == 0.5
    paper = client.get(f"{address}/print/").content.decode()
    assert "建筑施工安全检查评分汇总表" in paper
    assert "94.44" in paper
    boss = signed_in(cast.officer)
    assert boss.post(f"{address}/do/sign/", {"note": "属实"}).status_code == 302
    inspection.refresh_from_db()
    assert inspection.state == "signed"
    for user in (cast.contractor, cast.director):
        assert signed_in(user).get(f"{address}/").status_code == 200
        assert signed_in(user).get(f"{address}/tables/B.13/").status_code == 200
    assert signed_in(cast.outsider).get(f"{address}/").status_code == 404


def test_lots_and_hundred_per_cents_have_pages(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.inspector)
    for kind, tables in (("quality", ["020103"]), ("environment", [])):
        inspection = s.start_inspection(plan(cast, site_project, kind, tables), by=cast.inspector, now=NOW)
        code = inspection.tables[0]
        address = f"{P}/{inspection.pk}"
        assert client.get(f"{address}/tables/{code}/").status_code == 200
        fill(inspection, cast, code)
        assert client.post(f"{address}/do/finish/", {}).status_code == 302
        assert client.get(f"{address}/print/").status_code == 200
        assert client.get(f"{address}/").status_code == 200
