"""Lists of the record as people type them: one entry a line, its parts separated by commas."""

from __future__ import annotations

import re
from typing import Any

# The parts of an entry, in the order in which they are typed.
LINE_FIELDS: dict[str, tuple[str, ...]] = {
    "content_scale": ("name", "quantity", "unit"),
    "funds": ("source", "year", "amount_wan"),
    "approvals": ("name", "state", "on", "number"),
    "elements": ("name", "quantity", "unit", "state"),
    "targets": ("name", "value", "unit"),
}
_SEPARATORS = re.compile(r"\s*[，,;；|\t]\s*")
MAX_LINES = 60


def read_lines(field: str, text: str) -> list[dict[str, str]]:
    """Typed text → entries; missing parts at the end are empty, parts too many join the last one."""
    parts_of = LINE_FIELDS[field]
    entries = []
    for line in text.splitlines()[:MAX_LINES]:
        words = _SEPARATORS.split(line.strip(), maxsplit=len(parts_of) - 1)
        if words and words[0]:
            words += [""] * (len(parts_of) - len(words))
            entries.append(dict(zip(parts_of, words, strict=True)))
    return entries


def lines_of(field: str, entries: Any) -> str:
    """Entries → the text in the form."""
    return "\n".join(entry_words(field, entry, "，") for entry in entries or [])


def entry_words(field: str, entry: Any, separator: str = " ") -> str:
    """One entry as words."""
    if not isinstance(entry, dict):
        return str(entry)
    return separator.join(str(entry.get(part, "")) for part in LINE_FIELDS[field] if entry.get(part))
