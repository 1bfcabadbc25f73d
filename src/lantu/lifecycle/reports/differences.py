"""What would read differently today: a frozen copy against the same report built now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

Values = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """``before`` or ``after`` empty: it is new, or gone."""

    section: str
    what: str
    before: str
    after: str


def differences(frozen: Values, fresh: Values) -> list[Difference]:
    """Figures, table cells and paragraphs that differ, in the order of the report. Times of reading are no difference."""
    found: list[Difference] = []
    old = {section["key"]: section for section in frozen["sections"]}
    new = {section["key"]: section for section in fresh["sections"]}
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key), new.get(key)
        title = (before or after or {})["title"]
        if before is None or after is None:
            found.append(
                Difference(title, _("整个部分"), *((_("有"), "") if after is None else ("", _("有"))))
            )
            continue
        found += _figures(title, before, after)
        found += _tables(title, before, after)
        found += [
            Difference(title, _("段落"), one, two)
            for one, two in _pairs(before["paragraphs"], after["paragraphs"])
            if one != two
        ]
    return found


def _figures(title: str, before: Values, after: Values) -> list[Difference]:
    old = {figure["name"]: figure for figure in before["figures"]}
    new = {figure["name"]: figure for figure in after["figures"]}
    return [
        Difference(title, (old.get(name) or new[name])["label"], _text(old.get(name)), _text(new.get(name)))
        for name in [*old, *(name for name in new if name not in old)]
        if _text(old.get(name)) != _text(new.get(name))
    ]


def _text(figure: Values | None) -> str:
    return "" if figure is None else f"{figure['text']}{figure['unit']}"


def _tables(title: str, before: Values, after: Values) -> list[Difference]:
    found = []
    for old, new in zip(before["tables"], after["tables"], strict=False):
        labels = [column["label"] for column in old["columns"]]
        first, second = _rows(old), _rows(new)
        for name in [*first, *(name for name in second if name not in first)]:
            one, two = first.get(name), second.get(name)
            if one is None or two is None:
                found.append(Difference(title, name, "；".join(one or []), "；".join(two or [])))
                continue
            found += [
                Difference(title, f"{name} · {label}", a, b)
                for label, a, b in zip(labels[1:], one[1:], two[1:], strict=False)
                if a != b
            ]
    return found


def _rows(table: Values) -> dict[str, list[str]]:
    """Rows by their first cell; a repeated one gets its number."""
    found: dict[str, list[str]] = {}
    for row in table["rows"]:
        texts = [cell["t"] for cell in row]
        name, number = texts[0], 2
        while name in found:
            name, number = f"{texts[0]} #{number}", number + 1
        found[name] = texts
    return found


def _pairs(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    size = max(len(before), len(after))
    return list(zip(before + [""] * (size - len(before)), after + [""] * (size - len(after)), strict=True))
