"""Papers keep to the measures of GB/T 9704, whatever words they are given."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from lantu.core import official_paper as paper


def reopened(document: Any) -> Any:
    return Document(io.BytesIO(paper.paper_bytes(document, title="通报", author="市重点局")))


def test_page_margins_and_number_are_those_of_the_standard() -> None:
    """GB/T 9704-2012 5.2: 37 mm above, 28 mm left, a type area of 156 × 225 mm; 7.5: — 1 — in 4号宋体."""
    made = reopened(paper.new_paper())
    section = made.sections[0]
    assert [round(edge.mm) for edge in (section.page_width, section.page_height)] == [210, 297]
    assert [round(edge.mm) for edge in (section.top_margin, section.left_margin)] == [37, 28]
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156
    assert round((section.page_height - section.top_margin - section.bottom_margin) / Mm(1)) == 225
    footer = section.footer.paragraphs[0]
    assert footer.text == "—  —"
    assert "PAGE" in footer._p.xml
    assert {run.font.size for run in footer.runs} == {Pt(14)}


def test_a_paragraph_is_size_three_fangsong_at_28_points() -> None:
    document = paper.new_paper()
    paper.add_text(document, "请认真组织实施。", indent=True)
    line = reopened(document).paragraphs[-1]
    assert line.paragraph_format.line_spacing == Pt(28)
    assert line.paragraph_format.first_line_indent == Pt(32)
    run = line.runs[0]
    assert run.font.size == Pt(16)
    assert run._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_the_red_rule_stands_under_the_number() -> None:
    document = paper.new_paper()
    paper.add_rule_below(paper.add_text(document, "德重点〔2026〕1号", align="center"))
    assert 'w:color="C4141C"' in reopened(document).paragraphs[-1]._p.xml


def test_wide_pages_turn_the_sheet_only() -> None:
    document = paper.new_paper()
    paper.add_wide_section(document)
    first, wide = reopened(document).sections
    assert [round(edge.mm) for edge in (wide.page_width, wide.page_height)] == [297, 210]
    assert (round(first.page_width.mm), wide.top_margin) == (210, first.top_margin)


def test_links_and_plain_words() -> None:
    document = paper.new_paper()
    line = paper.add_text(document, "")
    paper.add_link(line, "127", "https://lantu.example/projects/")
    paper.add_link(line, "个", "")
    made = reopened(document)
    assert made.paragraphs[-1].text == "127个"
    assert any(
        rel.target_ref == "https://lantu.example/projects/"
        for rel in made.part.rels.values()
        if rel.is_external
    )


@pytest.mark.parametrize("words", ["甲\x0b乙", '<w:p/> & "引号"', "名\x00称"])
def test_any_words_make_a_file_that_opens(words: str) -> None:
    """Control characters are not allowed in XML: they are left out, the rest stays as it was."""
    document = paper.new_paper()
    paper.add_text(document, words)
    paper.add_grid(document, ["名称"], [[words]], size=9)
    made = reopened(document)
    kept = "".join(c for c in words if c >= " ")
    assert made.paragraphs[-1].text == kept
    assert made.tables[0].cell(1, 0).text == kept


def test_the_grid_repeats_its_heading_and_holds_many_rows() -> None:
    document = paper.new_paper()
    paper.add_grid(document, ["序号", "名称"], [[str(n), "项目"] for n in range(3000)], size=9)
    content = paper.paper_bytes(document, title="附件", author="市重点局")
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert xml.count("<w:tr>") == 3001
    assert xml.count("<w:tblHeader/>") == 1
