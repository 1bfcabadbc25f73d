"""The rule desk and design limits as pages and over HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.selectors import find_alerts, with_balls
from lantu.monitoring.alerts.services import mark_false_positive, take_up
from lantu.monitoring.rules.desk.models import RuleProposal
from lantu.monitoring.rules.desk.wording import level_in_words, scope_in_words
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.telemetry.charts import channel_chart
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.tests.conftest import NOW

pytestmark = pytest.mark.django_db
CODE = "dust.pm10_inst"


def form(**more: Any) -> dict[str, Any]:
    return {
        "limit_2": "200", "label_2": "报警", "limit_4": "300", "label_4": "控制", "window_s": 0, "validity": 0.75,
        "duration_s": 0, "samples": 1, "hysteresis": 0.05, "clear_samples": 2, "start_min": "", "end_min": "",
        "basis": "设计文件", "clause": "", "mark": "D", "note": "",
        "effective_from": (timezone.localdate() + timedelta(days=1)).isoformat(), "why": "设计单位复核后调整",
    } | more  # fmt: skip


def test_from_the_rules_page_to_an_approved_version(
    equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    client.force_login(cast.officer)
    page = client.get(reverse("monitoring:rules")).content.decode()
    assert "水平位移" in page  # the channel's name, not its key
    assert client.get(reverse("monitoring:rule", args=[CODE])).status_code == 200
    editor = reverse("monitoring:rule_propose", args=[CODE])
    shown = client.get(editor).content.decode()
    assert 'value="150"' in shown
    assert 'aria-label="黄色 限值"' in shown, "a number in a table has a name too"
    wrong = client.post(editor, form(limit_2="400", start_min="25:00"))
    assert wrong.status_code == 422
    assert "请写成 22:00 的样子" in wrong.content.decode()
    assert "没有比前一级 400 更严重" in client.post(editor, form(limit_2="400")).content.decode()
    made = client.post(editor, form())
    proposal = RuleProposal.objects.get()
    assert made["Location"] == proposal.get_absolute_url()
    page = client.get(made["Location"]).content.decode()
    assert "还没有回放" in page
    act = lambda verb, **body: client.post(  # noqa: E731
        reverse("monitoring:proposal_act", args=[proposal.pk, verb]), body
    )
    assert act("preview", days="7").status_code == 302
    assert (
        client.post(reverse("monitoring:proposal_edit", args=[proposal.pk]), form(limit_2="210")).status_code
        == 302
    )
    act("submit")
    assert RuleProposal.objects.get().state == "draft"  # what was replayed is not what it says now
    act("preview", days="30")
    act("submit")
    client.force_login(cast.director)
    assert "批准" in client.get(proposal.get_absolute_url()).content.decode()
    act("return", note="请补充设计文件编号")
    client.force_login(cast.officer)
    act("submit")
    client.force_login(cast.director)
    act("approve", note="同意")
    version = RuleVersion.objects.get(rule__code=CODE, version=2)
    assert version.levels[0]["limit"] == 210
    page = client.get(reverse("monitoring:rule", args=[CODE]), {"old": 1, "new": 2}).content.decode()
    assert "210" in page
    assert "将生效" in page
    client.force_login(cast.contractor)
    assert client.get(editor).status_code == 403
    assert act("approve").status_code == 403
    assert (
        client.get(proposal.get_absolute_url()).status_code == 403
    )  # a replay names the whole city's devices


def test_over_http(equipment: SimpleNamespace, cast: Any, client: Client) -> None:
    client.force_login(cast.officer)
    assert any(row["code"] == CODE for row in client.get("/api/v1/rules").json())
    body = {
        "changes": {"duration_s": 300}, "effective_from": (timezone.localdate() + timedelta(days=2)).isoformat(),
        "why": "持续五分钟再报警",
    }  # fmt: skip
    post = lambda path, data=None: client.post(f"/api/v1{path}", data or {}, content_type="application/json")  # noqa: E731
    bad = post(f"/rules/{CODE}/proposals", {**body, "changes": {"duration_s": -1}})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "duration_s")
    made = post(f"/rules/{CODE}/proposals", body)
    assert made.status_code == 201
    number = made.json()["id"]
    assert post(f"/rule-proposals/{number}/preview", {"days": 7}).json()["preview"]["state"] == "done"
    assert post(f"/rule-proposals/{number}/submit").json()["state"] == "submitted"
    assert post(f"/rule-proposals/{number}/approve").status_code == 403
    client.force_login(cast.director)
    done = post(f"/rule-proposals/{number}/approve", {"note": "同意"}).json()
    assert (done["state"], done["version"]) == ("approved", 2)
    detail = client.get(f"/api/v1/rules/{CODE}").json()
    assert [version["proposal"] for version in detail["versions"]] == [number, None]
    assert client.get("/api/v1/rules/none.such").status_code == 404
    assert client.get("/api/v1/rule-proposals/999999999999999999999").status_code == 404


def test_precision_by_version_links_to_its_rows(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    feed(("D1", {"pm10": 180}, 0))
    alert = Alert.objects.get()
    mark_false_positive(alert, reason="喷淋水雾干扰传感器", now=NOW, actor=cast.contractor)
    mark_false_positive(alert, reason="", now=NOW, actor=cast.officer)
    client.force_login(cast.officer)
    page = client.get(reverse("monitoring:rule", args=[CODE])).content.decode()
    assert "100 %" in page
    link = f"{reverse('monitoring:alerts')}?rule={CODE}&version=1&state=false_positive"
    assert link.replace("&", "&amp;") in page
    assert "dust D1" in client.get(link).content.decode()
    assert "dust D1" not in client.get(link.replace("version=1", "version=2")).content.decode()


def test_the_list_names_who_has_the_ball_after_it_was_taken_up(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any
) -> None:
    from lantu.duties.services.open import open_duty

    feed(("D1", {"pm10": 180}, 0))
    alert = Alert.objects.get()
    duty = open_duty(
        subject_type="hazards.hazard", subject_id=77, step="rectify", title="整改", action_label="整改", action_url="/",
        holder=cast.supervisor, severity=2, due_at=NOW + timedelta(days=1), now=NOW, actor=None, project=equipment.project,
    )  # fmt: skip
    take_up(alert, hazard_ref="hazards.hazard:77", now=NOW, actor=None)
    row = with_balls(find_alerts(cast.officer))[0]
    assert row.ball == duty  # type: ignore[attr-defined]


def test_what_became_hazards_opens_its_rows(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    feed(("D1", {"pm10": 180}, 0))
    client.force_login(cast.officer)
    link = f"{reverse('monitoring:alerts')}?rule={CODE}&version=1&state=handed_on"

    def told_and_shown() -> tuple[bool, list[str]]:
        page = client.get(reverse("monitoring:rule", args=[CODE])).content.decode()
        rows = client.get(link).context["page"]
        return f'{link.replace("&", "&amp;")}">{len(rows)}</a>' in page, [row.device.code for row in rows]

    assert told_and_shown() == (True, [])
    take_up(Alert.objects.get(), hazard_ref="hazards.hazard:77", now=NOW, actor=None)
    assert told_and_shown() == (True, ["D1"])


def test_design_limits_of_a_project(equipment: SimpleNamespace, cast: Any, client: Client) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (250, 250, 250)).save(out, "JPEG")
    page = reverse("monitoring:design_limits", args=[equipment.project.code])
    body = {"item": CODE, "device": "", "document_no": "JG-2026-07", "level_2": "120", "level_4": "200"}
    client.force_login(cast.contractor)
    assert client.get(page).status_code == 200
    assert client.post(page, body).status_code == 403
    client.force_login(cast.owner)
    assert client.post(page, body).status_code == 422  # without the document
    upside_down = body | {"level_2": "300", "file": SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")}
    assert client.post(page, upside_down).status_code == 422
    good = body | {"file": SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")}
    assert client.post(page, good).status_code == 302
    made = ProjectRuleOverride.objects.get()
    assert "JG-2026-07" in client.get(page).content.decode()
    withdraw = reverse("monitoring:design_limit_withdraw", args=[made.pk])
    assert client.post(withdraw, {"reason": "设计变更 3 号通知单"}).status_code == 302
    assert "设计变更 3 号通知单" in client.get(page).content.decode()
    assert Rule.objects.filter(code=CODE).exists()


def test_limits_and_scope_in_words_of_the_reader() -> None:
    wording = {
        "unit": "次",
        "compare": "ge",
        "scope": {"facts": {"pit_grade": None, "pit_support": ["pile", "wall"]}},
    }
    level = {"severity": 3, "limit": 4, "label": "停止作业"}
    assert level_in_words(level, wording).endswith("4 次 停止作业")
    assert scope_in_words(wording["scope"]).startswith("基坑安全等级：未登记、支护形式 = ")
    with override("en"):
        assert level_in_words(level, wording).endswith("4 times stop work")
        assert "None" not in scope_in_words(wording["scope"])


def test_a_rule_for_a_missing_fact_shows_that_it_does_not_judge() -> None:
    version = RuleVersion(
        compare="abs_ge",
        kind="threshold",
        levels=[{"severity": 3, "limit": 80, "label": "预警值"}],
        fact={"name": "pit_grade", "use": "share"},
        scope={"facts": {"pit_grade": None}},
    )
    told = render_to_string("monitoring/_rule_levels.html", {"version": version})
    assert "不作判断：缺少基坑安全等级" in told
    assert "80" not in told
    version.scope = {"facts": {"pit_grade": [1]}}
    assert "80 % × 基坑安全等级" in render_to_string("monitoring/_rule_levels.html", {"version": version})


def test_the_room_itself_has_an_address(cast: Any, client: Client) -> None:
    client.force_login(cast.contractor)
    assert client.get("/monitoring/")["Location"] == reverse("monitoring:alerts")
    client.force_login(cast.sysadmin)
    assert client.get("/monitoring/")["Location"] == reverse("monitoring:storage")
    client.force_login(cast.secadmin)
    assert client.get("/monitoring/").status_code == 403


def test_what_was_set_apart_says_why_in_words(equipment: SimpleNamespace, cast: Any, client: Client) -> None:
    wrong = {"record": 0, "channel": "pm10", "reason": "out_of_range", "detail": "pm10 = 99999"}
    rows = [
        Quarantine.objects.create(
            source="mqtt", reason=reason, raw=b"{}", problems=problems, received_at=NOW,
            device_id=equipment.dust.pk, project_id=equipment.project.pk,
        )
        for reason, problems in (("out_of_range", [wrong]), ("bad_json", []))
    ]  # fmt: skip
    client.force_login(cast.officer)
    pages = [client.get(reverse("monitoring:quarantined", args=[row.pk])).content.decode() for row in rows]
    assert "<span>数值超出合理量程</span>" in pages[0]
    assert "逐项问题" not in pages[1]


def test_the_limits_in_a_chart_speak_the_language_of_the_reader(equipment: SimpleNamespace) -> None:
    version = RuleVersion.objects.get(rule__code=CODE)
    RuleVersion.objects.filter(pk=version.pk).update(
        levels=[
            {"severity": 2, "limit": 120, "label": "预警"},
            {"severity": 3, "limit": 150, "label": "报警"},
        ]
    )
    channel = equipment.dust.channels.get(key="pm10")
    with override("en"):
        labels = [mark["label"] for mark in channel_chart(channel, now=timezone.now())["marks"]]
    assert labels == ["Warning 120", "Alarm 150"]
