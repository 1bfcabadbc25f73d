"""The pages and the API: upload, watch, choose, confirm, download."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.cast import NOW

from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.services.apply_import import apply_import
from lantu.lifecycle.schedule.exchange.services.check_import import check_import
from lantu.lifecycle.schedule.exchange.tests.makers import table, task, xer
from lantu.lifecycle.schedule.exchange.tests.test_importing import PLAIN, applied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def as_person(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def upload(client: Client, project: Any, content: str, name: str = "plan.xer", **more: Any) -> Any:
    file = SimpleUploadedFile(name, content.encode())
    return client.post(reverse("lifecycle:schedule_import", args=[project.code]), {"file": file, **more})


def test_the_whole_way(cast: SimpleNamespace, site_project: Any) -> None:
    client = as_person(cast.owner)
    answer = upload(client, site_project, PLAIN)
    run = ScheduleImport.objects.get()
    page = reverse("lifecycle:schedule_import_run", args=[run.pk])
    assert answer.url == page
    assert "hx-trigger" in client.get(page).content.decode()
    check_import(run_id=run.pk, now=NOW)
    text = client.get(page).content.decode()
    assert "确认导入" in text
    assert "UTF-8" in text
    assert client.post(reverse("lifecycle:schedule_import_apply", args=[run.pk])).status_code == 302
    apply_import(run_id=run.pk, now=NOW)
    text = client.get(page).content.decode()
    assert "已存为镜像" in text
    run.refresh_from_db()
    for kind, mark in (("mspdi", b"<Project"), ("xlsx", b"PK"), ("ics", b"BEGIN:VCALENDAR")):
        file = client.get(reverse("lifecycle:schedule_export", args=[run.schedule_id, kind]))
        assert file.content.startswith(mark) or mark in file.content[:200]
        assert "attachment" in file["Content-Disposition"]
    assert client.get(reverse("lifecycle:schedule_export", args=[run.schedule_id, "dwg"])).status_code in (
        302,
        404,
    )


def test_the_difference_is_shown(cast: SimpleNamespace, site_project: Any) -> None:
    applied(cast, site_project, PLAIN)
    client = as_person(cast.owner)
    upload(client, site_project, PLAIN.replace("2026-10-09 17:00", "2026-10-14 17:00"))
    run = ScheduleImport.objects.latest("id")
    check_import(run_id=run.pk, now=NOW)
    text = client.get(reverse("lifecycle:schedule_import_run", args=[run.pk])).content.decode()
    assert "与上一版镜像的差别" in text
    assert "2026-10-14 17:00" in text


def test_a_file_of_another_kind_is_refused_on_the_form(cast: SimpleNamespace, site_project: Any) -> None:
    answer = upload(as_person(cast.owner), site_project, "hello", "plan.xer")
    assert answer.status_code == 422
    assert "ERMHDR" in answer.content.decode()
    assert not ScheduleImport.objects.exists()


def test_a_cut_file_shows_place_and_remedy(cast: SimpleNamespace, site_project: Any) -> None:
    client = as_person(cast.owner)
    upload(client, site_project, PLAIN[:-8])
    run = ScheduleImport.objects.get()
    check_import(run_id=run.pk, now=NOW)
    text = client.get(reverse("lifecycle:schedule_import_run", args=[run.pk])).content.decode()
    assert "没有结束标记" in text
    assert "改好后重新上传" in text


def test_choosing_one_of_several_projects(cast: SimpleNamespace, site_project: Any) -> None:
    more = table("PROJECT", ["proj_id", "proj_short_name"], [["2", "二标段"]])
    client = as_person(cast.owner)
    upload(client, site_project, xer([task("1"), task("2", proj_id="2")]).replace("%E\n", more + "%E\n"))
    run = ScheduleImport.objects.get()
    check_import(run_id=run.pk, now=NOW)
    assert "二标段" in client.get(reverse("lifecycle:schedule_import_run", args=[run.pk])).content.decode()
    client.post(reverse("lifecycle:schedule_import_choose", args=[run.pk]), {"project_uid": "2"})
    run.refresh_from_db()
    assert (run.state, run.project_uid) == ("checking", "2")


def test_home_and_template(cast: SimpleNamespace, site_project: Any) -> None:
    client = as_person(cast.owner)
    home = reverse("lifecycle:schedule_import_home")
    assert site_project.name in client.get(home).content.decode()
    assert client.get(home, {"project": site_project.code}).status_code == 302
    assert client.get(reverse("lifecycle:schedule_import_template")).content.startswith(b"PK")


def test_english_pages_are_english(cast: SimpleNamespace, site_project: Any) -> None:
    run = applied(cast, site_project, PLAIN)
    cast.owner.language = "en"
    cast.owner.save(update_fields=["language"])
    text = as_person(cast.owner).get(reverse("lifecycle:schedule_import_run", args=[run.pk])).content.decode()
    assert "Dates in the file and as computed here" in text
    assert "没有基准计划" not in text


def test_outsiders_see_nothing(cast: SimpleNamespace, site_project: Any) -> None:
    run = applied(cast, site_project, PLAIN)
    client = as_person(cast.outsider)
    for address in (
        reverse("lifecycle:schedule_import", args=[site_project.code]),
        reverse("lifecycle:schedule_import_run", args=[run.pk]),
        reverse("lifecycle:schedule_export", args=[run.schedule_id, "mspdi"]),
    ):
        assert client.get(address).status_code in (302, 403, 404)


def test_the_api_goes_the_same_way(cast: SimpleNamespace, site_project: Any) -> None:
    client = as_person(cast.owner)
    root = "/api/v1/schedules/imports"
    file = SimpleUploadedFile("plan.xer", PLAIN.encode())
    answer = client.post(root, {"project": site_project.code, "file": file})
    assert answer.status_code == 201, answer.content
    pk = answer.json()["id"]
    check_import(run_id=pk, now=NOW)
    whole = client.get(f"{root}/{pk}").json()
    assert whole["state"] == "ready"
    assert whole["report"]["counts"]["activities"] == 3
    assert client.post(f"{root}/{pk}/apply").json()["state"] == "applying"
    apply_import(run_id=pk, now=NOW)
    listed = client.get(root, {"project": site_project.code}).json()["items"]
    assert listed[0]["state"] == "applied"
    export = client.get(f"/api/v1/schedules/{listed[0]['schedule']}/export", {"kind": "ics"})
    assert export["Content-Type"].startswith("text/calendar")
    again = client.post(f"{root}/{pk}/apply")
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"
    wrong = client.post(root, {"project": site_project.code, "file": SimpleUploadedFile("x.xer", b"no")})
    assert wrong.status_code == 422
