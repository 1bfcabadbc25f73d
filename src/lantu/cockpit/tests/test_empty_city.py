"""A city on its first day: every page of monitoring and hazards says what is missing, and calls nothing well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lantu.core.figures import read_figure
from lantu.monitoring.devices.models import Device, DeviceType
from lantu.projects.models import Project

pytestmark = pytest.mark.django_db

PAGES = {
    "/monitoring/devices/": ("还没有登记设备", "批量登记"),
    "/monitoring/alerts/": ("还没有预警", "无从判断"),
    "/monitoring/coverage/": ("还没有您能选用的在建项目",),
    "/monitoring/quarantine/": ("还没有收到任何报文",),
    "/monitoring/device-new/": ("还没有您能选用的在建项目",),
    "/monitoring/vehicles/": ("还没有登记渣土车",),
    "/monitoring/vehicles/findings/": ("还没有发现",),
    "/monitoring/observations/": ("没有视频观察",),
    "/monitoring/checkups/": ("还没有体检报告",),
    "/hazards/": ("还没有隐患", "没有登记不代表没有隐患"),
    "/hazards/new/": ("还没有您能选用的在建项目",),
    "/hazards/rates/": ("近 12 个月没有隐患登记", "空缺不算 100 %"),
    "/hazards/repeats/": ("没有重复发生的单位",),
    "/hazards/look-backs/": ("没有待办的回头看",),
    "/hazards/risks/": ("还没有登记风险点",),
    "/hazards/risks/map/": ("这一周没有红色和橙色作业",),
    "/hazards/patrols/": ("天没有到期的巡查",),
    "/hazards/inspections/": ("还没有检查", "安排检查"),
    "/hazards/inspections/new/": ("还没有您能选用的在建项目",),
    "/hazards/inspections/draw/": ("还没有您能选用的在建项目",),
}
ALL_WELL = (
    "所有在用设备都在上报",
    "全部设备按时上报",
    "收到的报文全部符合约定",
    ">100<",
    '>0</span><span class="lt-unit">%',
)


@pytest.mark.parametrize("address", PAGES)
def test_pages_say_what_is_missing(address: str, client: Any, cast: Any) -> None:
    client.force_login(cast.officer)
    answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert [words for words in PAGES[address] if words not in text] == []
    assert [words for words in ALL_WELL if words in text] == []
    assert "清除筛选" not in text, "nothing was filtered"


@pytest.mark.parametrize("address", ["/work/", "/cockpit/", "/cockpit/wall"])
def test_no_devices_are_not_reporting_devices(address: str, client: Any, cast: Any) -> None:
    client.force_login(cast.director)
    text = client.get(address).content.decode()
    assert [words for words in ALL_WELL if words in text] == []
    assert "还没有应当上报的监测设备" in text


def test_a_filter_that_finds_nothing_offers_to_drop_it(client: Any, cast: Any) -> None:
    client.force_login(cast.officer)
    for address in ("/monitoring/devices/", "/monitoring/alerts/", "/hazards/", "/hazards/risks/"):
        assert "清除筛选" in client.get(f"{address}?q=x").content.decode()
        assert "清除筛选" not in client.get(f"{address}?q=&page=2").content.decode()


def test_a_device_that_never_spoke_is_told_beside_the_silent(cast: Any, site_project: Project) -> None:
    now = timezone.now()
    kind = DeviceType.objects.create(code="probe", label="probe")
    device = Device.objects.create(code="N1", name="N1", project=site_project, type=kind, registered_at=now)
    quiet = read_figure("devices.silent", cast.director, now=now)
    assert (quiet.value, quiet.note) == (0, "另有 1 台从未上报")
    Device.objects.filter(pk=device.pk).update(last_seen_at=now - timedelta(seconds=5))
    assert read_figure("devices.silent", cast.director, now=now).note == ""


def test_a_zero_does_not_alarm(client: Any, cast: Any) -> None:
    client.force_login(cast.officer)
    assert 'class="lt-kpi bad"' not in client.get("/hazards/").content.decode()


def test_the_map_of_disposal_shows_the_districts_before_there_is_any(client: Any, cast: Any) -> None:
    client.force_login(cast.officer)
    layers = client.get("/monitoring/vehicles/ground/map.json").json()["layers"]
    assert [layer["key"] for layer in layers] == ["counties"]
