"""Word papers in the layout of GB/T 9704-2012: page, paragraphs, red rule, page number, links, tables.

Fonts are named as the standard names them; Word falls back by itself where one is not installed (see ``paper_fonts``
for what the PDF does). Sizes are in points, page measures in millimetres. python-docx is loaded with the first paper.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

RED, BLUE = "C4141C", "12408A"
MARK, BODY, BLACK, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
BODY_PT, MARK_PT, TITLE_PT, SMALL_PT, NUMBER_PT = 16.0, 26.0, 22.0, 9.0, 14.0
LINE_PT, TITLE_LINE_PT, SMALL_LINE_PT = 28.0, 36.0, 14.0
A4_MM = (210, 297)
# Top, bottom, left, right: the type area of the standard is 156 × 225 mm.
MARGINS_MM = (37, 35, 28, 26)
TYPE_WIDTH_MM = A4_MM[0] - MARGINS_MM[2] - MARGINS_MM[3]
SIGNATURE_CHARS = 4


def new_paper() -> Any:
    """An empty A4 document with the margins of the standard and a page number."""
    from docx import Document  # heavy: loaded when the first paper is made

    document = Document()
    section = document.sections[0]
    set_page(section, *A4_MM)
    add_page_number(section)
    return document


def set_page(section: Any, width_mm: float, height_mm: float) -> None:
    """Page size and margins of a section; the page number follows from the section before."""
    from docx.shared import Mm

    top, bottom, left, right = (Mm(edge) for edge in MARGINS_MM)
    section.page_width, section.page_height = Mm(width_mm), Mm(height_mm)
    section.top_margin, section.bottom_margin = top, bottom
    section.left_margin, section.right_margin = left, right
    section.footer_distance = Mm(28)


def add_wide_section(document: Any) -> None:
    """What follows stands on landscape pages."""
    from docx.enum.section import WD_ORIENT

    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    set_page(section, *reversed(A4_MM))


def add_page_number(section: Any) -> None:
    """— 1 — in 4号宋体."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    add_run(paragraph, "— ", font=SONG, size=NUMBER_PT)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    add_run(paragraph, " —", font=SONG, size=NUMBER_PT)


def add_text(
    document: Any, text: str, *, font: str = BODY, size: float = BODY_PT, align: str = "", indent: bool = False,
    colour: str = "", exact: float = LINE_PT, before: float = 0, right_chars: int = 0,
) -> Any:  # fmt: skip
    """One paragraph: 3号仿宋, 28 pt exact, unless said otherwise.

    ``align``: "", center or right. ``exact`` 0: as high as its letters. ``indent``: two characters. ``colour``: RRGGBB.
    """
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
        add_run(paragraph, text, font=font, size=size, colour=colour)
    return paragraph


def add_run(paragraph: Any, text: str, *, font: str = BODY, size: float = BODY_PT, colour: str = "") -> Any:
    """Words in one face; the same face for Chinese and Latin letters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(printable(text))
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def printable(text: str) -> str:
    """Without control characters, which XML may not hold; lines and tabs stay."""
    return "".join(c for c in text if c >= " " or c in "\n\t")


def add_mark(document: Any, sender: str) -> None:
    """The sender's name in red at the head of the paper."""
    add_text(document, sender, font=MARK, size=MARK_PT, align="center", colour=RED, exact=0)


def add_title(document: Any, title: str) -> None:
    add_text(document, title, font=MARK, size=TITLE_PT, align="center", exact=TITLE_LINE_PT, before=16)


def add_signature(document: Any, lines: Iterable[str]) -> None:
    """Sender and date, four characters from the right edge."""
    for line in lines:
        add_text(document, line, align="right", right_chars=SIGNATURE_CHARS)


def add_rule_below(paragraph: Any) -> None:
    """The red rule under the number, over the whole width."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", RED)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def add_link(paragraph: Any, text: str, address: str, *, font: str = BODY, size: float = BODY_PT) -> None:
    """Words that open ``address``; plain words where it is empty."""
    if not address:
        add_run(paragraph, text, font=font, size=size)
        return
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    link.append(add_run(paragraph, text, font=font, size=size, colour=BLUE)._element)
    paragraph._p.append(link)


def add_grid(document: Any, headings: Sequence[str], rows: Sequence[Sequence[str]], *, size: float) -> None:
    """A grid whose heading repeats on every page, for thousands of rows: written as XML in one go, because python-docx
    takes longer with every cell."""
    from xml.sax.saxutils import escape

    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def cell(text: str, font: str) -> str:
        return (
            f'<w:tc><w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:r><w:rPr>'
            f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/><w:sz w:val="{int(size * 2)}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r></w:p></w:tc>'
        )

    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{''.join(cell(text, BLACK) for text in headings)}</w:tr>"
    body = "".join(f"<w:tr>{''.join(cell(text, BODY) for text in row)}</w:tr>" for row in rows)
    grid = "<w:gridCol/>" * len(headings)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{sides}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )
    document.element.body.insert(len(document.element.body) - 1, table)


def repeat_heading(row: Any) -> None:
    """The row stands again on every page that its table runs over."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def paper_bytes(document: Any, *, title: str, author: str) -> bytes:
    """The docx."""
    document.core_properties.title, document.core_properties.author = title[:255], author[:255]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
