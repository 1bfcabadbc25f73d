"""A report as Word after GB/T 9704: the same facts, with links on the figures; fonts named as the standard names them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from lantu.core import official_paper as paper

TABLE_PT, SMALL_PT = 10.5, 8.0
FIGURES_A_ROW = 3


def render_word(facts: Mapping[str, Any], *, pictures: Sequence[bytes]) -> bytes:
    """docx bytes. ``pictures``: a PNG for every chart in order, or none at all: the tables say the same."""
    document = paper.new_paper()
    _head(document, facts)
    left = iter(pictures)
    signed = False
    for part in facts["sections"]:
        if part["annex"] and not signed:
            signed = _signature(document, facts)
        _part(document, facts, part, left)
    if not signed:
        _signature(document, facts)
    _foot(document, facts)
    return paper.paper_bytes(document, title=facts["title"], author=facts["sender"])


def _signature(document: Any, facts: Mapping[str, Any]) -> bool:
    """Sender and date stand at the end of the text, before the annexes."""
    paper.add_signature(document, (facts["sender"], facts["labels"]["date"]))
    return True


def _head(document: Any, facts: Mapping[str, Any]) -> None:
    labels = facts["labels"]
    paper.add_mark(document, facts["sender"])
    number = facts["number"] or ("" if facts["issued"] else labels["draft"])
    paper.add_rule_below(paper.add_text(document, number, align="center"))
    paper.add_title(document, facts["title"])
    paper.add_text(
        document, f"{labels['as_of']} {facts['as_of_text']}", font=paper.KAI, size=12, align="center"
    )
    if facts["foreword"]:
        paragraph = paper.add_text(document, "", indent=True)
        paper.add_run(paragraph, f"{labels['foreword']}　", font=paper.BLACK, size=paper.BODY_PT)
        paper.add_run(paragraph, facts["foreword"], font=paper.BODY, size=paper.BODY_PT)


def _part(document: Any, facts: Mapping[str, Any], part: Mapping[str, Any], pictures: Any) -> None:
    from docx.shared import Mm

    if part["annex"]:
        document.add_page_break()
    gap = "　" if part["annex"] else ""
    heading = paper.add_text(document, f"{part['number']}{gap}{part['title']}", font=paper.BLACK, before=8)
    heading.paragraph_format.keep_with_next = True
    for text in part["paragraphs"]:
        paper.add_text(document, text, indent=True)
    if part["figures"]:
        _figures(document, facts, part["figures"])
    for _chart in part["charts"]:
        picture = next(pictures, None)
        if picture is not None:
            paragraph = paper.add_text(document, "", align="center", exact=0, before=4)
            paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(paper.TYPE_WIDTH_MM - 4))
    for table in part["tables"]:
        _table(document, facts, table, small=part["annex"])


def _figures(document: Any, facts: Mapping[str, Any], figures: list[dict[str, Any]]) -> None:
    """Each figure with its as-of time; the number is a link to its rows."""
    rows = -(-len(figures) // FIGURES_A_ROW)
    table = document.add_table(rows=rows, cols=FIGURES_A_ROW)
    table.style = "Table Grid"
    for place, figure in enumerate(figures):
        cell = table.cell(place // FIGURES_A_ROW, place % FIGURES_A_ROW)
        first = cell.paragraphs[0]
        paper.add_run(first, figure["label"], font=paper.BLACK, size=TABLE_PT)
        second = cell.add_paragraph()
        words = f"{figure['text']} {figure['unit']}".strip()
        paper.add_link(second, words, _address(facts, figure["rows"]), font=paper.BLACK, size=14)
        third = cell.add_paragraph()
        paper.add_run(
            third, f"{facts['labels']['as_of']} {figure['as_of_text']}", font=paper.SONG, size=SMALL_PT
        )
    paper.add_text(document, "", size=6, exact=8)


def _table(document: Any, facts: Mapping[str, Any], values: Mapping[str, Any], *, small: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    size = SMALL_PT if small else TABLE_PT
    if values["title"]:
        paper.add_text(document, values["title"], font=paper.BLACK, size=12, exact=20)
    labels = [column["label"] for column in values["columns"]]
    table = document.add_table(rows=0, cols=len(labels))
    table.style = "Table Grid"
    if any(labels):
        head = table.add_row()
        for cell, label in zip(head.cells, labels, strict=True):
            paper.add_run(cell.paragraphs[0], label, font=paper.BLACK, size=size)
        paper.repeat_heading(head)
    for row in values["rows"]:
        cells = table.add_row().cells
        for cell, value, column in zip(cells, row, values["columns"], strict=True):
            paragraph = cell.paragraphs[0]
            if column["align"] == "r":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paper.add_link(paragraph, value["t"], _address(facts, value["u"]), size=size)
    if values["note"]:
        paper.add_text(document, values["note"], font=paper.SONG, size=SMALL_PT, exact=12)
    paper.add_text(document, "", size=6, exact=8)


def _address(facts: Mapping[str, Any], path: str) -> str:
    return facts["base_url"] + path if path else ""


def _foot(document: Any, facts: Mapping[str, Any]) -> None:
    labels = facts["labels"]
    for line in (
        labels["figures_note"],
        f"{labels['source']} {facts['base_url']}{facts['address']}　{labels['version']} {facts['version']}",
        f"{labels['fingerprint']} {facts['sha256']}",
    ):
        paper.add_text(document, line, font=paper.SONG, size=paper.SMALL_PT, exact=paper.SMALL_LINE_PT)
