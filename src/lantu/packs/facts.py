"""Facts of a place that rules need: what may be stated, and reading it."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

KINDS = ("number", "choice", "date", "text")
LONGEST = 80
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_UNITS = {"m": ("m", "米"), "kN": ("kn",), "kPa": ("kpa",), "°C": ("°c", "℃"), "人": ("人",)}


class BadFact(ValueError):
    """A value that a fact cannot have. ``known``: what it could be, as a person would write it."""

    def __init__(self, fact: Fact, value: Any) -> None:
        super().__init__(f"{fact.key} = {str(value)[:40]}")
        self.fact = fact
        self.value = str(value)[:40]
        self.known = fact.known


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact. ``values`` of a choice: code → its names, parted by “、”; ``low``, ``high`` of a number in ``unit``."""

    key: str
    label: str
    label_en: str
    kind: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    values: Mapping[str | int, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def known(self) -> str:
        """What it may be, in a line."""
        if self.kind == "choice":
            return "；".join(f"{code}（{names}）" for code, names in self.values.items())
        if self.kind == "number":
            return f"{self.low:g} … {self.high:g} {self.unit}".strip()
        return "YYYY-MM-DD" if self.kind == "date" else f"≤ {LONGEST}"

    def read(self, value: Any) -> str | int | float:
        """The value as rules take it: “一级” → 1, “地下连续墙” → pile_wall, “8.2 m” → 8.2. Raises BadFact."""
        text = str(value).strip()
        if isinstance(value, bool | dict | list) or not text:
            raise BadFact(self, value)
        if self.kind == "choice":
            return self._choice(text)
        if self.kind == "number":
            return self._number(text)
        if self.kind == "date":
            return self._day(text)
        if len(text) > LONGEST:
            raise BadFact(self, value)
        return text

    def _choice(self, text: str) -> str | int:
        for code, names in self.values.items():
            if text.lower() in (str(code), f"{code}.0", *names.lower().split("、"), names.lower()):
                return code
        raise BadFact(self, text)

    def _number(self, text: str) -> int | float:
        plain = text.lower()
        for word in _UNITS.get(self.unit, ()):
            plain = plain.removesuffix(word).strip()
        try:
            number = float(plain)
        except ValueError:
            raise BadFact(self, text) from None
        if not self.low <= number <= self.high:  # also what is no number at all (nan)
            raise BadFact(self, text)
        return int(number) if number == int(number) and "." not in plain else number

    def _day(self, text: str) -> str:
        found = _DATE.fullmatch(text[:10] if "T" in text else text)
        try:
            if found is not None:
                return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            pass  # the 31st of February
        raise BadFact(self, text)


def usable_facts(known: Mapping[str, Fact], stated: Mapping[str, Any]) -> dict[str, Any]:
    """What rules may rely on: known facts in their canonical form; one that cannot be is left out, as if not stated."""
    found: dict[str, Any] = {}
    for name, value in stated.items():
        fact = known.get(name)
        if fact is None:
            found[name] = value
            continue
        try:
            found[name] = fact.read(value)
        except BadFact:
            continue
    return found


def meant(known: Mapping[str, Fact], name: str) -> str:
    """The fact that a name nobody knows was probably meant to be; "" for one that is unlike all (a remark of its own)."""
    if name in known:
        return ""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return near[0] if near else ""
