"""Tags say the same thing to eyes, screen readers and print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from lantu.core import figures
from lantu.core.refusals import Missing
from lantu.ui.tags import bars, numbers

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def render(source: str, path: str = "/x/", **values: Any) -> str:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(username="officer")  # type: ignore[assignment]
    context = Context({"request": request, "now": NOW, **values})
    with translation.override("zh-hans"):
        return Template("{% load lantu %}" + source).render(context)


@pytest.fixture
def rate() -> Any:
    """A figure that lives for one test."""

    @figures.figure("ui_test.rate", label="整改率", unit="%", definition="已销号 ÷ 应销号")
    def compute(reader: Any, *, now: datetime) -> figures.FigureValue:
        assert reader.username == "officer"
        return figures.FigureValue(
            value=98.837, rows="/hazards/?state=closed", as_of=now, numerator=85, denominator=86
        )

    yield compute
    del figures._figures["ui_test.rate"]


def test_figure_links_to_its_rows_and_says_definition_and_time(rate: Any) -> None:
    html = render('{% figure "ui_test.rate" %}')
    assert 'href="/hazards/?state=closed"' in html
    assert "98.84" in html
    assert "已销号 ÷ 应销号 · 85 / 86 · 截至 2026-11-22 12:00" in html


def test_figure_as_variable_gives_its_parts(rate: Any) -> None:
    assert render('{% figure "ui_test.rate" as f %}{{ f.text }}{{ f.unit }} {{ f.numerator }}') == "98.84% 85"


def test_kpi_is_a_link_with_bar(rate: Any) -> None:
    html = render('{% kpi "ui_test.rate" icon="shield-check" bar=True plan=95 tone="ok" note="应销 86" %}')
    assert html.strip().startswith('<a class="lt-kpi ok" href="/hazards/?state=closed"')
    assert "整改率" in html
    assert 'aria-label="98.84%，计划 95%"' in html
    assert "应销 86" in html


def test_unknown_figure_is_an_error_not_a_blank() -> None:
    with pytest.raises(Missing):
        render('{% figure "nobody.knows" %}')


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 2, "—"),
        (0, 2, "0"),
        (1234, 2, "1,234"),
        (1234.5, 2, "1,234.5"),
        (98.8372, 1, "98.8"),
        (-0.001, 2, "0"),
        (100.0, 2, "100"),
    ],
)
def test_number(value: float | None, digits: int, text: str) -> None:
    assert numbers.number(value, digits) == text


@pytest.mark.parametrize(
    ("yuan", "chinese", "english"),
    [
        (None, "—", "—"),
        (999, "999 元", "CNY 999"),
        (35_200, "3.52 万元", "CNY 35,200"),
        (846_000_000, "8.46 亿元", "CNY 846 m"),
        (-12_000_000_000, "-120 亿元", "CNY -12 bn"),
    ],
)
def test_money(yuan: int | None, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert numbers.money(yuan) == chinese
    with translation.override("en"):
        assert numbers.money(yuan) == english


@pytest.mark.parametrize(
    ("delta", "text", "tone"),
    [
        (timedelta(hours=18), "剩 18 小时", "lt-due soon"),
        (timedelta(minutes=5), "剩 5 分钟", "lt-due soon"),
        (timedelta(days=3), "剩 3 天", 'class="lt-due"'),
        (timedelta(hours=47), "剩 47 小时", 'class="lt-due"'),
        (-timedelta(days=2), "逾期 2 天", "lt-due late"),
        (-timedelta(seconds=10), "逾期 1 分钟", "lt-due late"),
    ],
)
def test_due(delta: timedelta, text: str, tone: str) -> None:
    html = render("{% due at now %}", at=NOW + delta)
    assert text in html
    assert tone in html


def test_due_and_ago_use_the_page_clock_and_accept_nothing() -> None:
    assert "截止 2026-11-22 13:00" in render("{% due at %}", at=NOW + timedelta(hours=1))
    assert render("{% due at %}{% ago at %}", at=None) == "——"
    assert "5 分钟前" in render("{% ago at %}", at=NOW - timedelta(minutes=5))
    assert "刚刚" in render("{% ago at %}", at=NOW)
    assert "2026-09-01" in render("{% ago at %}", at=datetime(2026, 9, 1, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("age_s", "tone", "text"), [(60, "ok", "在线"), (120, "late", "迟报"), (3600, "silent", "静默 1 小时")]
)
def test_freshness(age_s: int, tone: str, text: str) -> None:
    html = render("{% freshness at 60 %}", at=NOW - timedelta(seconds=age_s))
    assert f"lt-fresh {tone}" in html
    assert text in html
    assert "从未上报" in render("{% freshness None 60 %}")


def test_severity_and_lamp_are_more_than_colour() -> None:
    html = render("{% severity 4 %}")
    assert "lt-sev-4" in html
    assert "#i-alert-octagon" in html
    assert "红" in html
    assert render("{% severity None %}{% severity 9 %}") == ""
    assert "绿灯" in render('{% lamp "green" %}')
    assert "lt-lamp-grey" in render('{% lamp "" %}')


def test_progress_stays_inside_and_speaks() -> None:
    html = bars.progress(62, plan=66)
    assert 'width="62.0"' in html
    assert 'x="66.0"' in html
    with translation.override("zh-hans"):
        assert 'aria-label="62%，计划 66%"' in bars.progress(62, plan=66)
        assert 'aria-label="无数据"' in bars.progress(None)
    assert 'width="100.0"' in bars.progress(250)
    assert 'width="0.0"' in bars.progress(-3)


def test_spark_breaks_at_gaps_and_survives_flat_or_empty() -> None:
    html = bars.spark([1, 2, None, 3, 4])
    assert html.count("M") == 2
    assert "style=" not in html
    assert "<path" in bars.spark([5, 5, 5])
    assert "<path" not in bars.spark([])
    assert "<path" not in bars.spark([None, 1])


def test_pager_keeps_the_query() -> None:
    page = Paginator(range(250), 20).page(3)
    html = render("{% pager page %}", path="/x/?stage=build&page=3", page=page)
    assert "第 41–60 条，共 250 条" in html
    assert 'href="?stage=build&amp;page=4" rel="next"' in html
    assert 'aria-current="page">3<' in html
    assert "rel=" not in render("{% pager page %}", page=Paginator([], 20).page(1))


def test_cursor_next() -> None:
    assert "cursor=abc" in render('{% cursor_next "abc" %}', path="/x/?q=1")
    assert render("{% cursor_next None %}") == ""


def test_empty_escapes_its_title_and_keeps_its_content() -> None:
    html = render('{% empty title icon="inbox" %}<a href="/new/">新建</a>{% endempty %}', title="<b>没有</b>")
    assert "&lt;b&gt;没有" in html
    assert '<a href="/new/">新建</a>' in html


def test_icon_points_into_the_sprite() -> None:
    html = render('{% icon "gavel" %}')
    assert 'aria-hidden="true"' in html
    assert "/static/dist/sprite.svg?v=" in html
    assert html.count("#i-gavel") == 1
