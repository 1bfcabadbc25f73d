"""Sums of a version, and what moved between two. The districts always sum to the city: both come from the same rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

DIVISIONS = ("area_code", "plan_class", "category")
AMOUNTS = ("total_yuan", "annual_yuan")


def totals_of(items: Iterable[Any]) -> dict[str, Any]:
    """{"all": {...}, "area_code": {code: {...}}, …} over the chosen items; each entry has projects, total and annual."""
    found: dict[str, Any] = {"all": _zero(), **{name: {} for name in DIVISIONS}}
    for item in items:
        if not item.chosen:
            continue
        _add(found["all"], item)
        for name in DIVISIONS:
            _add(found[name].setdefault(getattr(item, name), _zero()), item)
    return _plain(found)


def _zero() -> dict[str, Any]:
    return {"projects": 0, "total_yuan": Decimal(0), "annual_yuan": Decimal(0)}


def _add(entry: dict[str, Any], item: Any) -> None:
    entry["projects"] += 1
    for name in AMOUNTS:
        entry[name] += Decimal(getattr(item, name))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def disagreements(totals: Mapping[str, Any]) -> list[str]:
    """Divisions whose parts do not sum to the whole; always empty for what :func:`totals_of` made."""
    wrong = []
    for name in DIVISIONS:
        for amount in ("projects", *AMOUNTS):
            parts = sum((Decimal(str(entry[amount])) for entry in totals[name].values()), Decimal(0))
            if parts != Decimal(str(totals["all"][amount])):
                wrong.append(f"{name}.{amount}")
    return wrong


@dataclass(frozen=True)
class Move:
    """What became of one project between two versions. ``kind``: in, out, class, amount, category."""

    proposal_id: int
    code: str
    name: str
    area_code: str
    kind: str
    before: str
    after: str
    reason: str

    def row(self) -> dict[str, Any]:
        return dict(self.__dict__)


def moves_between(before: Iterable[Any], after: Iterable[Any]) -> list[Move]:
    """Everything that differs between two sets of items, in the order of ``after``; reasons are those of ``after``."""
    old = {item.code: item for item in before}
    found: list[Move] = []
    seen: set[str] = set()
    for item in after:
        seen.add(item.code)
        was = old.get(item.code)
        was_in = was is not None and was.chosen
        if item.chosen and not was_in:
            found.append(_move(item, "in", "", str(item.annual_yuan), item.reason))
        elif was is not None and was_in and not item.chosen:
            found.append(_move(item, "out", str(was.annual_yuan), "", item.reason))
        elif item.chosen and was is not None:
            for name, kind in (("plan_class", "class"), ("annual_yuan", "amount"), ("category", "category")):
                one, two = getattr(was, name), getattr(item, name)
                if (Decimal(one) != Decimal(two)) if kind == "amount" else one != two:
                    found.append(_move(item, kind, str(one), str(two), item.reason))
    found += [
        _move(item, "out", str(item.annual_yuan), "", "")
        for code, item in old.items()
        if item.chosen and code not in seen
    ]
    return found


def _move(item: Any, kind: str, before: str, after: str, reason: str) -> Move:
    return Move(item.proposal_id, item.code, item.name, item.area_code, kind, before, after, reason)


def fingerprint_of(items: Iterable[Any]) -> str:
    """SHA-256 over the rows in the order of their codes: two versions with the same one are the same plan."""
    rows = [
        [i.code, i.chosen, i.plan_class, i.category, i.area_code, f"{Decimal(i.total_yuan):.2f}",
         f"{Decimal(i.annual_yuan):.2f}", [f"{Decimal(m):.2f}" for m in i.monthly_yuan]]
        for i in sorted(items, key=lambda item: item.code)
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
