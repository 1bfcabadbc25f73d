"""What a rule rests on, in the reader's language: alone, and as one line of an order or a duty."""

from __future__ import annotations

from django.utils.translation import override

from lantu.core.sentences import retell
from lantu.packs.load import national


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_basis_and_clause_are_told_in_english() -> None:
    with override("en"):
        for rule in national().thresholds.values():
            line = f"{rule.basis} {rule.clause}".strip()
            told = [retell(rule.basis), retell(rule.clause), retell(line), retell(line[:200])]
            assert [text for text in told if chinese(text)] == [], rule.code


def test_in_chinese_they_stay_as_they_stand() -> None:
    rule = national().thresholds["pit.frequency"]
    with override("zh-hans"):
        assert retell(rule.basis) == rule.basis
