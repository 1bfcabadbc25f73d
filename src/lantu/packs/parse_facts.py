"""What rules may ask of a place: packs/national/facts.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.packs.facts import KINDS, Fact
from lantu.packs.reading import Value, unique


def parse_facts(top: Value, problems: list[str]) -> Mapping[str, Fact]:
    """Facts by key; what is wrong is noted in ``problems``."""
    return unique(top.each(_fact, problems), lambda fact: fact.key, top, "the fact", problems)


def _fact(item: Value) -> Fact:
    f = item.fields("key label label_en", "unit low high values kind")
    words = {
        int(code) if code.lstrip("-").isdigit() else code: names.text() for code, names in f["values"].pairs()
    }
    kind = f["kind"].choice(KINDS, "choice" if words else "number")
    if (kind == "choice") != bool(words):
        raise f["kind"].problem("a choice and its values belong together", "Write values: {code: name}")
    if kind == "number" and not f["low"].number() <= f["high"].number():
        raise f["high"].problem("the range ends before it begins", "Make high larger than low")
    limits = {"low": f["low"].number(), "high": f["high"].number()} if kind == "number" else {}
    return Fact(
        key=f["key"].text(),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        kind=kind,
        unit=f["unit"].text(""),
        values=words,
        **limits,
    )
