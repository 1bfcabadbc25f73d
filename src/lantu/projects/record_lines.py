"""Lists of the record as people type them: one entry a line, its parts separated by commas."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from lantu.ui.tags.numbers import money

# The parts of an entry, in the order in which they are typed. ``yuan`` is typed in 万元.
LINE_FIELDS: dict[str, tuple[str, ...]] = {
    "content_scale": ("item", "quantity", "unit"),
    "funds": ("source", "yuan", "year"),
    "approvals": ("item", "state", "on", "number"),
    "elements": ("item", "quantity", "unit", "state"),
    "targets": ("item", "value", "unit"),
}
_SEPARATORS = re.compile(r"\s*[，,;；|\t]\s*")
MAX_LINES = 60
WAN = Decimal(10_000)


def read_lines(field: str, text: str) -> list[dict[str, Any]]:
    """Typed text → entries; missing parts are left out, parts too many join the last one.

    Raises ValueError with the line when an amount is not a number.
    """
    parts = LINE_FIELDS[field]
    entries = []
    for line in text.splitlines()[:MAX_LINES]:
        words = _SEPARATORS.split(line.strip(), maxsplit=len(parts) - 1)
        entry: dict[str, Any] = {part: word for part, word in zip(parts, words, strict=False) if word}
        if "yuan" in entry:
            entry["yuan"] = _yuan(entry["yuan"], line)
        if entry:
            entries.append(entry)
    return entries


def _yuan(word: str, line: str) -> int:
    try:
        return int(Decimal(word) * WAN)
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(line[:40]) from None


def lines_of(field: str, entries: Any) -> str:
    """Entries → the text in the form."""
    return "\n".join("，".join(_typed(field, entry)) for entry in entries or [])


def _typed(field: str, entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [str(entry)]
    words = []
    for part in LINE_FIELDS[field]:
        value = entry.get(part)
        amount = f"{(Decimal(value) / WAN).normalize():f}" if part == "yuan" and value is not None else value
        words.append("" if amount is None else str(amount))
    while words and not words[-1]:
        words.pop()
    return words


def entry_words(field: str, entry: Any) -> str:
    """One entry as people read it: ``建设规模 3.9 平方公里``."""
    if not isinstance(entry, dict):
        return str(entry)
    known = [(part, entry[part]) for part in LINE_FIELDS[field] if entry.get(part) not in (None, "")]
    return " ".join(money(value) if part == "yuan" else str(value) for part, value in known)
