"""A report as Word after GB/T 9704: the same facts, with links on the figures; fonts named as the standard names them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

RED, BLUE = "C4141C", "12408A"
MARK, BODY, BLACK, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
HEADING_PT, BODY_PT, TABLE_PT, SMALL_PT = 16.0, 16.0, 10.5, 8.0
FIGURES_A_ROW = 3
WIDTH_MM = 156


def render_word(facts: Mapping[str, Any], *, pictures: Sequence[bytes]) -> bytes:
    """docx bytes. ``pictures``: a PNG for every chart in order, or none at all: the tables say the same."""
    from docx import Document  # heavy: loaded when the first paper is made
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    _page_number(section)
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
    document.core_properties.title = facts["title"]
    document.core_properties.author = facts["sender"]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _signature(document: Any, facts: Mapping[str, Any]) -> bool:
    """Sender and date stand at the end of the text, before the annexes."""
    for line in (facts["sender"], facts["labels"]["date"]):
        _text(document, line, align="right", right_chars=4)
    return True


def _head(document: Any, facts: Mapping[str, Any]) -> None:
    labels = facts["labels"]
    _text(document, facts["sender"], font=MARK, size=26, align="center", colour=RED, exact=0)
    number = facts["number"] or ("" if facts["issued"] else labels["draft"])
    _rule_below(_text(document, number, align="center"))
    _text(document, facts["title"], font=MARK, size=22, align="center", exact=36, before=16)
    _text(document, f"{labels['as_of']} {facts['as_of_text']}", font=KAI, size=12, align="center")
    if facts["foreword"]:
        paragraph = _text(document, "", indent=True)
        _run(paragraph, f"{labels['foreword']}　", font=BLACK, size=BODY_PT)
        _run(paragraph, facts["foreword"], font=BODY, size=BODY_PT)


def _part(document: Any, facts: Mapping[str, Any], part: Mapping[str, Any], pictures: Any) -> None:
    from docx.shared import Mm

    if part["annex"]:
        document.add_page_break()
    gap = "　" if part["annex"] else ""
    heading = _text(document, f"{part['number']}{gap}{part['title']}", font=BLACK, before=8)
    heading.paragraph_format.keep_with_next = True
    for text in part["paragraphs"]:
        _text(document, text, indent=True)
    if part["figures"]:
        _figures(document, facts, part["figures"])
    for _chart in part["charts"]:
        picture = next(pictures, None)
        if picture is not None:
            paragraph = _text(document, "", align="center", exact=0, before=4)
            paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(WIDTH_MM - 4))
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
        _run(first, figure["label"], font=BLACK, size=TABLE_PT)
        second = cell.add_paragraph()
        _link(
            second, facts, f"{figure['text']} {figure['unit']}".strip(), figure["rows"], font=BLACK, size=14
        )
        third = cell.add_paragraph()
        _run(third, f"{facts['labels']['as_of']} {figure['as_of_text']}", font=SONG, size=SMALL_PT)
    _text(document, "", size=6, exact=8)


def _table(document: Any, facts: Mapping[str, Any], values: Mapping[str, Any], *, small: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    size = SMALL_PT if small else TABLE_PT
    if values["title"]:
        _text(document, values["title"], font=BLACK, size=12, exact=20)
    labels = [column["label"] for column in values["columns"]]
    table = document.add_table(rows=0, cols=len(labels))
    table.style = "Table Grid"
    if any(labels):
        head = table.add_row()
        for cell, label in zip(head.cells, labels, strict=True):
            _run(cell.paragraphs[0], label, font=BLACK, size=size)
        # Repeated on every page that the table runs over.
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        head._tr.get_or_add_trPr().append(mark)
    for row in values["rows"]:
        cells = table.add_row().cells
        for cell, value, column in zip(cells, row, values["columns"], strict=True):
            paragraph = cell.paragraphs[0]
            if column["align"] == "r":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _link(paragraph, facts, value["t"], value["u"], font=BODY, size=size)
    if values["note"]:
        _text(document, values["note"], font=SONG, size=SMALL_PT, exact=12)
    _text(document, "", size=6, exact=8)


def _text(
    document: Any, text: str, *, font: str = BODY, size: float = BODY_PT, align: str = "", indent: bool = False,
    colour: str = "", exact: float = 28, before: float = 0, right_chars: int = 0,
) -> Any:  # fmt: skip
    """One paragraph: 3号仿宋, 28 pt exact, unless said otherwise."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(0)
    if exact:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exact)
    if indent:
        form.first_line_indent = Pt(size * 2)
    if right_chars:
        form.right_indent = Pt(size * right_chars)
    if align:
        paragraph.alignment = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}[align]
    if text:
        _run(paragraph, text, font=font, size=size, colour=colour)
    return paragraph


def _run(paragraph: Any, text: str, *, font: str, size: float, colour: str = "") -> Any:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def _link(paragraph: Any, facts: Mapping[str, Any], text: str, path: str, *, font: str, size: float) -> None:
    """A text, as link where ``path`` is given."""
    if not path:
        _run(paragraph, text, font=font, size=size)
        return
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = paragraph.part.relate_to(facts["base_url"] + path, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    run = _run(paragraph, text, font=font, size=size, colour=BLUE)
    link.append(run._element)
    paragraph._p.append(link)


def _foot(document: Any, facts: Mapping[str, Any]) -> None:
    labels = facts["labels"]
    for line in (
        labels["figures_note"],
        f"{labels['source']} {facts['base_url']}{facts['address']}　{labels['version']} {facts['version']}",
        f"{labels['fingerprint']} {facts['sha256']}",
    ):
        _text(document, line, font=SONG, size=9, exact=14)


def _rule_below(paragraph: Any) -> None:
    """The red rule under the number, over the whole width."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", RED)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _page_number(section: Any) -> None:
    """— 1 — in 4号宋体."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, "— ", font=SONG, size=14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —", font=SONG, size=14)
