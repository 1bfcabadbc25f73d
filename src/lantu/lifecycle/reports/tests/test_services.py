"""Bulletins: prepared, frozen, signed by a second person; files that say what was frozen; differences."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from docx import Document
from tests.cast import NOW

from lantu.core import paper_fonts
from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.duties.verify import verify_duties
from lantu.lifecycle.programmes.tests.stories import in_force, month_of
from lantu.lifecycle.reports import services as s
from lantu.lifecycle.reports.building import bulletin_facts, one_pager_facts
from lantu.lifecycle.reports.content import fingerprint
from lantu.lifecycle.reports.differences import differences
from lantu.lifecycle.reports.models import Bulletin, ReportCopy

MAY = date(2026, 5, 1)


def prepared(cast: Any, **more: Any) -> Bulletin:
    values: dict[str, Any] = {"month": MAY, "prepared_by": cast.officer, "signer": cast.director} | more
    return s.prepare_bulletin(by=cast.officer, now=NOW, **values)


def issued(cast: Any) -> Bulletin:
    row = s.submit_bulletin(prepared(cast), by=cast.officer, now=NOW)
    assert row.copy is not None
    return s.issue_bulletin(row, by=cast.director, now=NOW, sha256=row.copy.sha256)


def test_from_draft_to_issue(cast: Any, site_project: Any) -> None:
    month_of(site_project, MAY)
    row = issued(cast)
    assert (row.state, row.number) == ("issued", "重通〔2026〕1号")
    assert row.copy is not None
    assert row.copy.sha256 == fingerprint(row.copy.facts, row.copy.facts_en)
    assert row.copy.facts["title"] == "2026年5月重点工程建设情况通报"
    assert list(verify_duties()) == []
    kinds = list(Event.objects.filter(subject_type="lifecycle.bulletin").values_list("kind", flat=True))
    assert kinds == ["reports.bulletin_prepared", "reports.bulletin_submitted", "reports.bulletin_issued"]


def test_a_second_person_signs_what_was_frozen(cast: Any, site_project: Any) -> None:
    with pytest.raises(Refused, match="另一位"):
        prepared(cast, signer=cast.officer)
    row = s.submit_bulletin(prepared(cast), by=cast.officer, now=NOW)
    with pytest.raises(Refused):
        s.issue_bulletin(row, by=cast.officer, now=NOW, sha256=row.copy.sha256)
    with pytest.raises(Refused, match="指纹不一致"):
        s.issue_bulletin(row, by=cast.director, now=NOW, sha256="0" * 64)
    facts = dict(row.copy.facts) | {"title": "改过的标题"}
    ReportCopy.objects.filter(pk=row.copy.pk).update(facts=facts)
    with pytest.raises(Refused, match="指纹不一致"):
        s.issue_bulletin(row, by=cast.director, now=NOW, sha256=row.copy.sha256)
    back = s.send_back_bulletin(row, by=cast.director, now=NOW, reason="补充说明")
    assert (back.state, back.copy, back.copies.count()) == ("draft", None, 1)


def test_a_month_has_one_bulletin_and_must_be_over(cast: Any) -> None:
    row = prepared(cast)
    with pytest.raises(Refused, match="已经有了"):
        prepared(cast)
    with pytest.raises(Refused, match="还没有结束"):
        prepared(cast, month=NOW.date())
    s.void_bulletin(row, by=cast.officer, now=NOW, reason="重新编制")
    assert prepared(cast).pk != row.pk


def test_the_timer_prepares_once_with_an_owner(cast: Any) -> None:
    first = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
    made = s.prepare_due_bulletin(now=first)
    assert made is not None
    assert (made.month, made.prepared_by, made.signer) == (MAY, cast.officer, cast.director)
    assert made.duty is not None
    assert made.duty.holder == cast.officer
    assert s.prepare_due_bulletin(now=first + timedelta(days=1)) is None


def test_every_figure_carries_its_time_and_its_rows(cast: Any, site_project: Any) -> None:
    facts = bulletin_facts(month=MAY, foreword="", reader=cast.officer, now=NOW)
    figures = [figure for part in facts["sections"] for figure in part["figures"]]
    assert len(figures) >= 6
    assert all(
        figure["as_of"] and figure["rows"].startswith("/") and figure["definition"] for figure in figures
    )
    pager = one_pager_facts(project=site_project, reader=cast.contractor, now=NOW)
    figures = [figure for part in pager["sections"] for figure in part["figures"]]
    assert all(figure["as_of_text"] and figure["rows"] for figure in figures)


def test_progress_leaves_silence_out(cast: Any, site_project: Any) -> None:
    facts = bulletin_facts(month=MAY, foreword="", reader=cast.officer, now=NOW)
    part = next(part for part in facts["sections"] if part["key"] == "progress")
    row = [cell["t"] for cell in part["tables"][0]["rows"][0]]
    assert row[1:4] == ["1", "1", "—"]  # one at work, one silent, nothing said of its progress
    month_of(site_project, MAY, physical_pct=37.5)
    facts = bulletin_facts(month=MAY, foreword="", reader=cast.officer, now=NOW)
    part = next(part for part in facts["sections"] if part["key"] == "progress")
    assert [cell["t"] for cell in part["tables"][0]["rows"][0]][1:5] == ["1", "0", "37.5%", "50.0%"]


def test_the_copy_stays_and_the_differences_are_named(cast: Any, site_project: Any) -> None:
    month_of(site_project, MAY, physical_pct=40)
    in_force(cast, site_project)
    row = issued(cast)
    assert row.copy is not None
    fresh = bulletin_facts(month=MAY, foreword="", reader=cast.officer, now=NOW + timedelta(hours=1))
    assert differences(row.copy.facts, fresh) == []
    site_project.months.update(physical_pct=45)
    fresh = bulletin_facts(month=MAY, foreword="", reader=cast.officer, now=NOW + timedelta(days=1))
    found = {(one.what, one.before, one.after) for one in differences(row.copy.facts, fresh)}
    assert ("德城区 · 形象进度", "40.0%", "45.0%") in found
    row.copy.refresh_from_db()
    assert fingerprint(row.copy.facts, row.copy.facts_en) == row.copy.sha256


def test_word_and_pdf_say_the_same_and_carry_links(
    cast: Any, site_project: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    month_of(site_project, MAY)
    row = issued(cast)
    asked: dict[str, Any] = {
        "language": "zh-hans",
        "by": cast.officer,
        "now": NOW,
        "base_url": "https://blueprint.example",
    }
    assert row.copy is not None
    made = s.make_file(row.copy, form="docx", **asked)
    document = Document(io.BytesIO(made.content.read()))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "重通〔2026〕1号" in texts
    assert any(row.copy.sha256 in text for text in texts)
    addresses = {rel.target_ref for rel in document.part.rels.values() if rel.is_external}
    assert any(one.startswith("https://blueprint.example/projects/") for one in addresses)
    assert round(document.sections[0].left_margin.mm) == 28
    assert s.make_file(row.copy, form="docx", **asked).pk == made.pk  # typeset once
    with pytest.raises(Refused, match="没有这种格式"):
        s.make_file(row.copy, form="odt", **asked)
    if paper_fonts.can_print():
        pdf = s.make_file(row.copy, form="pdf", **asked).content.read()
        assert pdf[:5] == b"%PDF-"
        english = s.make_file(row.copy, form="pdf", **(asked | {"language": "en"}))
        assert english.content.size > 5_000


def test_nothing_is_typeset_before_the_signature(cast: Any, site_project: Any) -> None:
    row = s.submit_bulletin(prepared(cast), by=cast.officer, now=NOW)
    assert row.copy is not None
    with pytest.raises(Refused, match="还没有签发"):
        s.make_file(row.copy, form="docx", language="zh-hans", by=cast.officer, now=NOW, base_url="https://x")


def test_the_second_writer_of_a_foreword_sees_the_difference(cast: Any, site_project: Any) -> None:
    row = prepared(cast)
    seen = row.edited_no
    s.edit_foreword(row, text="抓开工", edited_no=seen, by=cast.officer, now=NOW)
    with pytest.raises(Refused, match="抓开工 / 抓竣工") as refused:
        s.edit_foreword(row, text="抓竣工", edited_no=seen, by=cast.director, now=NOW)
    assert refused.value.status == 409
    assert Bulletin.objects.get().foreword == "抓开工"
