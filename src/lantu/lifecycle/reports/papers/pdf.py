"""A report as PDF, and its charts as pictures for Word: typeset by typst from the facts, nothing fetched from anywhere."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lantu.core import paper_fonts as fonts

HERE = Path(__file__).parent
PIXELS_PER_INCH = 200


def render_pdf(facts: Mapping[str, Any]) -> bytes:
    """PDF bytes."""
    return _compile("report.typ", facts)[0]


def draw_charts(facts: Mapping[str, Any]) -> list[bytes]:
    """One PNG a chart, in the order of the report; none where the machine has no font to letter them."""
    charts = [chart for section in facts["sections"] for chart in section["charts"]]
    if not charts or not fonts.can_print():
        return []
    return _compile("charts_only.typ", {**facts, "charts": charts}, picture=True)


def _compile(template: str, facts: Mapping[str, Any], *, picture: bool = False) -> list[bytes]:
    import typst  # heavy: loaded when the first paper is made

    with tempfile.TemporaryDirectory(prefix="lantu-report-") as folder:
        root = Path(folder)
        values = {**facts, "fonts": fonts.choice()}
        (root / "facts.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        for name in ("report.typ", "charts.typ", "charts_only.typ"):
            (root / name).write_bytes((HERE / name).read_bytes())
        if not picture:
            return [bytes(typst.compile(str(root / template), root=str(root)))]
        made = typst.compile(str(root / template), root=str(root), format="png", ppi=PIXELS_PER_INCH)
        return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]
