"""English of the words that rules carry: words_en.yaml (names of limits, units) and sources_en.yaml (basis and clause)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from lantu.packs.reading import Value, open_file, unique

_CODE = re.compile(r"<([^<>]+)>")


def parse_words(root: Path, problems: list[str]) -> dict[str, str]:
    """Chinese → English of both files of a pack, where they exist; a word of the second takes the first one's place.

    In sources_en.yaml ``<GB 50497-2019>`` becomes the code and the English title that ``standards`` gives it.
    """
    words: dict[str, str] = {}
    if (root / "words_en.yaml").exists():
        words |= _pairs(open_file(root / "words_en.yaml", root).fields("words")["words"], {}, problems)
    if (root / "sources_en.yaml").exists():
        top = open_file(root / "sources_en.yaml", root).fields("standards words")
        standards = top["standards"].each(lambda item: item.fields("code en"), problems)
        rows = unique(standards, lambda row: row["code"].text(), top["standards"], "the standard", problems)
        titles = {code: row["en"].text() for code, row in rows.items()}
        words |= _pairs(top["words"], titles, problems)
    return words


def _pairs(place: Value, titles: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The ``zh`` and ``en`` of each item, codes with their titles."""

    def pair(item: Value) -> tuple[str, str]:
        fields = item.fields("zh en")
        return fields["zh"].text(), _titled(fields["en"], titles)

    found = unique(place.each(pair, problems), lambda one: one[0], place, "the word", problems)
    return dict(found.values())


def _titled(place: Value, titles: Mapping[str, str]) -> str:
    text = place.text()
    for code in _CODE.findall(text):
        if code not in titles:
            raise place.problem(f"“{code}” has no title", "Add it to standards of sources_en.yaml")
    return _CODE.sub(lambda found: f"{found.group(1)} {titles[found.group(1)]}", text)
