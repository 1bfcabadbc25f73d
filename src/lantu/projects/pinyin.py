"""Pinyin of names, so that “swyy” finds 生物医药产业园."""

from __future__ import annotations

from functools import lru_cache

FULL_CHARS = 560
INITIAL_CHARS = 130


@lru_cache(maxsize=4096)
def pinyin_of(name: str) -> str:
    """``生物医药`` → ``shengwuyiyao swyy``: full syllables, then initials, lower case, without tones."""
    from pypinyin import (  # its dictionary takes 60 ms to load: only where a name is written
        Style,
        lazy_pinyin,
    )

    def joined(style: Style) -> str:
        parts = lazy_pinyin(name, style=style, errors=lambda rest: [c for c in rest if c.isalnum()])
        return "".join(parts).lower()

    return f"{joined(Style.NORMAL)[:FULL_CHARS]} {joined(Style.FIRST_LETTER)[:INITIAL_CHARS]}".strip()
