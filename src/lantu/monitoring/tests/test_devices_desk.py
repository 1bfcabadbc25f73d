"""Registration, provisioning by spreadsheet, labels, status, check-up."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.monitoring.devices.checkups.items import ChannelSeen, Seen, examine
from lantu.monitoring.devices.checkups.reading import check_devices
from lantu.monitoring.devices.imports.models import DeviceImport
from lantu.monitoring.devices.imports.sheet import read_facts, template
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.change_device import change_device
from lantu.monitoring.devices.services.import_devices import apply_import, check_sheet, hand_out_tokens
from lantu.monitoring.devices.services.make_checkup import make_checkup
from lantu.monitoring.devices.services.token import hash_token, issue_token
from lantu.monitoring.ingest.memory import load_registry
from lantu.monitoring.tests.conftest import NOW

pytestmark = pytest.mark.django_db
HEAD = ["设备编码", "设备名称*", "项目", "设备类型", "经度", "纬度", "检定有效期至", "现场参数"]


def sheet(*rows: list[Any], head: list[str] | None = None) -> io.BytesIO:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["某项目设备清单"])
    page.append(head or HEAD)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def row(code: str, project: Any, **more: Any) -> list[Any]:
    values = {
        "name": "新设备",
        "type": "dust",
        "lon": 116.3,
        "lat": 37.4,
        "until": date(2027, 1, 1),
        "facts": "",
    } | more
    return [
        code,
        values["name"],
        project.code,
        values["type"],
        values["lon"],
        values["lat"],
        values["until"],
        values["facts"],
    ]


def test_a_sheet_is_looked_at_then_registered_whole_and_tokens_come_once(
    equipment: SimpleNamespace, cast: Any
) -> None:
    file = sheet(
        row("N-1", equipment.project, facts="pit_depth_m=8.2; pit_grade=2"),
        row("N-2", equipment.project, type="扬尘噪声监测仪"),
    )
    run = check_sheet(file=file, name="a.xlsx", actor=cast.contractor, now=NOW)
    assert (run.state, run.errors) == (DeviceImport.State.READY, [])
    assert not Device.objects.filter(code="N-1").exists()
    with pytest.raises(Refused, match="还没有登记"):
        hand_out_tokens(run, actor=cast.contractor, now=NOW)
    run = apply_import(run, actor=cast.contractor, now=NOW)
    made = Device.objects.get(code="N-1")
    assert (made.facts, made.calibrated_until) == ({"pit_depth_m": 8.2, "pit_grade": 2}, date(2027, 1, 1))
    handed = load_workbook(hand_out_tokens(run, actor=cast.contractor, now=NOW)).active
    assert handed is not None
    lines = list(handed.iter_rows(min_row=2, values_only=True))
    assert [line[0] for line in lines] == ["N-1", "N-2"]
    assert hash_token(str(lines[0][3])) == Device.objects.get(code="N-1").token_hash
    with pytest.raises(Refused, match="已下载过一次"):
        hand_out_tokens(run, actor=cast.contractor, now=NOW)
    with pytest.raises(Refused):
        apply_import(run, actor=cast.contractor, now=NOW)


def test_every_wrong_cell_is_named_and_nothing_is_registered(equipment: SimpleNamespace, cast: Any) -> None:
    file = sheet(
        row("D1", equipment.project),
        row("坏 编码", equipment.project, type="magic"),
        row("N-3", equipment.project, lon="东经", until="2027-02-30"),
        row("N-3", SimpleNamespace(code="nowhere"), lat=None, facts="深度八米"),
        [None, "无编码", equipment.project.code, "dust"],
    )
    run = check_sheet(file=file, name="a.xlsx", actor=cast.officer, now=NOW)
    assert run.state == DeviceImport.State.REJECTED
    said = {(error["row"], error["letter"]): error["detail"] for error in run.errors}
    assert "已登记" in said[(3, "A")]
    assert "不可用" in said[(4, "A")]
    assert "没有“magic”" in said[(4, "D")]
    assert "不是度数" in said[(5, "E")]
    assert "不是日期" in said[(5, "G")]
    assert "重复" in said[(6, "A")]
    assert "没有代码为 nowhere" in said[(6, "C")]
    assert "看不懂" in said[(6, "H")]
    assert "必填" in said[(7, "A")]
    assert all(error["remedy"] for error in run.errors)
    with pytest.raises(Refused):
        apply_import(run, actor=cast.officer, now=NOW)


def test_a_logger_gets_its_mn_with_the_sheet(equipment: SimpleNamespace, cast: Any) -> None:
    head = [*HEAD, "MN"]
    good = [*row("N-5", equipment.project), "88888880000001"]
    run = check_sheet(file=sheet(good, head=head), name="a.xlsx", actor=cast.officer, now=NOW)
    apply_import(run, actor=cast.officer, now=NOW)
    device = Device.objects.select_related("hj212", "project", "type").get(code="N-5")
    assert device.hj212.mn == "88888880000001"
    items = {
        item.key: item for item in check_devices([device], since=NOW, until=NOW + timedelta(hours=1))[0].items
    }
    assert (items["protocol"].verdict, items["token"].verdict) == ("pass", "pass")
    head.append("PW")
    locked = [*row("N-8", equipment.project), "88888880000002", 123456.0]
    run = check_sheet(file=sheet(locked, head=head), name="a.xlsx", actor=cast.officer, now=NOW)
    run = apply_import(run, actor=cast.officer, now=NOW)
    assert Device.objects.get(code="N-8").hj212.pw == "123456"
    assert "123456" not in str(run.rows), "a password does not stay in the record of the import"
    bad = [
        [*row("N-6", equipment.project), None, "abc"],
        [*row("N-7", equipment.project), "88888880000003", "密码"],
    ]
    run = check_sheet(file=sheet(*bad, head=head), name="a.xlsx", actor=cast.officer, now=NOW)
    assert [(error["row"], error["letter"]) for error in run.errors] == [(3, "J"), (4, "J")]
    assert "密码”" not in str(run.errors)
    head = [*HEAD, "MN"]
    again = [*row("N-6", equipment.project), "88888880000001"]
    wrong = [*row("N-7", equipment.project), "不是 MN"]
    run = check_sheet(file=sheet(again, wrong, head=head), name="a.xlsx", actor=cast.officer, now=NOW)
    assert [(error["row"], error["letter"]) for error in run.errors] == [(3, "I"), (4, "I")]


def test_sheets_of_strangers_and_sheets_without_headings(equipment: SimpleNamespace, cast: Any) -> None:
    with pytest.raises(Denied):
        check_sheet(file=sheet(), name="a.xlsx", actor=cast.auditor, now=NOW)
    run = check_sheet(file=sheet(row("N-9", equipment.project)), name="a.xlsx", actor=cast.outsider, now=NOW)
    assert "无权查看" in run.errors[0]["detail"]
    with pytest.raises(Unacceptable, match="没有找到列标题"):
        check_sheet(file=sheet(head=["甲", "乙"]), name="a.xlsx", actor=cast.officer, now=NOW)
    with pytest.raises(Unacceptable):
        check_sheet(file=io.BytesIO(b"not a sheet"), name="a.xlsx", actor=cast.officer, now=NOW)
    assert (
        "没有数据行"
        in check_sheet(file=sheet(), name="a.xlsx", actor=cast.officer, now=NOW).errors[0]["detail"]
    )


def test_the_template_can_be_uploaded_again(equipment: SimpleNamespace, cast: Any) -> None:
    run = check_sheet(file=template(), name="t.xlsx", actor=cast.officer, now=NOW)
    assert {error["heading"] for error in run.errors} <= {
        "项目代码",
        "设备类型",
    }  # the example's project is nobody's


def test_facts_are_read_as_numbers_and_words() -> None:
    assert read_facts("pit_depth_m=8.2；pit_grade：1\n pit_support=soil_nail") == {
        "pit_depth_m": 8.2, "pit_grade": 1, "pit_support": "soil_nail",
    }  # fmt: skip
    with pytest.raises(ValueError, match="depth"):
        read_facts("depth")


def test_corrections_say_what_changed_and_refuse_an_impossible_place(
    equipment: SimpleNamespace, cast: Any
) -> None:
    changed = change_device(
        equipment.dust,
        values={"place": "北门", "name": equipment.dust.name},
        reason="移位",
        now=NOW,
        actor=cast.officer,
    )
    assert changed.place == "北门"
    assert Event.objects.get(kind="monitoring.device_changed").payload["fields"] == ["place"]
    with pytest.raises(Unacceptable, match="不在国内"):
        change_device(
            equipment.dust, values={"lon": 11.0, "lat": 37.0}, reason="", now=NOW, actor=cast.officer
        )
    with pytest.raises(Unacceptable, match="不能修改"):
        change_device(equipment.dust, values={"code": "X"}, reason="", now=NOW, actor=cast.officer)
    assert load_registry().by_code["D1"].row.code == "D1"


def seen(**more: Any) -> Seen:
    channel = ChannelSeen("pm10", "PM10", readings=1440, expected=1440, marked=0, flat=1)
    values: dict[str, Any] = {
        "code": "D1", "since": NOW - timedelta(days=1), "until": NOW, "today": NOW.date(), "period_s": 60,
        "last_seen_at": NOW, "channels": (channel,), "quarantined": {}, "sources": (), "skew_s": 0.4, "twin_of": "",
        "token_issued_at": NOW - timedelta(days=10), "calibrated_until": NOW.date() + timedelta(days=200),
        "missing_facts": (), "missing_fields": (),
    } | more  # fmt: skip
    return Seen(**values)


@pytest.mark.parametrize(
    ("key", "verdict", "more"),
    [
        ("connected", "fail", {"last_seen_at": None}),
        ("connected", "warn", {"last_seen_at": NOW - timedelta(hours=2)}),
        ("connected", "fail", {"last_seen_at": NOW - timedelta(days=3)}),
        ("period", "fail", {"channels": (ChannelSeen("pm10", "PM10", 700, 1440, 0, 1),)}),
        ("period", "warn", {"channels": (ChannelSeen("pm10", "PM10", 1200, 1440, 0, 1),)}),
        ("range", "warn", {"quarantined": {"out_of_range": 5}}),
        ("range", "fail", {"quarantined": {"out_of_range": 100}}),
        ("units", "fail", {"quarantined": {"wrong_unit": 1}}),
        ("clock", "warn", {"skew_s": 200.0}),
        ("clock", "fail", {"skew_s": -900.0}),
        ("flat", "warn", {"channels": (ChannelSeen("pm10", "PM10", 1440, 1440, 0, 300),)}),
        ("twins", "fail", {"twin_of": "D2"}),
        ("marks", "warn", {"channels": (ChannelSeen("pm10", "PM10", 1440, 1440, 400, 1),)}),
        ("quarantine", "fail", {"quarantined": {"bad_json": 40}}),
        ("rate", "fail", {"quarantined": {"rate_limited": 2}}),
        ("calibration", "warn", {"calibrated_until": None}),
        ("calibration", "fail", {"calibrated_until": NOW.date() - timedelta(days=1)}),
        ("token", "warn", {"token_issued_at": NOW - timedelta(days=500)}),
        ("facts", "fail", {"missing_facts": ("pit_depth_m",)}),
        ("registered", "warn", {"missing_fields": ("坐标",)}),
    ],
)
def test_each_item_says_what_is_wrong_and_what_to_do(key: str, verdict: str, more: dict[str, Any]) -> None:
    assert examine(seen()).verdict == "pass"
    item = next(item for item in examine(seen(**more)).items if item.key == key)
    assert item.verdict == verdict
    assert item.remedy
    assert examine(seen(**more)).verdict == ("fail" if verdict == "fail" else "warn") or key == "quarantine"


def test_a_project_is_checked_from_its_stored_readings(
    feed: Callable[..., Any], equipment: SimpleNamespace, cast: Any
) -> None:
    issue_token(equipment.dust, now=NOW, actor=cast.officer)
    feed(
        *(
            ("D1", {"pm10": 80 + n % 7, "noise": 50 + n % 5, "wind_speed": 2 + n % 3}, 60 * n)
            for n in range(60)
        )
    )
    feed(("D1", {"pm10": 99_999}, 3601))
    until = NOW + timedelta(hours=1)
    equipment.dust.refresh_from_db()
    found = {
        item.key: item.verdict for item in check_devices([equipment.dust], since=NOW, until=until)[0].items
    }
    assert (found["connected"], found["period"], found["clock"], found["twins"]) == (
        "pass",
        "pass",
        "pass",
        "pass",
    )
    report = make_checkup(
        equipment.project, since=NOW, until=until + timedelta(minutes=5), now=until, actor=cast.officer
    )
    assert (report.devices, report.verdict) == (3, "fail")
    dust = next(result for result in report.results if result["code"] == "D1")
    items = {item["key"]: item for item in dust["items"]}
    assert items["quarantine"]["rows"].endswith("device=D1")
    assert "1 条被隔离" in items["quarantine"]["found"]
    with override("en"):
        english = make_checkup(
            equipment.project, since=NOW, until=until + timedelta(minutes=5), now=until, actor=cast.officer
        )
        assert english.results == report.results  # whoever made it, it is kept in Chinese
        page = render_to_string("monitoring/_checkup_result.html", {"result": dust, "all": True})
    for words in ("Reporting period", "1 quarantined: ", "of the values are in range"):
        assert words in page, page
    with pytest.raises(Unacceptable, match="31 天"):
        make_checkup(
            equipment.project, since=NOW - timedelta(days=60), until=NOW, now=NOW, actor=cast.officer
        )


def test_pages_of_registration_labels_and_check_up(
    equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    client.force_login(cast.contractor)
    assert client.get(reverse("monitoring:device_new")).status_code == 200
    made = client.post(
        reverse("monitoring:device_new"),
        {"project": equipment.project.code, "type": "dust", "code": "W-1", "name": "西门扬尘", "facts": ""},
    )
    assert made.status_code == 302
    wrong = client.post(
        reverse("monitoring:device_new"),
        {"project": equipment.project.code, "type": "dust", "code": "W-1", "name": "x"},
    )
    assert "已登记" in wrong.content.decode()
    labels = client.get(reverse("monitoring:labels"), {"project": equipment.project.code}).content.decode()
    assert labels.count("<svg") >= 4
    assert "W-1" in labels
    page = client.get(reverse("monitoring:checkup_device", args=["W-1"])).content.decode()
    assert "从未上报" in page
    start = client.post(reverse("monitoring:checkup_start", args=[equipment.project.code]), {"hours": "24"})
    assert client.get(start["Location"]).status_code == 200
    assert client.get(reverse("monitoring:checkups")).status_code == 200
    edit = reverse("monitoring:device_edit", args=["W-1"])
    assert client.get(edit).status_code == 200
    assert client.post(edit, {"name": "西门", "facts": "a_b=1", "reason": "改名"}).status_code == 302
    status = reverse("monitoring:device_status", args=["W-1"])
    client.post(status, {"status": "maintenance", "reason": "月度检修"})
    assert Device.objects.get(code="W-1").status == "maintenance"
    file = sheet(row("N-7", equipment.project))
    file.name = "a.xlsx"
    upload = client.post(reverse("monitoring:device_upload"), {"file": file})
    assert upload.status_code == 302
    preview = client.get(upload["Location"]).content.decode()
    assert "登记 1 台" in preview
    assert Device.objects.get(code="W-1").type.label in preview  # the kind in words, not its code
    assert client.post(f"{upload['Location']}apply").status_code == 302
    again = client.post(f"{upload['Location']}apply")
    assert again.status_code == 409
    assert "下载口令表" in again.content.decode()
    client.force_login(cast.auditor)
    assert client.get(reverse("monitoring:device_new")).status_code == 403
