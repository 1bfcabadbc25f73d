"""The curve of plan against done: its numbers, its gaps, and that page, PDF and Word draw the same."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from docx import Document
from tests.cast import NOW

from lantu.core import paper_fonts
from lantu.lifecycle.reports.charts import drawn, scale_top
from lantu.lifecycle.reports.content import Asking, curve
from lantu.lifecycle.reports.papers.pdf import draw_charts, render_pdf
from lantu.lifecycle.reports.papers.word import render_word
from lantu.lifecycle.reports.sections.curve import planned_by_month, within_year, year_curve
from lantu.projects.models import MonthlyFigure, YearPlan

MONTHS = [f"2026-{n:02d}" for n in range(1, 13)]


def chart(done: list[float | None], planned: list[float | None]) -> dict[str, Any]:
    return curve("年度投资", ("完成", "计划"), list(zip(MONTHS, done, planned, strict=True)), "")


def sheet(*charts: dict[str, Any]) -> dict[str, Any]:
    part = {
        "key": "curve", "number": "一、", "title": "年度投资进度", "annex": False, "paragraphs": [], "figures": [],
        "charts": list(charts), "tables": [],
    }  # fmt: skip
    labels = dict.fromkeys(
        (
            "as_of",
            "open_rows",
            "foreword",
            "fingerprint",
            "version",
            "source",
            "figures_note",
            "draft",
            "date",
        ),
        "x",
    )
    return {
        "title": "通报", "sender": "市重点局", "number": "", "issued": False, "as_of_text": "2026-05-31", "foreword": "",
        "labels": labels, "sections": [part], "base_url": "https://x.example", "address": "/", "version": 1,
        "sha256": "0" * 64, "kind": "bulletin",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (0.7, 0.8), (1, 1), (97.2, 100), (101, 200), (2400, 2500), (3999, 4000), (6100, 8000)],
)
def test_the_grid_falls_on_plain_numbers(most: float, top: float) -> None:
    assert scale_top(most) == pytest.approx(top)


def test_a_line_ends_where_nothing_is_known_and_never_falls_to_zero() -> None:
    done = [10.0, 20.0, None, 40.0, 50.0, *[None] * 7]
    shown = drawn(sheet(chart(done, [float(n) for n in range(10, 130, 10)])))["sections"][0]["charts"][0]
    assert len(shown["lines"]["a"]) == 2
    assert len(shown["lines"]["b"]) == 1
    assert [dot["label"] for dot in shown["dots"]] == ["2026-01", "2026-02", "2026-04", "2026-05"]
    floor = max(row["y"] for row in shown["grid"])
    assert all(dot["y"] < floor for dot in shown["dots"])


def test_the_page_draws_a_valid_picture_that_says_its_numbers() -> None:
    shown = drawn(sheet(chart([1.0, *[None] * 11], [1.5] * 12)))["sections"][0]["charts"][0]
    text = render_to_string("lifecycle/reports/_curve.html", {"chart": shown})
    svg = ElementTree.fromstring(text)[1]
    assert "2026-01 1.0 / 1.5" in svg.attrib["aria-label"]
    assert "style" not in text


@pytest.mark.skipif(
    not paper_fonts.can_print(), reason="no Chinese font on this machine: PDF and pictures are left out"
)
def test_word_and_pdf_carry_the_curve() -> None:
    facts = sheet(chart([1.0, 2.0, *[None] * 10], [1.5 * n for n in range(1, 13)]))
    pictures = draw_charts(facts)
    assert len(pictures) == 1
    assert pictures[0].startswith(b"\x89PNG")
    document = Document(io.BytesIO(render_word(facts, pictures=pictures)))
    assert len(document.inline_shapes) == 1
    assert render_pdf(facts | {"status": "x"}).startswith(b"%PDF")


def test_done_counts_within_the_year_and_silence_keeps_the_line() -> None:
    months = {date(2025, 11, 1): Decimal(100), date(2026, 1, 1): Decimal(130), date(2026, 3, 1): Decimal(150)}
    assert within_year(months, 2026, 4) == [30, 30, 50, 50]
    assert within_year({date(2026, 2, 1): Decimal(7)}, 2026, 3) == [0, 7, 7]


def test_plans_without_months_are_split_evenly_and_counted() -> None:
    own = YearPlan(planned_yuan=Decimal(120), monthly_yuan=[str(n * 10) for n in range(1, 13)])
    plain = YearPlan(planned_yuan=Decimal(12))
    sums, evenly = planned_by_month([own, plain])
    assert (sums[0], sums[-1], evenly) == (11, 132, 1)


@pytest.mark.django_db
def test_the_bulletins_section_agrees_with_the_register(cast: Any, site_project: Any) -> None:
    YearPlan.objects.update_or_create(
        project=site_project, year=2026,
        defaults={"planned_yuan": Decimal(120_000_000), "monthly_yuan": [str(n * 10_000_000) for n in range(1, 13)]},
    )  # fmt: skip
    for month, invested in ((1, 8_000_000), (3, 20_000_000)):
        MonthlyFigure.objects.update_or_create(
            project=site_project, month=date(2026, month, 1),
            defaults={"invested_yuan": Decimal(invested), "reported_at": NOW},
        )  # fmt: skip
    part = year_curve(Asking(reader=cast.director, now=NOW, month=date(2026, 3, 1)))
    assert part is not None
    items = part.charts[0]["items"]
    assert [item["a"] for item in items][:4] == [0.08, 0.08, 0.2, None]
    assert [item["b"] for item in items][:3] == [0.1, 0.2, 0.3]
    assert part.tables[0]["rows"][-1][0]["u"].startswith("/projects/")
    assert year_curve(Asking(reader=cast.outsider, now=NOW, month=date(2026, 3, 1))) is None
