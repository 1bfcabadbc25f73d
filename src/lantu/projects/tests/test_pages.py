"""Pages and API of the register: who sees what, what the forms do, how many queries a page costs."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.cast import NOW, make_project

from lantu.core.figures import read_figure
from lantu.core.registry import search_sources
from lantu.projects.models import ImportRun, MonthlyFigure, Party, Project, ProjectCode, YearPlan
from lantu.projects.services.apply_import import apply_import
from lantu.projects.services.check_import import check_import
from lantu.projects.services.report_month import report_month
from lantu.projects.services.set_year_plan import set_year_plan
from lantu.projects.strips import Strip, StripSource, project_strips
from lantu.projects.tests.test_import import line, sheet

SEEING = (
    "director", "officer", "vicemayor", "clerk", "county", "owner", "contractor", "supervisor", "inspector", "expert",
    "auditor",
)  # fmt: skip
BLIND = ("outsider", "sysadmin", "secadmin")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("role", SEEING)
def test_parties_and_city_see_the_project_everywhere(cast: Any, site_project: Project, role: str) -> None:
    client = client_of(getattr(cast, role))
    assert site_project.name in client.get("/projects/").content.decode()
    assert client.get(f"/projects/{site_project.code}/").status_code == 200
    assert client.get(f"/projects/{site_project.code}/months/").status_code == 200
    assert client.get(f"/api/v1/projects/{site_project.code}").status_code == 200
    assert site_project.name in client.get("/projects/search/?q=生物医药").content.decode()


@pytest.mark.parametrize("role", BLIND)
def test_the_outsider_finds_nothing_of_it(cast: Any, site_project: Project, role: str) -> None:
    user = getattr(cast, role)
    client = client_of(user)
    code = site_project.code
    for url in (
        "/projects/",
        "/projects/?q=生物",
        f"/projects/search/?q={code}",
        f"/projects/{code}/",
        f"/projects/{code}/months/",
    ):
        assert site_project.name not in client.get(url).content.decode()
    assert client.get(f"/projects/{code}/").status_code in (403, 404)
    for verb in ("edit", "month", "place", "parties", "code", "year"):
        assert client.get(f"/projects/{code}/{verb}/").status_code in (403, 404)
    assert client.get(f"/api/v1/projects/{code}").status_code in (403, 404)
    listed = client.get("/api/v1/projects")
    assert listed.status_code == 403 or listed.json()["items"] == []
    for source in search_sources:
        assert all(site_project.name not in row[0] for row in source.find(user, "生物", 10))
    export = client.get("/projects/export.xlsx")
    if export.status_code == 200:
        cells = [c.value for row in load_workbook(io.BytesIO(body(export))).active for c in row]
        assert site_project.name not in cells
    assert read_figure("projects.total", user, now=NOW).value == 0


def test_strangers_sign_in_first(client: Client, site_project: Project) -> None:
    assert client.get("/projects/").status_code == 302
    assert client.get("/api/v1/projects").status_code == 401


def test_an_old_code_leads_to_the_project(cast: Any, site_project: Project) -> None:
    ProjectCode.objects.create(
        project=site_project, code="2019-371402-48-03-012345", valid_from=NOW.date(), valid_to=NOW.date()
    )
    response = client_of(cast.officer).get("/projects/2019-371402-48-03-012345/")
    assert (response.status_code, response["Location"]) == (302, site_project.get_absolute_url())


def many(cast: Any, n: int) -> None:
    owner = cast.owner.organisation
    for i in range(n):
        project = make_project(
            owner, code=f"2601-371402-04-02-{i:06d}", name=f"示例工程{i}", lamp=("red", "green")[i % 2], physical_pct=40, planned_pct=60,
            lamp_codes=[["behind", "20"]], latest_month=date(2026, 5, 1),
        )  # fmt: skip
        Party.objects.create(
            project=project,
            role="contractor",
            organisation=cast.contractor.organisation,
            contact=cast.contractor,
        )


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("role", ["officer", "contractor", "county"])
def test_the_list_costs_the_same_queries_for_few_and_many(cast: Any, role: str) -> None:
    client = client_of(getattr(cast, role))
    many(cast, 3)
    few = queries_of(client, "/projects/?sort=behind")
    many_more = [
        make_project(cast.owner.organisation, code=f"2602-371402-04-02-{i:06d}", name=f"又{i}")
        for i in range(40)
    ]
    assert len(many_more) == 40
    assert queries_of(client, "/projects/?sort=behind") == few
    assert few <= 9


def test_filters_chips_lamps_and_paging(cast: Any) -> None:
    many(cast, 30)
    client = client_of(cast.officer)
    page = client.get("/projects/?lamp=red&stage=construction").content.decode()
    assert "示例工程0" in page
    assert "示例工程1<" not in page
    assert '红灯 <b class="lt-tn">15</b>' in page
    assert "阶段：施工" in page
    assert "第 26–30 条，共 30 条" in client.get("/projects/?page=2").content.decode()
    assert "没有符合条件的项目" in client.get("/projects/?q=不存在的词").content.decode()
    assert client.get("/projects/?page=abc&owner=99999999999999999999&q=%00").status_code == 200
    fragment = client.get(
        "/projects/", headers={"HX-Request": "true", "HX-Target": "project-list"}
    ).content.decode()
    assert fragment.lstrip().startswith('<div id="project-list">')


def test_registering_and_editing_by_form(cast: Any) -> None:
    client = client_of(cast.officer)
    values = {
        "code": "2603-371402-04-01-300001", "name": "新能源汽车产业园", "category": "enterprise", "plan_class": "new_start",
        "sector": "industry", "stage": "design", "status": "active", "area_code": "371402", "owner_org": cast.owner.organisation.name,
        "total_investment_yuan": "30,000.5", "tags": "省重大、观摩", "content_scale": "建筑面积，12，万平方米", "funds": "自筹，30000",
    }  # fmt: skip
    assert client.get("/projects/new/").status_code == 200
    bad = client.post("/projects/new/", values | {"code": "123", "owner_org": "没有"})
    assert bad.status_code == 422
    response = client.post("/projects/new/", values | {"code": "123"})
    assert "不是项目代码" in response.content.decode()
    response = client.post("/projects/new/", values)
    assert response.status_code == 302, response.content.decode()[:2000]
    project = Project.objects.get(code=values["code"])
    assert project.total_investment_yuan == Decimal("300005000")
    assert project.funds == [{"source": "自筹", "yuan": 300_000_000}]
    edit = f"/projects/{project.code}/edit/"
    page = client.get(edit).content.decode()
    assert "30000.5" in page
    assert "自筹，30000" in page
    client.post(edit, values | {"version": "1", "address": "创业路"})
    conflict = client.post(edit, values | {"version": "1", "address": "东方红路"})
    assert conflict.status_code == 422
    assert "创业路" in conflict.content.decode()
    assert 'name="version" value="2"' in conflict.content.decode()
    assert client.post(edit, values | {"version": "2", "address": "东方红路"}).status_code == 302


def test_month_form_is_prefilled_and_keeps_evidence(
    cast: Any, site_project: Project, monkeypatch: Any
) -> None:
    report_month(
        project=site_project,
        month=date(2026, 5, 1),
        actor=cast.owner,
        now=NOW,
        physical_pct=40,
        invested_yuan=50_000_000,
    )
    client = client_of(cast.owner)
    url = f"/projects/{site_project.code}/month/"
    page = client.get(url).content.decode()
    assert 'value="5000"' in page
    assert "已按 2026-05 预填" in page
    month = page.partition('name="month"')[2].partition('value="')[2][:7]
    low = client.post(url, {"month": month, "physical_pct": "30", "grade": "C"})
    assert low.status_code == 422
    assert "低于 2026-05" in low.content.decode()
    pdf = SimpleUploadedFile(
        "计量单.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "application/pdf"
    )
    sent = client.post(
        url, {"month": month, "physical_pct": "45", "invested_yuan": "6000", "grade": "C", "files": pdf}
    )
    assert sent.status_code == 302, sent.content.decode()
    figure = MonthlyFigure.objects.get(project=site_project, month=f"{month}-01")
    assert figure.invested_yuan == 60_000_000


def test_small_forms(cast: Any, site_project: Project) -> None:
    client = client_of(cast.officer)
    base = f"/projects/{site_project.code}"
    assert (
        client.post(f"{base}/place/", {"datum": "cgcs2000", "lon": "37.4", "lat": "116.3"}).status_code == 422
    )
    assert (
        client.post(f"{base}/place/", {"datum": "gcj02", "lon": "116.35", "lat": "37.45"}).status_code == 302
    )
    site_project.refresh_from_db()
    assert 116.34 < site_project.lon < 116.35
    assert "GCJ-02" in site_project.geometry_note
    unit = cast.supervisor.organisation.name
    wrong = client.post(f"{base}/parties/", {"role": "supervisor", "organisation": unit, "contact": "谁"})
    assert wrong.status_code == 422
    assert "在岗人员：谭总监" in wrong.content.decode()
    assert (
        client.post(
            f"{base}/parties/", {"role": "agent", "organisation": unit, "contact": "谭总监"}
        ).status_code
        == 302
    )
    assert (
        client.post(f"{base}/year/", {"year": "2026", "planned_yuan": "8000", "goal": "封顶"}).status_code
        == 302
    )
    assert YearPlan.objects.get(project=site_project).planned_yuan == 80_000_000
    moved = client.post(f"{base}/code/", {"new_code": "2605-371402-04-01-400001", "reason": "重新核准"})
    assert (moved.status_code, moved["Location"]) == (302, "/projects/2605-371402-04-01-400001/")


def test_import_by_pages(cast: Any) -> None:
    client = client_of(cast.officer)
    assert client.get("/projects/import/").status_code == 200
    assert load_workbook(io.BytesIO(body(client.get("/projects/import/template.xlsx")))).sheetnames == [
        "项目清单",
        "说明",
    ]
    assert client.post("/projects/import/", {"file": SimpleUploadedFile("x.xlsx", b"no")}).status_code == 422
    sent = client.post(
        "/projects/import/", {"file": SimpleUploadedFile("清单.xlsx", sheet(line(1), line(2)))}
    )
    run = ImportRun.objects.get()
    assert sent["Location"] == f"/projects/import/{run.pk}/"
    assert "正在检查" in client.get(sent["Location"]).content.decode()
    check_import(run_id=run.pk, now=NOW)
    assert "新增 <b>2</b>" in client.get(sent["Location"]).content.decode()
    client.post(f"/projects/import/{run.pk}/apply/")
    assert "正在导入" in client.get(sent["Location"], headers={"HX-Target": "import-run"}).content.decode()
    apply_import(run_id=run.pk, actor_id=cast.officer.pk, now=NOW)
    assert "已导入：新增 2" in client.get(sent["Location"]).content.decode()
    assert client_of(cast.contractor).get(sent["Location"]).status_code == 403
    wrong = line(3)
    wrong[8] = "约3亿"
    client.post("/projects/import/", {"file": SimpleUploadedFile("错.xlsx", sheet(wrong))})
    bad = ImportRun.objects.order_by("-id")[0]
    check_import(run_id=bad.pk, now=NOW)
    assert "请填 30000（万元）" in client.get(f"/projects/import/{bad.pk}/").content.decode()
    assert body(client.get(f"/projects/import/{bad.pk}/marked.xlsx"))[:2] == b"PK"


def test_api_writes_and_refuses_in_problem_json(cast: Any, site_project: Project) -> None:
    client = client_of(cast.officer)

    def send(method: str, path: str, data: Any) -> Any:
        return getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json")

    made = send("post", "projects", {
        "code": "2603-371402-04-01-500001", "name": "接口登记", "category": "government", "plan_class": "reserve",
        "sector": "water", "stage": "initiation", "area_code": "371402", "total_investment_yuan": 5_000_000,
        "owner": cast.owner.organisation.name,
    })  # fmt: skip
    assert made.status_code == 201, made.content
    base = f"projects/{made.json()['code']}"
    assert send("patch", base, {"version": 1, "address": "甲"}).json()["version"] == 2
    conflict = send("patch", base, {"version": 1, "address": "乙"})
    assert (conflict.status_code, conflict["Content-Type"]) == (409, "application/problem+json")
    assert "您填的是“乙”" in conflict.json()["detail"]
    bad = send("post", "projects", {**made.json(), "owner": "没有这个单位"})
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["field"] == "owner"
    assert send("post", f"{base}/months", {"month": "2026-05", "physical_pct": 5}).json()["physical_pct"] in (
        5,
        "5.00",
        5.0,
        "5",
    )
    assert send("post", f"{base}/months", {"month": "2099-05", "physical_pct": 5}).status_code == 422
    placed = send("put", f"{base}/geometry", {"geometry": {"type": "Point", "coordinates": [116.3, 37.4]}})
    assert placed.json()["lon"] == 116.3
    bow = {
        "type": "Polygon",
        "coordinates": [[[116.0, 37.0], [116.1, 37.1], [116.1, 37.0], [116.0, 37.1], [116.0, 37.0]]],
    }
    assert "边界自相交" in send("put", f"{base}/geometry", {"geometry": bow}).json()["detail"]
    party = {"role": "owner", "organisation": cast.owner.organisation.name, "contact": "owner"}
    assert send("put", f"{base}/parties", party).json()["contact"] == "尹业主"
    assert send("put", f"{base}/year", {"year": 2026, "planned_yuan": 100}).status_code == 204
    assert (
        send("post", f"{base}/code", {"new_code": "2604-371402-04-01-500002", "reason": "换发"}).status_code
        == 200
    )
    listed = client.get("/api/v1/projects?limit=1").json()
    assert len(listed["items"]) == 1
    assert listed["next"]
    rest = client.get(f"/api/v1/projects?limit=1&cursor={listed['next']}").json()
    assert rest["items"][0]["code"] != listed["items"][0]["code"]
    assert rest["next"] is None
    assert client.get("/api/v1/projects.xlsx").status_code == 200
    other = client_of(cast.outsider)
    for method, path in (
        ("patch", base),
        ("post", f"{base}/months"),
        ("put", f"{base}/geometry"),
        ("post", f"{base}/code"),
    ):
        answer = getattr(other, method)(
            f"/api/v1/{path}",
            {"version": 1, "month": "2026-05", "geometry": {}, "new_code": "x", "reason": "x"},
            content_type="application/json",
        )
        assert answer.status_code in (403, 404)


def test_figures_count_what_the_list_shows(cast: Any, site_project: Project, other_project: Project) -> None:
    Project.objects.filter(pk=other_project.pk).update(stage="operation", status="finished", lamp="grey")
    report_month(
        project=site_project, month=date(2026, 5, 1), actor=cast.owner, now=NOW, invested_yuan=30_000_000
    )
    YearPlan.objects.filter(project=site_project).update(planned_yuan=90_000_000)

    def value(name: str, reader: Any = cast.officer) -> Any:
        return read_figure(f"projects.{name}", reader, now=NOW).value

    assert (value("under_construction"), value("total"), value("red")) == (1, 2, 0)
    assert value("total_investment_yuan") == 240_000_000
    assert (value("year_plan_yuan"), value("year_done_yuan")) == (90_000_000, 30_000_000)
    assert value("total_investment_yuan", cast.contractor) == 120_000_000
    figure = read_figure("projects.under_construction", cast.officer, now=NOW)
    page = client_of(cast.officer).get(figure.rows).content.decode()
    assert site_project.name in page
    assert other_project.name not in page


def test_strips_stand_above_the_page(cast: Any, site_project: Project) -> None:
    strip = Strip(
        severity=4, title="红色预警", text="基坑位移超限", url="/x/", due_at=NOW + timedelta(hours=3)
    )
    source = StripSource(key="test", read=lambda project, reader, now: [strip], order=1)
    project_strips.add(source)
    try:
        page = client_of(cast.officer).get(site_project.get_absolute_url()).content.decode()
    finally:
        project_strips._items.pop("test")
    assert 'role="alert"' in page
    assert "基坑位移超限" in page
    assert reverse("projects:detail", args=[site_project.code]) in page


def test_the_plan_of_a_year_opens_the_projects_that_it_names(
    client: Client, cast: Any, site_project: Any, other_project: Any
) -> None:
    set_year_plan(project=site_project, year=NOW.year, planned_yuan=1000, actor=cast.officer, now=NOW)
    rows = read_figure("projects.year_plan_yuan", cast.officer, now=NOW).rows
    client.force_login(cast.officer)
    page = client.get(rows).content.decode()
    assert site_project.name in page
    assert other_project.name not in page
    assert other_project.name in client.get("/projects/?year=²026").content.decode()
