"""The cockpit's pages: every role's own view, the same facts on desk and wall, constant queries, numbers that open."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import polib
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cast import NOW, make_project

from lantu.cockpit.panels import PANELS, _number_and_unit
from lantu.cockpit.selectors import (
    NEWS,
    County,
    read_balls,
    read_closing,
    read_counties,
    read_month_sums,
    read_news,
    read_overview,
    read_silent,
)
from lantu.core.events import known_events
from lantu.core.services.emit import emit
from lantu.duties.events import DutyUrged
from lantu.duties.services.open import open_duty
from lantu.hazards.models import Hazard
from lantu.projects.models import Project

PAGES = ("/cockpit/", "/cockpit/wall", "/cockpit/brief/")


def counties_of(reader: Any) -> list[County]:
    return read_counties(reader, read_overview(reader), read_month_sums(reader, NOW.year), now=NOW)


@pytest.fixture
def progress(site_project: Project, other_project: Project) -> None:
    """One site ahead of schedule, one behind in the same county; one in another."""
    Project.objects.filter(pk=site_project.pk).update(
        planned_pct=50, physical_pct=60, lamp="green", total_investment_yuan=100
    )
    behind = make_project(
        site_project.owner_org, code="2601-371402-04-01-100009", name="老城区更新改造", planned_pct=50, physical_pct=25,
        lamp="red", total_investment_yuan=100,
    )  # fmt: skip
    assert behind.pk
    Project.objects.filter(pk=other_project.pk).update(planned_pct=40, physical_pct=40, lamp="green")


@pytest.fixture
def hazard(cast: Any, site_project: Project) -> Hazard:
    """An orange hazard that the contractor holds and is a day late with."""
    opened = timezone.now() - timedelta(days=3)
    duty = open_duty(
        subject_type="hazards.hazard", subject_id=1, project=site_project, step="rectify", title="整改基坑临边防护",
        action_label="提交整改回复", action_url="/hazards/1/", holder=cast.contractor, severity=3,
        due_at=opened + timedelta(days=2), now=opened, actor=cast.inspector,
    )  # fmt: skip
    return Hazard.objects.create(
        project=site_project, source="inspection", title="基坑临边防护缺失", grade=3, state="confirmed",
        opened_at=opened, confirmed_at=opened, duty=duty,
    )  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_readers_may_and_platform_administrators_may_not(
    client: Any, cast: Any, hazard: Hazard, page: str
) -> None:
    for role in ("director", "vicemayor", "county", "contractor", "outsider"):
        client.force_login(getattr(cast, role))
        assert client.get(page).status_code == 200, role
    for role in ("sysadmin", "secadmin"):
        client.force_login(getattr(cast, role))
        assert client.get(page).status_code == 403, role
    client.logout()
    assert client.get(page).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_an_outsider_learns_nothing_of_another_site(
    client: Any, cast: Any, hazard: Hazard, other_project: Project, page: str
) -> None:
    client.force_login(cast.outsider)
    text = client.get(page).content.decode()
    assert hazard.title not in text
    assert hazard.project.name not in text
    client.force_login(cast.contractor)
    assert hazard.project.name in client.get(page).content.decode()


def test_desk_and_wall_show_the_same_facts(client: Any, cast: Any, progress: None, hazard: Hazard) -> None:
    client.force_login(cast.director)
    texts = [client.get(page).content.decode() for page in PAGES[:2]]
    for fact in (
        hazard.title,
        hazard.project.name,
        str(hazard.duty.holder),
        "累计整改率",
        "按期整改率",
        "最久未销",
        "静默设备",
        "德城区",
    ):
        assert all(fact in text for text in texts), fact


@pytest.mark.parametrize("look", ["page", "wall"])
@pytest.mark.parametrize("key", list(PANELS))
def test_each_panel_can_be_read_alone_and_is_live(
    client: Any, cast: Any, hazard: Hazard, look: str, key: str
) -> None:
    client.force_login(cast.director)
    answer = (
        client.get(f"/cockpit/panels/{look}/{key}/")
        if key not in ("investment", "closing")
        else client.get(f"/cockpit/charts/{key}.json")
    )
    assert answer.status_code == 200
    whole = client.get("/cockpit/wall" if look == "wall" else "/cockpit/").content.decode()
    assert f'data-live="{PANELS[key].live}"' in whole


def test_unknown_panels_and_charts_are_not_found(client: Any, cast: Any) -> None:
    client.force_login(cast.director)
    for address in (
        "/cockpit/panels/page/nothing/",
        "/cockpit/panels/roof/kpis/",
        "/cockpit/charts/kpis.json",
    ):
        assert client.get(address).status_code == 404


def test_prefixes_of_panels_and_ticker_name_events_that_exist() -> None:
    kinds = list(known_events())
    prefixes = {prefix for panel in PANELS.values() for prefix in panel.live.split()}
    assert [prefix for prefix in prefixes if not any(kind.startswith(prefix) for kind in kinds)] == []
    assert [kind for kind in NEWS if kind not in kinds] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_does_not_grow_with_the_city(
    client: Any, cast: Any, hazard: Hazard, page: str
) -> None:
    client.force_login(cast.director)
    client.get(page)
    counts = []
    for round_no in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(page)
        counts.append(len(queries))
        for no in range(30):
            code = f"2601-3714{no % 10:02d}-04-01-2{round_no}{no:04d}"
            make_project(
                hazard.project.owner_org,
                code=code,
                name=f"扩建工程{no}",
                area_code="371425",
                lamp="red",
                planned_pct=50,
                physical_pct=20,
            )
    assert counts[0] == counts[1]
    assert counts[0] <= 60


def test_every_number_opens_rows_that_exist(client: Any, cast: Any, progress: None, hazard: Hazard) -> None:
    client.force_login(cast.director)
    for page in PAGES[:2]:
        text = client.get(page).content.decode()
        main = text[text.index("<main") :]
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', main)}
        assert len(links) > 20
        assert {link: code for link in links if (code := client.get(link).status_code) != 200} == {}


def test_being_ahead_on_one_site_hides_no_other(cast: Any, progress: None) -> None:
    counties = {county.code: county for county in counties_of(cast.director)}
    assert counties["371402"].fulfilment_pct == 75.0
    assert counties["371402"].red == 1
    assert counties["371425"].fulfilment_pct == 100.0
    assert [county.code for county in counties_of(cast.director)] == ["371425", "371402"]
    assert [county.code for county in counties_of(cast.outsider)] == ["371425"]


def test_lamps_are_of_sites_and_stages_of_the_whole_register(
    cast: Any, progress: None, site_project: Project
) -> None:
    make_project(
        site_project.owner_org, code="2601-371402-04-01-100010", name="储备项目", stage="design", lamp="grey"
    )
    make_project(site_project.owner_org, code="2601-371402-04-01-100011", name="取消项目", status="cancelled")
    overview = read_overview(cast.director)
    assert {share.key: share.count for share in overview.lamps} == {
        "red": 1,
        "yellow": 0,
        "green": 2,
        "grey": 0,
    }
    assert {share.key: share.count for share in overview.stages if share.count} == {
        "design": 1,
        "construction": 3,
    }


def test_the_gravest_ball_comes_first_and_names_its_holder(cast: Any, hazard: Hazard) -> None:
    balls = read_balls(cast.director, limit=5)
    assert balls.total == 1
    assert (balls.rows[0].severity, balls.rows[0].due_at) == (3, hazard.duty.due_at)
    assert str(cast.contractor) in balls.rows[0].holder
    assert read_balls(cast.outsider, limit=5).total == 0


def test_empty_screens_say_so(client: Any, cast: Any) -> None:
    client.force_login(cast.director)
    for page in PAGES[:2]:
        text = client.get(page).content.decode()
        for sentence in (
            "没有未办结的预警和隐患",
            "还没有在建项目",
            "还没有应当上报的监测设备",
            "还没有动态",
            "还没有读数",
        ):
            assert sentence in text
    assert read_silent(cast.director, now=NOW, limit=3) == []
    assert sum(read_closing(cast.director, now=NOW).raised) == 0


def test_the_ticker_tells_of_ones_own_projects_only(
    cast: Any, site_project: Project, other_project: Project
) -> None:
    from lantu.projects.services.report_month import report_month

    report_month(project=site_project, month=NOW.date(), physical_pct=10, actor=cast.owner, now=NOW)
    news = read_news(cast.director, limit=5)
    assert {item.project for item in news} == {site_project}
    assert str(news[-1].name) == "报送月度进度"
    assert read_news(cast.outsider, limit=5) == []


def test_the_ticker_names_what_a_reminder_is_about(cast: Any, site_project: Project, client: Any) -> None:
    duty = open_duty(
        subject_type="duties.sample", subject_id=1, project=None, step="s", title="年度计划下达", action_label="下达",
        action_url="/work/", holder=cast.officer, severity=2, due_at=NOW, now=NOW, actor=None,
    )  # fmt: skip
    with transaction.atomic():
        emit(
            DutyUrged(
                project_id=None, subject_id=duty.pk, about_type="duties.sample", about_id=1, told_ids=[]
            ),
            actor=cast.director,
            at=NOW,
        )
    assert [item.duty for item in read_news(cast.director, limit=5)] == [duty]
    assert read_news(cast.contractor, limit=5) == [], "the city's own affairs"
    client.force_login(cast.director)
    for page in PAGES[:2]:
        assert "<span>年度计划下达</span>" in client.get(page).content.decode()


def test_the_brief_counts_promises_by_the_time_first_given(client: Any, cast: Any, hazard: Hazard) -> None:
    from lantu.cockpit.brief import blockers, promises

    now = timezone.now()
    assert [duty.title for duty in blockers(cast.vicemayor, now=now)] == ["整改基坑临边防护"]
    found = promises(cast.vicemayor, now=now)
    assert (found.due, found.kept, found.late, found.owed) == (1, 0, 0, 1)
    hazard.duty.due_at = now + timedelta(days=5)  # an extension later on
    hazard.duty.save(update_fields=["due_at"])
    assert promises(cast.vicemayor, now=now).owed == 1
    client.force_login(cast.vicemayor)
    assert "整改基坑临边防护" in client.get("/cockpit/brief/").content.decode()


def test_the_api_gives_the_same_overview(client: Any, cast: Any, progress: None) -> None:
    client.force_login(cast.director)
    answer = client.get("/api/v1/cockpit").json()
    assert {row["key"]: row["count"] for row in answer["lamps"]} == {
        "red": 1,
        "yellow": 0,
        "green": 2,
        "grey": 0,
    }
    assert [row["fulfilment_pct"] for row in answer["counties"]] == [100.0, 75.0]
    assert len(answer["months"]) == 12
    client.force_login(cast.sysadmin)
    assert client.get("/api/v1/cockpit").status_code == 403


def test_english_readers_find_no_chinese_sentence_of_ours(client: Any, cast: Any) -> None:
    catalogue = Path(__file__).parents[1] / "locale" / "en" / "LC_MESSAGES" / "django.po"
    ours = {entry.msgid for entry in polib.pofile(str(catalogue)) if "%" not in entry.msgid}
    client.force_login(cast.director)
    client.cookies["django_language"] = "en"
    for page in PAGES:
        text = client.get(page).content.decode()
        words = {word.strip() for word in re.sub(r"<[^>]*>", "\n", text[text.index("<main") :]).splitlines()}
        assert words & ours == set()
        assert "Progress fulfilment" in text or page == "/cockpit/brief/"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1,609.19 亿元", ("1,609.2", "亿元")),
        ("370.18 亿元", ("370.2", "亿元")),
        ("99.96 亿元", ("99.96", "亿元")),
        ("CNY 45.71 bn", ("45.71", "CNY bn")),
        ("—", ("—", "")),
    ],
)
def test_large_amounts_are_rounded_never_cut(amount: str, shown: tuple[str, str]) -> None:
    assert _number_and_unit(amount) == shown


def test_a_silent_device_is_no_news(cast: Any, site_project: Project) -> None:
    from types import SimpleNamespace

    from lantu.core.services.emit import emit
    from lantu.monitoring.models import Alert, Device, DeviceType, Rule, RuleVersion

    kind = DeviceType.objects.create(code="dust", label="扬尘仪", channels=[])
    device = Device.objects.create(code="D1", project=site_project, type=kind, name="1号", registered_at=NOW)
    rule = Rule.objects.create(code="silence", name="静默")
    version = RuleVersion.objects.create(
        rule=rule,
        version=1,
        kind="silence",
        basis="平台",
        mark="K",
        effective_from=NOW.date(),
        fingerprint="0" * 64,
        loaded_at=NOW,
    )
    for no, alert_kind in enumerate(("technical", "risk")):
        alert = Alert.objects.create(
            kind=alert_kind, rule=rule, rule_version=version, project=site_project, device=device, severity=1, level="提示",
            opened_at=NOW, judged_at=NOW, state="closed", closed_at=NOW,
        )  # fmt: skip
        cleared = known_events()["monitoring.alert_cleared"](
            project_id=site_project.pk, subject_id=alert.pk, value=None, cleared_at=NOW.isoformat()
        )
        emit(cleared, actor=None, at=NOW + timedelta(minutes=no))
        kept = SimpleNamespace(pk=alert.pk)
    news = read_news(cast.director, limit=5)
    assert [item.event.subject_id for item in news] == [kept.pk]
