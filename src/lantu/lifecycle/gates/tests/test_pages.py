"""Pages, sheet and API of gates."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook
from tests.cast import NOW

from lantu.core.figures import read_figure
from lantu.lifecycle.gates import services as s
from lantu.lifecycle.gates.models import Gate, GatePlan, GateTender
from lantu.lifecycle.gates.tests.conftest import complete, gate_of, get, step_of
from lantu.lifecycle.templatetags.terms import term

P = "/lifecycle/gates"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_opening_from_the_page(cast: Any, young: Any, planner: Any) -> None:
    client = signed_in(cast.officer)
    page = client.get(f"{P}/p/{young.code}/").content.decode()
    assert "还没有建立关口" in page
    assert client.post(f"{P}/p/{young.code}/open/", {"template": "nothing"}).status_code == 422
    assert client.post(f"{P}/p/{young.code}/open/", {"template": "linear"}).status_code == 302
    assert GatePlan.objects.get().template == "linear"
    assert signed_in(cast.contractor).post(f"{P}/p/{young.code}/open/", {}).status_code == 403


def test_all_pages_open_for_their_readers(cast: Any, plan: GatePlan) -> None:
    get(plan, "project_code", cast)
    s.apply_step(step_of(plan, "site_opinion"), by=cast.owner, now=NOW)
    code = plan.project.code
    gate, step = gate_of(plan, "initiation"), step_of(plan, "site_opinion")
    addresses = [
        f"{P}/", f"{P}/desk/", f"{P}/desk/?who=unit", f"{P}/templates/", f"{P}/templates/renewal/", f"{P}/p/{code}/",
        f"{P}/p/{code}/print/", f"{P}/p/{code}/tenders/", f"{P}/p/{code}/tenders/new/", f"{P}/{gate.pk}/",
        f"{P}/steps/{step.pk}/", f"{P}/?at=initiation&state=preparing&gate_lamp=green",
    ]  # fmt: skip
    for user in (cast.officer, cast.owner, cast.clerk, cast.auditor):
        client = signed_in(user)
        for address in addresses:
            assert client.get(address).status_code == 200, address
    for address in (f"{P}/p/{code}/", f"{P}/{gate.pk}/", f"{P}/steps/{step.pk}/"):
        assert signed_in(cast.outsider).get(address).status_code == 404
    assert "用地预审与选址意见书" in signed_in(cast.clerk).get(f"{P}/desk/").content.decode()
    assert signed_in(cast.clerk).get(f"{P}/templates/none/").status_code == 404


def test_overdue_gates_open_their_rows(cast: Any, plan: GatePlan) -> None:
    """The figure counts gates past their day; its rows are their projects and no others."""
    gate = gate_of(plan, "initiation")
    assert read_figure("gates.overdue", cast.officer, now=timezone.now()).numerator in (0, 1)
    Gate.objects.filter(plan=plan).update(due_on=timezone.localdate() + timedelta(days=9))
    found = read_figure("gates.overdue", cast.officer, now=timezone.now())
    assert (found.value, found.denominator) == (0, 1)
    page = signed_in(cast.officer).get(found.rows)
    assert page.context["page"].paginator.count == 0
    Gate.objects.filter(pk=gate.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    found = read_figure("gates.overdue", cast.officer, now=timezone.now())
    assert found.value == 1
    assert signed_in(cast.officer).get(found.rows).context["page"].paginator.count == 1
    assert read_figure("gates.overdue", cast.outsider, now=timezone.now()).value == 0


def test_a_document_from_application_to_tick(cast: Any, plan: GatePlan) -> None:
    get(plan, "project_code", cast)
    step = step_of(plan, "site_opinion")
    assert signed_in(cast.owner).post(f"{P}/steps/{step.pk}/do/apply/", {}).status_code == 302
    clerk = signed_in(cast.clerk)
    assert clerk.post(f"{P}/steps/{step.pk}/do/confirm/", {}).status_code == 422
    form = {"number": "用字第1号", "issued_on": "2026-06-01"}
    assert clerk.post(f"{P}/steps/{step.pk}/do/confirm/", form).status_code == 422
    assert (
        clerk.post(f"{P}/steps/{step.pk}/do/confirm/", form | {"note": "纸质先行，系统补录"}).status_code
        == 302
    )
    assert step_of(plan, "site_opinion").state == "confirmed"


def test_a_gate_from_submission_to_pass(cast: Any, plan: GatePlan, planner: Any) -> None:
    gate = complete(plan, "initiation", cast)
    owner = signed_in(cast.owner)
    assert owner.post(f"{P}/{gate.pk}/do/nonsense/", {}).status_code == 404
    assert owner.post(f"{P}/{gate.pk}/do/submit/", {}).status_code == 302
    assert signed_in(cast.officer).post(f"{P}/{gate.pk}/do/check/", {}).status_code == 302
    keeper = signed_in(planner)
    page = keeper.get(f"{P}/{gate.pk}/").content.decode()
    assert f"{P}/{gate.pk}/do/approve/" in page
    assert keeper.post(f"{P}/{gate.pk}/do/hold/", {"reason": "等省厅意见", "until": ""}).status_code == 422
    assert keeper.post(f"{P}/{gate.pk}/do/approve/", {"version": "1"}).status_code == 409
    assert keeper.post(f"{P}/{gate.pk}/do/approve/", {}).status_code == 302
    assert gate_of(plan, "initiation").state == "passed"
    page = owner.get(plan.project.get_absolute_url()).content.decode()
    assert "已通过" in page


def test_the_matrix_as_a_sheet(cast: Any, plan: GatePlan) -> None:
    answer = signed_in(cast.officer).get(f"{P}/matrix.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][1] == plan.project.name
    assert rows[1][4] == "准备中"


def test_tender_dates_are_checked_as_they_are_entered(cast: Any, plan: GatePlan) -> None:
    client = signed_in(cast.owner)
    address = f"{P}/p/{plan.project.code}/tenders"
    form = {
        "name": "施工一标段",
        "kind": "works",
        "method": "open",
        "sale_from_on": "2030-06-03",
        "bids_due_on": "2030-06-20",
    }
    refused = client.post(f"{address}/new/", form)
    assert refused.status_code == 422
    assert "2030-06-24" in refused.content.decode()  # 20 days after 3 June is a Sunday: the next working day
    assert client.post(f"{address}/new/", form | {"bids_due_on": "2030-06-24"}).status_code == 302
    row = GateTender.objects.get()
    assert client.get(f"{address}/{row.pk}/").status_code == 200
    stale = {"name": row.name, "kind": "works", "method": "open", "version": "7", "winner": "别人"}
    answer = client.post(f"{address}/{row.pk}/", stale)
    assert answer.status_code == 409
    assert "别人" in answer.content.decode()


def test_over_the_api(cast: Any, plan: GatePlan, planner: Any) -> None:
    client = signed_in(cast.owner)
    api = "/api/v1"
    found = client.get(f"{api}/gates/projects/{plan.project.code}").json()
    assert [gate["stage"] for gate in found["gates"]][:2] == ["initiation", "design"]
    step = step_of(plan, "project_code")
    url = f"{api}/gate-steps/{step.pk}/do"
    assert client.post(f"{url}/apply", {}, content_type="application/json").json()["state"] == "applied"
    tick = signed_in(planner).post(f"{url}/confirm", {"text": "核对无误"}, content_type="application/json")
    assert tick.json()["state"] == "confirmed"
    gate = gate_of(plan, "initiation")
    refused = client.post(f"{api}/gates/{gate.pk}/do/submit", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:lantu:gates.incomplete")
    listed = client.get(f"{api}/gates?stage=initiation").json()
    assert [row["id"] for row in listed["items"]] == [gate.pk]
    assert len(client.get(f"{api}/gates/templates").json()) == 6
    body = {"name": "监理标", "kind": "services", "amounts": {"estimate_yuan": 800_000}, "method": "direct"}
    for name in ("监理一标", "监理二标"):
        made = client.post(
            f"{api}/gates/projects/{plan.project.code}/tenders/new",
            body | {"name": name},
            content_type="application/json",
        )
        assert made.status_code == 201
    assert "疑似拆分" in client.get(f"{P}/p/{plan.project.code}/tenders/").content.decode()
    assert signed_in(cast.outsider).get(f"{api}/gates/{gate.pk}").status_code == 404


def test_terms_are_written_in_words() -> None:
    assert [term(text) for text in ("15wd", "30d", "72h", "3m")] == [
        "15 个工作日",
        "30 天",
        "72 小时",
        "3 个月",
    ]
    with override("en"):
        assert [term(text) for text in ("1wd", "15wd", "1d")] == ["1 working day", "15 working days", "1 day"]
    assert term("按约定") == "按约定"
