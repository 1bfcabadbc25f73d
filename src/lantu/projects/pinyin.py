"""Pinyin of names, so that “swyy” finds 生物医药产业园."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

FULL_CHARS = 560
INITIAL_CHARS = 130


def _letters(rest: str) -> Any:
    """What is no Chinese character: letters and digits stay, one by one."""
    return [character for character in rest if character.isalnum()]


@lru_cache(maxsize=4096)
def pinyin_of(name: str) -> str:
    """``生物医药`` → ``shengwuyiyao swyy``: full syllables, then initials, lower case, without tones."""
    from pypinyin import (  # its dictionary takes 60 ms to load: only where a name is written
        Style,
        lazy_pinyin,
    )

    def joined(style: Style) -> str:
        parts = lazy_pinyin(name, style=style, errors=_letters)
        return "".join(parts).lower()

    return f"{joined(Style.NORMAL)[:FULL_CHARS]} {joined(Style.FIRST_LETTER)[:INITIAL_CHARS]}".strip()
