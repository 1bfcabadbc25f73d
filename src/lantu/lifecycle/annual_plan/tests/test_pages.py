"""Doors of annual plans: pages, files, the API, the public list, and the import of a bureau's own spreadsheet."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from tests.cast import NOW

from lantu.accounts.models import Grant
from lantu.gis.models import District
from lantu.lifecycle.annual_plan.models import PlanImport, PlanMapping, PlanProposal
from lantu.lifecycle.annual_plan.tests.stories import (
    BENEFIT,
    YEAR,
    clerks,
    issued,
    opened,
    recommended,
    values,
)

pytestmark = pytest.mark.django_db
PUBLISHED = (
    Path(os.environ.get("LANTU_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))
    / "projects"
    / "dezhou_named_projects_zh.csv"
)
SAMPLE = """年份,项目名称,类别
2022,山东大学齐鲁医院德州医院新院区(东部医疗中心二期),省重大·增补
2024,华能德州电厂2×660兆瓦热电联产,省重大
2018,京台高速公路生态城互通立交,市重点·通车
"""


def test_every_page_opens_for_the_bureau(cast: Any, client: Any) -> None:
    plan, draft = issued(cast), opened(cast)
    recommended(cast, draft)
    client.force_login(cast.director)
    pages = [
        reverse("lifecycle:plans"), plan.get_absolute_url(), draft.get_absolute_url(),
        reverse("lifecycle:plan_balance", args=[YEAR]), reverse("lifecycle:plan_months", args=[2026]),
        reverse("lifecycle:plan_result", args=[2026]), reverse("lifecycle:plan_adjust", args=[2026]),
        reverse("lifecycle:plan_issue", args=[YEAR]), reverse("lifecycle:plan_version", args=[2026, 4]),
        reverse("lifecycle:plan_version", args=[2026, 4]) + "?against=1",
        reverse("lifecycle:plan_continuing", args=[YEAR]), PlanProposal.objects.latest("pk").get_absolute_url(),
    ]  # fmt: skip
    for page in pages:
        assert client.get(page).status_code == 200, page
    client.force_login(cast.officer)
    for page in (
        reverse("lifecycle:plan_propose", args=[YEAR]),
        reverse("lifecycle:plan_upload", args=[YEAR]),
    ):
        assert client.get(page).status_code == 200, page


def test_the_way_through_the_pages(cast: Any, client: Any) -> None:
    plan, people = opened(cast), clerks()
    client.force_login(cast.owner)
    typed_apart = ("funds", "approvals", "owner_org")
    form = {k: str(v) for k, v in values(cast.owner.organisation).items() if k not in typed_apart}
    form |= {
        "owner_org": cast.owner.organisation.name, "total_yuan": "20000", "annual_yuan": "8000",
        "funds": "财政资金，12000\n专项债，8000", "approvals": "可研批复，已批，，德发改〔2026〕7号", "state": "proposed",
    }  # fmt: skip
    answer = client.post(reverse("lifecycle:plan_propose", args=[YEAR]), form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    proposal = PlanProposal.objects.get()
    assert (proposal.annual_yuan, proposal.state) == (80_000_000, "proposed")
    bad = client.post(reverse("lifecycle:plan_propose", args=[YEAR]), form | {"summary": "军事设施"})
    assert bad.status_code == 422
    act = lambda verb, **given: client.post(  # noqa: E731
        reverse("lifecycle:plan_proposal_act", args=[proposal.pk, verb]), given
    )
    assert act("check").status_code == 403
    client.force_login(cast.officer)
    assert act("check", version="1").status_code == 302
    assert act("check", version="1").status_code == 409
    assert act("to_elements").status_code == 302
    for review in proposal.reviews.all():
        client.force_login(people[review.element])
        tick = reverse("lifecycle:plan_tick", args=[proposal.pk, review.element])
        assert client.post(tick, {"verdict": "unmet"}).status_code == 422
        assert client.post(tick, {"verdict": "met"}).status_code == 302
    from lantu.accounts.models import Grant

    Grant.objects.create(user=cast.expert, role="expert", reach="project", project_id=0, granted_at=NOW)
    client.force_login(cast.officer)
    assert act("to_expert", expert="expert").status_code == 302
    client.force_login(cast.expert)
    assert client.get(proposal.get_absolute_url()).status_code == 200
    assert act("recommend", reason="建议列入", **{k: str(v) for k, v in BENEFIT.items()}).status_code == 302
    client.force_login(cast.officer)
    plan.refresh_from_db()
    workbench = reverse("lifecycle:plan_balance", args=[YEAR])
    tried = client.post(workbench + "try/", {"chosen": [proposal.pk], "limit_land_mu": "100"})
    assert "用地指标超 80 亩" in tried.content.decode()
    solved = client.post(workbench + "solve/", {"limit_land_mu": "500"})
    assert "建议列入 1 个项目" in solved.content.decode()
    told = {"edited_no": plan.edited_no, "reason": "首次平衡"}
    limited = client.post(workbench + "limits/", told | {"limit_land_mu": "150"})
    assert limited.status_code == 302
    stale = client.post(workbench, told | {"chosen": [proposal.pk]})
    assert stale.status_code == 409
    plan.refresh_from_db()
    over = client.post(workbench, told | {"chosen": [proposal.pk], "edited_no": plan.edited_no})
    assert over.status_code == 409
    assert "超出约束" in over.content.decode()
    client.post(
        workbench + "limits/", {"edited_no": plan.edited_no, "reason": "追加指标", "limit_land_mu": "200"}
    )
    plan.refresh_from_db()
    saved = client.post(workbench, told | {"chosen": [proposal.pk], "edited_no": plan.edited_no})
    assert saved.status_code == 302


def test_infeasible_names_the_smallest_relaxation(cast: Any, client: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    PlanProposal.objects.filter(pk=proposal.pk).update(must=True)
    client.force_login(cast.officer)
    answer = client.post(reverse("lifecycle:plan_balance_solve", args=[YEAR]), {"limit_annual": "5000"})
    assert "没有可行方案" in answer.content.decode()
    assert "年度投资超 3000 万元" in answer.content.decode()


def test_files_say_what_the_version_says(cast: Any, client: Any) -> None:
    issued(cast)
    client.force_login(cast.officer)
    files = {k: client.get(reverse("lifecycle:plan_file", args=[2026, k])) for k in ("docx", "xlsx", "json")}
    assert {answer.status_code for answer in files.values()} == {200}
    from docx import Document

    paper = Document(io.BytesIO(files["docx"].content))
    text = "\n".join(p.text for p in paper.paragraphs)
    assert "德重发〔2026〕3号" in text
    assert "重点工程 4 个" in text
    assert len(paper.tables) == 3
    assert paper.tables[0].rows[-1].cells[1].text == "4"
    sheet = load_workbook(io.BytesIO(files["xlsx"].content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 5
    assert [float(str(rows[1][9]))] == [sum(float(str(cell or 0)) for cell in rows[1][19:31])]
    data = json.loads(files["json"].content)
    assert len(data["projects"]) == 4
    assert client.get(reverse("lifecycle:plan_file", args=[2026, "exe"])).status_code == 404


def test_the_public_list_waits_for_the_issue_and_names_no_people(cast: Any, client: Any) -> None:
    issued(cast)
    draft = opened(cast)
    recommended(cast, draft)
    assert client.get(reverse("lifecycle:plan_public", args=[YEAR])).status_code == 404
    assert client.get(f"/api/v1/plans/{YEAR}/public").status_code == 404
    page = client.get(reverse("lifecycle:plan_public", args=[2026]))
    assert page.status_code == 200
    assert "续建项目1" in page.content.decode()
    assert cast.officer.display_name not in page.content.decode()
    layers = client.get(reverse("lifecycle:plan_public_layers", args=[2026])).json()
    counties, points = layers["layers"]
    assert (counties["key"], counties["kind"]) == ("counties", "fill")
    assert len(points["geojson"]["features"]) == 4
    rows = client.get("/api/v1/plans/2026/public").json()["projects"]
    assert len(rows) == 4
    assert set(rows[0]) == {
        "code", "name", "area_code", "area", "category", "plan_class", "owner", "summary", "goal", "total_yuan", "annual_yuan",
    }  # fmt: skip


@pytest.mark.parametrize("door", ["plan_result", "plan_months"])
def test_lists_link_only_what_the_reader_may_open(cast: Any, client: Any, door: str) -> None:
    """An issued plan is read by all of its readers, its proposals only by those concerned: no link leads to a refusal."""
    plan = issued(cast)
    Grant.objects.create(user=cast.expert, role="expert", reach="project", project_id=0, granted_at=NOW)
    page = reverse(f"lifecycle:{door}", args=[plan.year])
    for user, links in ((cast.director, True), (cast.expert, False)):
        client.force_login(user)
        text = client.get(page).content.decode()
        assert "续建项目1" in text
        assert ("/lifecycle/plan/proposals/" in text) is links


def test_the_public_map_has_outlines_with_sums_of_the_published_rows(cast: Any, client: Any) -> None:
    square = {
        "type": "Polygon",
        "coordinates": [[[116.2, 37.3], [116.4, 37.3], [116.4, 37.5], [116.2, 37.3]]],
    }
    District.objects.create(
        code="371402", name="德城区", geometry_wkb=b"", geojson=square, label_lon=116.3, label_lat=37.4, area_km2=1,
        source="公开数据", datum="未注明", loaded_at=NOW,
    )  # fmt: skip
    issued(cast)
    layers = client.get(reverse("lifecycle:plan_public_layers", args=[2026])).json()
    county = layers["layers"][0]["geojson"]["features"][0]["properties"]
    assert (county["name"], county["projects"], county["annual"]) == ("德城区", 2, "6000 万元")
    assert "url" not in county
    assert "坐标系" in layers["datum_note"]


def test_a_draft_is_seen_by_its_own_people_only(cast: Any, client: Any) -> None:
    plan = opened(cast)
    proposal = recommended(cast, plan)
    for person, status in (
        (cast.owner, 200),
        (cast.county, 200),
        (cast.outsider, 403),
        (cast.contractor, 403),
    ):
        client.force_login(person)
        assert client.get(proposal.get_absolute_url()).status_code == status, person
    client.force_login(cast.owner)
    assert client.get(reverse("lifecycle:plan_balance", args=[YEAR])).status_code == 403


def test_the_api_says_the_same(cast: Any, client: Any) -> None:
    plan = issued(cast)
    client.force_login(cast.officer)
    got = client.get("/api/v1/plans").json()
    assert [p["year"] for p in got] == [2026]
    rows = client.get("/api/v1/plans/2026/proposals?limit=3").json()
    assert len(rows["items"]) == 3
    assert rows["next"]
    version = client.get("/api/v1/plans/2026/versions/4").json()
    assert len(version["items"]) == 4
    assert client.get("/api/v1/plans/2026/versions/4/diff/1").json() == []
    assert client.get("/api/v1/plans/2031").status_code == 404
    made = client.post(
        "/api/v1/plans", json.dumps({"year": YEAR, "approver": "director"}), content_type="application/json"
    )
    assert made.status_code == 201
    refused = client.post(
        f"/api/v1/plans/{YEAR}/proposals", json.dumps({"name": "无代码", "funds": [{"source": "财政", "yuan": 1}]}),
        content_type="application/json",
    )  # fmt: skip
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("plans.no_code")
    tried = client.post(
        f"/api/v1/plans/{plan.year}/try",
        json.dumps({"limits": {"annual": 1}}),
        content_type="application/json",
    ).json()
    assert tried["feasible"] is False


def _upload(client: Any, content: bytes, name: str) -> Any:
    return client.post(
        reverse("lifecycle:plan_upload", args=[YEAR]), {"file": SimpleUploadedFile(name, content)}
    )


@pytest.mark.parametrize("source", ["sample", "published"])
def test_a_list_of_names_is_read_and_every_gap_named_with_its_place(
    cast: Any, client: Any, source: str
) -> None:
    opened(cast)
    if source == "published" and not PUBLISHED.exists():
        pytest.skip(f"no published list at {PUBLISHED}: set LANTU_SHARED_DATA")
    content = PUBLISHED.read_text(encoding="utf-8") if source == "published" else SAMPLE
    count = len(content.strip().splitlines()) - 1
    client.force_login(cast.officer)
    answer = _upload(client, content.encode(), "dezhou_named_projects_zh.csv")
    assert answer.status_code == 302
    run = PlanImport.objects.get()
    assert len(run.rows) == count
    assert run.columns == {"1": "name", "2": "category"}
    page = client.get(run.get_absolute_url()).content.decode()
    assert "没有项目代码" in page
    refused = client.post(run.get_absolute_url(), {"do": "apply"})
    assert refused.status_code == 409
    assert "没有导入任何内容" in refused.content.decode()
    assert not PlanProposal.objects.exists()


def plan_sheet(owner: str, **more: Any) -> bytes:
    """A bureau's own table: a title over everything, a heading in two merged rows, a sum at the end."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2027年重点工程计划表（单位：万元）"])
    sheet.append(
        ["序号", "工程名称", "投资项目代码", "性质", "类别", "属地", "业主单位", "投资", None, "资金渠道"]
    )
    sheet.append(
        [None, None, None, None, None, None, None, "计划总投资（亿元）", "年度计划投资（万元）", None]
    )
    sheet.merge_cells("A1:J1")
    for column in "ABCDEFGJ":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("H2:I2")
    for n in range(1, 4):
        row = [
            n,
            f"工程{n}",
            f"2609-371402-04-01-50000{n}",
            "新开工",
            "政府投资",
            "德城区",
            owner,
            2.5,
            6000,
            "财政资金，25000",
        ]
        for column, value in more.items():
            if n == 2:
                row[int(column[1:])] = value
        sheet.append(row)
    sheet.append(["合计", None, None, None, None, None, None, 7.5, 18000, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_headings_units_and_sums_are_read_and_the_mapping_is_remembered(
    cast: Any, client: Any
) -> None:
    opened(cast)
    client.force_login(cast.officer)
    _upload(client, plan_sheet(cast.owner.organisation.name), "计划.xlsx")
    run = PlanImport.objects.get()
    assert len(run.rows) == 3
    names = {heading: str(n) for n, heading in enumerate(run.headings)}
    wanted = {f"column_{n}": run.columns.get(str(n), "") for n in range(len(run.headings))}
    wanted[f"column_{names['性质']}"] = "plan_class"
    client.post(run.get_absolute_url(), wanted | {"default_sector": "municipal"})
    page = client.get(run.get_absolute_url()).content.decode()
    assert "可以导入 3 个项目" in page, page[page.find("需要修改") - 200 :][:3000]
    assert client.post(run.get_absolute_url(), {"do": "apply"}).status_code == 302
    made = PlanProposal.objects.get(name="工程2")
    assert (made.total_yuan, made.annual_yuan, made.state) == (250_000_000, 60_000_000, "balanced")
    assert client.post(run.get_absolute_url(), {"do": "apply"}).status_code == 409
    assert PlanMapping.objects.count() == 1
    _upload(client, plan_sheet(cast.owner.organisation.name, c2="2609-371402-04-01-600001"), "再来.xlsx")
    again = PlanImport.objects.latest("pk")
    assert again.columns[names["性质"]] == "plan_class"
    assert again.columns["defaults"] == {"sector": "municipal"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"c7": "两亿"}, "不是数字"),
        ({"c6": "没有这个公司"}, "没有登记"),
        ({"c2": "2609-371402-04-01-500001"}, "代码相同"),
        ({"c8": 99999}, "超过总投资"),
        ({"c5": "火星"}, "没有“火星”"),
    ],
)
def test_one_faulty_row_stops_all_and_says_where(
    cast: Any, client: Any, change: dict[str, Any], word: str
) -> None:
    opened(cast)
    client.force_login(cast.officer)
    _upload(client, plan_sheet(cast.owner.organisation.name, **change), "计划.xlsx")
    run = PlanImport.objects.get()
    wanted = {f"column_{n}": run.columns.get(str(n), "") for n in range(len(run.headings))}
    wanted |= {"column_3": "plan_class", "default_sector": "municipal"}
    client.post(run.get_absolute_url(), wanted)
    page = client.get(run.get_absolute_url()).content.decode()
    assert word in page
    assert client.post(run.get_absolute_url(), {"do": "apply"}).status_code == 409
    assert not PlanProposal.objects.exists()


def test_a_secret_row_keeps_nothing_of_the_file(cast: Any, client: Any) -> None:
    opened(cast)
    client.force_login(cast.officer)
    answer = _upload(client, plan_sheet(cast.owner.organisation.name, c1="某军事设施"), "计划.xlsx")
    assert answer.status_code == 422
    assert "第 5 行" in answer.content.decode()
    assert "某军事设施" not in answer.content.decode()
    assert not PlanImport.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0old", b"PK\x03\x04broken", b"a,b\n1,2\n"])
def test_what_is_no_plan_is_refused(cast: Any, client: Any, content: bytes) -> None:
    opened(cast)
    client.force_login(cast.officer)
    assert _upload(client, content, "x.csv").status_code == 422
