"""A paper as Word: the same facts, fonts named as GB/T 9704 names them (Word falls back by itself)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from lantu.core import official_paper as paper


def render_word(facts: Mapping[str, Any], *, qr: bytes, pictures: Mapping[int, bytes]) -> bytes:
    """docx bytes. ``qr``: PNG; ``pictures``: JPEG bytes by evidence number."""
    document = paper.new_paper()
    _head(document, facts)
    _rows(document, facts["rows"])
    if facts["closing"]:
        paper.add_text(document, facts["closing"], indent=True)
    _photos(document, facts["photos"], pictures)
    for sign in facts["signs"]:
        paper.add_text(document, sign)
    paper.add_signature(document, (facts["sender"], facts["date"]))
    _foot(document, facts, qr)
    return paper.paper_bytes(document, title=f"{facts['title']} {facts['number']}", author=facts["sender"])


def _head(document: Any, facts: Mapping[str, Any]) -> None:
    paper.add_mark(document, facts["sender"])
    number = paper.add_text(document, facts["number"], align="center")
    paper.add_rule_below(number)
    paper.add_title(document, facts["title"])
    if facts["addressee"]:
        paper.add_text(document, f"{facts['addressee']}：")
    paper.add_text(document, facts["opening"], indent=True)


def _rows(document: Any, rows: list[list[str]]) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(32), Mm(124)
        paper.add_run(cells[0].paragraphs[0], label, font=paper.BLACK, size=14)
        paper.add_run(cells[1].paragraphs[0], text, font=paper.BODY, size=14)
    paper.add_text(document, "", size=8, exact=8)


def _photos(document: Any, photos: list[dict[str, Any]], pictures: Mapping[int, bytes]) -> None:
    from docx.shared import Mm

    for photo in photos:
        content = pictures.get(photo["evidence"])
        if content is None:
            continue
        paragraph = paper.add_text(document, "", align="center", exact=0)
        paragraph.add_run().add_picture(io.BytesIO(content), width=Mm(74))
        paper.add_text(document, photo["caption"], size=10.5, align="center", exact=16)


def _foot(document: Any, facts: Mapping[str, Any], qr: bytes) -> None:
    from docx.shared import Mm

    paragraph = paper.add_text(document, "", align="right", exact=0, before=10)
    paragraph.add_run().add_picture(io.BytesIO(qr), width=Mm(24))
    for line in (
        f"项目代码 {facts['project_code']}　第 {facts['version']} 版　{facts['made_at']} 生成",
        f"内容指纹（SHA-256）{facts['sha256']}",
        "扫码查看本隐患的办理情况，并核对指纹。",
    ):
        paper.add_text(document, line, font=paper.SONG, size=paper.SMALL_PT, exact=paper.SMALL_LINE_PT)
