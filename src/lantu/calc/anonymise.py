"""Take names of people and units, numbers and amounts out of texts, and prove that none is left.

What is known (names, codes) is replaced by its role; what only has a form (telephone, identity number, unified credit
code, amount of money) by a word for it. The search for leaks uses the same lists and does not trust the replacement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[-－—]?\d{7,8}(?!\d)")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
AMOUNT = re.compile(r"\d[\d,，]*(?:\.\d+)?\s*(?:亿元|万元|千元|百万元|元|亿|RMB|CNY)")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("mail", MAIL, "（邮箱）"),
    ("identity", IDENTITY, "（证件号）"),
    ("credit_code", CREDIT_CODE, "（统一社会信用代码）"),
    ("phone", MOBILE, "（电话）"),
    ("phone", LANDLINE, "（电话）"),
    ("amount", AMOUNT, "（金额）"),
)
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Known:
    """Names as they may stand in texts → the word that takes their place, by kind."""

    people: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    def longest_first(self) -> list[tuple[str, str, str]]:
        """(kind, name, word): a short name inside a long one must not break it."""
        rows = [
            (kind, name, word)
            for kind, names in (("unit", self.units), ("person", self.people), ("other", self.others))
            for name, word in names.items()
            if len(name) >= SHORTEST_NAME
        ]
        return sorted(rows, key=lambda row: (-len(row[1]), row[1]))


@dataclass(frozen=True)
class Leak:
    """What is still there: kind, the text it stands in, and the path to it."""

    kind: str
    found: str
    path: str


def anonymise(content: Any, known: Known) -> tuple[Any, Counter[str]]:
    """The content with every string cleaned (mapping keys are left: they are codes), and how much was taken out."""
    counts: Counter[str] = Counter()
    return _walk(content, known.longest_first(), counts), counts


def _walk(value: Any, names: Sequence[tuple[str, str, str]], counts: Counter[str]) -> Any:
    if isinstance(value, str):
        return _clean(value, names, counts)
    if isinstance(value, Mapping):
        return {key: _walk(item, names, counts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(item, names, counts) for item in value]
    return value


def _clean(text: str, names: Sequence[tuple[str, str, str]], counts: Counter[str]) -> str:
    for kind, name, word in names:
        if name in text:
            counts[kind] += text.count(name)
            text = text.replace(name, word)
    for kind, pattern, word in PATTERNS:
        text, number = pattern.subn(word, text)
        counts[kind] += number
    return text


def leaks(content: Any, known: Known, path: str = "") -> list[Leak]:
    """Every name, number or amount that still stands in the content."""
    if isinstance(content, str):
        found = [Leak(kind, name, path) for kind, name, _word in known.longest_first() if name in content]
        return found + [
            Leak(kind, match.group(), path)
            for kind, pattern, _word in PATTERNS
            for match in pattern.finditer(content)
        ]
    if isinstance(content, Mapping):
        return [leak for key, item in content.items() for leak in leaks(item, known, f"{path}.{key}")]
    if isinstance(content, list | tuple):
        return [
            leak for number, item in enumerate(content) for leak in leaks(item, known, f"{path}[{number}]")
        ]
    return []
