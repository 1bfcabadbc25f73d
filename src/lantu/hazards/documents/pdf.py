"""A paper as PDF: typeset by typst from the facts, with the fonts that are there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lantu.core import paper_fonts as fonts

TEMPLATE = Path(__file__).with_name("paper.typ")


def render_pdf(facts: Mapping[str, Any], *, qr: bytes, pictures: Mapping[int, bytes]) -> bytes:
    """PDF bytes. ``qr``: PNG; ``pictures``: JPEG bytes by evidence number. Nothing is fetched from anywhere."""
    import typst  # heavy: loaded when the first paper is made

    with tempfile.TemporaryDirectory(prefix="lantu-paper-") as folder:
        root = Path(folder)
        (root / "qr.png").write_bytes(qr)
        shown = []
        for photo in facts["photos"]:
            if photo["evidence"] in pictures:
                name = f"photo-{photo['evidence']}.jpg"
                (root / name).write_bytes(pictures[photo["evidence"]])
                shown.append({"file": name, "caption": photo["caption"]})
        values = {**facts, "photos": shown, "fonts": fonts.choice()}
        (root / "facts.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        (root / "paper.typ").write_bytes(TEMPLATE.read_bytes())
        made: bytes = typst.compile(str(root / "paper.typ"), root=str(root))
    return made
