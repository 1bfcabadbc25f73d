"""A paper as Word: the same facts, fonts named as GB/T 9704 names them (Word falls back by itself)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

RED = "C4141C"


def render_word(facts: Mapping[str, Any], *, qr: bytes, pictures: Mapping[int, bytes]) -> bytes:
    """docx bytes. ``qr``: PNG; ``pictures``: JPEG bytes by evidence number."""
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
    _rows(document, facts["rows"])
    if facts["closing"]:
        _text(document, facts["closing"], indent=True)
    _photos(document, facts["photos"], pictures)
    for sign in facts["signs"]:
        _text(document, sign)
    for line in (facts["sender"], facts["date"]):
        _text(document, line, align="right", right_chars=4)
    _foot(document, facts, qr)
    document.core_properties.title = f"{facts['title']} {facts['number']}"
    document.core_properties.author = facts["sender"]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _head(document: Any, facts: Mapping[str, Any]) -> None:
    _text(document, facts["sender"], font="方正小标宋简体", size=26, align="center", colour=RED, exact=0)
    number = _text(document, facts["number"], align="center")
    _rule_below(number)
    _text(document, facts["title"], font="方正小标宋简体", size=22, align="center", exact=36, before=16)
    if facts["addressee"]:
        _text(document, f"{facts['addressee']}：")
    _text(document, facts["opening"], indent=True)


def _text(
    document: Any, text: str, *, font: str = "仿宋_GB2312", size: float = 16, align: str = "", indent: bool = False,
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
    _run(paragraph, text, font=font, size=size, colour=colour)
    return paragraph


def _run(paragraph: Any, text: str, *, font: str, size: float, colour: str = "") -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _rows(document: Any, rows: list[list[str]]) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(32), Mm(124)
        _run(cells[0].paragraphs[0], label, font="黑体", size=14)
        _run(cells[1].paragraphs[0], text, font="仿宋_GB2312", size=14)
    _text(document, "", size=8, exact=8)


def _photos(document: Any, photos: list[dict[str, Any]], pictures: Mapping[int, bytes]) -> None:
    from docx.shared import Mm

    for photo in photos:
        content = pictures.get(photo["evidence"])
        if content is None:
            continue
        paragraph = _text(document, "", align="center", exact=0)
        paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(74))
        _text(document, photo["caption"], size=10.5, align="center", exact=16)


def _foot(document: Any, facts: Mapping[str, Any], qr: bytes) -> None:
    from docx.shared import Mm

    paragraph = _text(document, "", align="right", exact=0, before=10)
    paragraph.add_run().add_picture(io.BytesIO(qr), width=Mm(24))
    for line in (
        f"项目代码 {facts['project_code']}　第 {facts['version']} 版　{facts['made_at']} 生成",
        f"内容指纹（SHA-256）{facts['sha256']}",
        "扫码查看本隐患的办理情况，并核对指纹。",
    ):
        _text(document, line, font="宋体", size=9, exact=14)


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
    _run(paragraph, "— ", font="宋体", size=14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —", font="宋体", size=14)
