"""The plan's document in the layout of GB/T 9704, with its tables as annexes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lantu.lifecycle.annual_plan.facts import wan
from lantu.lifecycle.annual_plan.models import PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.rules import document_words
from lantu.lifecycle.annual_plan.states import VersionKind

RED = "C4141C"
SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
YI = Decimal(100_000_000)


def render_plan(
    version: PlanVersion,
    *,
    areas: Sequence[Mapping[str, Any]],
    classes: Sequence[Mapping[str, Any]],
    categories: Sequence[Mapping[str, Any]],
    items: Sequence[PlanVersionItem],
    area_words: Mapping[str, str],
) -> bytes:
    """docx bytes. The document speaks Chinese whatever the reader's language: it is the city's, not the screen's."""
    from docx import Document  # heavy: loaded when the first document is made
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    _page(section, Mm(210), Mm(297))
    _page_number(section)
    _head(document, version)
    _body(document, version, areas, classes, categories)
    wide = document.add_section()
    wide.orientation = WD_ORIENT.LANDSCAPE
    _page(wide, Mm(297), Mm(210))
    _annexes(document, version, areas, items, area_words)
    document.core_properties.title = version.plan.title
    document.core_properties.author = document_words().sender
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(section: Any, width: Any, height: Any) -> None:
    from docx.shared import Mm

    section.page_width, section.page_height = width, height
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)


def _head(document: Any, version: PlanVersion) -> None:
    words, plan = document_words(), version.plan
    draft = version.kind not in (VersionKind.ISSUED, VersionKind.ADJUSTED, VersionKind.APPRAISED)
    _text(document, f"{words.sender}文件", font=SONG, size=26, align="center", colour=RED, exact=0)
    number = version.document_no or plan.document_no or f"{words.mark}〔{plan.year}〕　号"
    _rule_below(
        _text(
            document,
            f"{version.get_kind_display()}第 {version.number} 版" if draft else number,
            align="center",
        )
    )
    title = "关于调整" if version.kind == VersionKind.ADJUSTED else "关于下达"
    _text(document, f"{title}{plan.title}的通知", font=SONG, size=22, align="center", exact=36, before=16)
    if words.addressee:
        _text(document, f"{words.addressee}：")


def _sum(entry: Mapping[str, Any], name: str) -> str:
    return f"{(Decimal(str(entry[name])) / YI).quantize(Decimal('0.01'))} 亿元"


def _body(
    document: Any, version: PlanVersion, areas: Sequence[Mapping[str, Any]], classes: Sequence[Mapping[str, Any]],
    categories: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    plan, whole = version.plan, version.totals["all"]
    when = timezone.localtime(version.made_at)
    meeting = f"经{plan.meeting}审议，" if plan.meeting else ""
    _text(
        document,
        f"{meeting}现将{plan.title}{'调整方案' if version.kind == VersionKind.ADJUSTED else ''}印发给你们，请认真组织实施。",
        indent=True,
    )
    _text(document, "一、总体安排", font=HEI, indent=True)
    _text(
        document,
        f"{plan.year} 年安排重点工程 {whole['projects']} 个，总投资 {_sum(whole, 'total_yuan')}，"
        f"年度计划投资 {_sum(whole, 'annual_yuan')}。其中："
        + "；".join(
            f"{row['label']} {row['projects']} 个，年度投资 {_sum(row, 'annual_yuan')}" for row in classes
        )
        + "。",
        indent=True,
    )
    _text(document, "二、投资构成", font=HEI, indent=True)
    _text(
        document,
        "按投资类别："
        + "；".join(f"{row['label']} {row['projects']} 个，{_sum(row, 'annual_yuan')}" for row in categories)
        + "。",
        indent=True,
    )
    _text(
        document,
        "按县市区："
        + "；".join(f"{row['label']} {row['projects']} 个，{_sum(row, 'annual_yuan')}" for row in areas)
        + f"。各县市区合计与全市一致（{whole['projects']} 个）。",
        indent=True,
    )
    _text(document, "三、工作要求", font=HEI, indent=True)
    _text(
        document,
        "各责任单位要按照分月计划组织实施，按月如实报送进度；确需调整的，按程序在年中统一办理，原计划保留作为考核依据。",
        indent=True,
    )
    _text(document, "附件：1. 分县市区汇总表", indent=True)
    _text(document, "　　　2. 项目表", indent=True)
    _text(document, "　　　3. 分月投资表", indent=True)
    for line in (document_words().sender, f"{when.year}年{when.month}月{when.day}日"):
        _text(document, line, align="right", right_chars=4)


def _annexes(
    document: Any, version: PlanVersion, areas: Sequence[Mapping[str, Any]], items: Sequence[PlanVersionItem],
    area_words: Mapping[str, str],
) -> None:  # fmt: skip
    whole = version.totals["all"]
    _text(document, "附件1　分县市区汇总表", font=HEI)
    rows = [
        [row["label"], str(row["projects"]), wan(row["total_yuan"]), wan(row["annual_yuan"])] for row in areas
    ]
    rows.append(
        [
            "全市合计",
            str(whole["projects"]),
            wan(Decimal(whole["total_yuan"])),
            wan(Decimal(whole["annual_yuan"])),
        ]
    )
    _table(document, ["县市区", "项目数", "总投资（万元）", "年度投资（万元）"], rows, size=12)
    _text(document, "附件2　项目表", font=HEI, before=12)
    _table(
        document,
        ["序号", "项目名称", "县市区", "类别", "性质", "建设单位", "总投资（万元）", "年度投资（万元）", "年度目标"],
        [
            [
                str(n), item.name, area_words.get(item.area_code, item.area_code), str(item.get_category_display()),
                str(item.get_plan_class_display()), item.proposal.owner_org.name, wan(item.total_yuan),
                wan(item.annual_yuan), item.annual_goal,
            ]
            for n, item in enumerate(items, start=1)
        ],
        size=9,
    )  # fmt: skip
    _text(document, "附件3　分月投资表（万元）", font=HEI, before=12)
    _table(
        document,
        ["项目名称", "年度", *(f"{n}月" for n in range(1, 13))],
        [
            [item.name, wan(item.annual_yuan), *(wan(Decimal(str(amount))) for amount in item.monthly_yuan)]
            for item in items
        ],
        size=8,
    )
    _text(document, f"内容指纹（SHA-256）{version.fingerprint}", font="宋体", size=9, exact=14, before=8)


def _table(document: Any, headings: Sequence[str], rows: Sequence[Sequence[str]], *, size: float) -> None:
    """A grid whose heading repeats on every page. Written as XML in one go: python-docx is slow cell by cell."""
    from xml.sax.saxutils import escape

    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def cell(text: str, font: str) -> str:
        clean = escape("".join(c for c in text if c >= " "))
        return (
            f'<w:tc><w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:r><w:rPr>'
            f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/><w:sz w:val="{int(size * 2)}"/></w:rPr>'
            f'<w:t xml:space="preserve">{clean}</w:t></w:r></w:p></w:tc>'
        )

    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{''.join(cell(text, HEI) for text in headings)}</w:tr>"
    body = "".join(f"<w:tr>{''.join(cell(text, FANG) for text in row)}</w:tr>" for row in rows)
    grid = "<w:gridCol/>" * len(headings)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{sides}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )
    document.element.body.insert(len(document.element.body) - 1, table)


def _text(
    document: Any, text: str, *, font: str = FANG, size: float = 16, align: str = "", indent: bool = False, colour: str = "",
    exact: float = 28, before: float = 0, right_chars: int = 0,
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

    run = paragraph.add_run("".join(c for c in text if c >= " "))
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _rule_below(paragraph: Any) -> None:
    """The red rule under the number, over the whole width."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
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
