"""Fonts that GB/T 9704 asks for, what stands in for them, and what is missing on this machine.

小标宋, 仿宋_GB2312 and 楷体_GB2312 may not be redistributed; where they are not installed the open Noto CJK faces stand
in, and the paper's record says so.
"""

from __future__ import annotations

from functools import lru_cache

# Part of the paper → families in the order of preference; the first is what the standard names.
WANTED: dict[str, tuple[str, ...]] = {
    "mark": (
        "方正小标宋简体",
        "FZXiaoBiaoSong-B05S",
        "STZhongsong",
        "SimSun",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
    "body": (
        "仿宋_GB2312",
        "FangSong_GB2312",
        "FangSong",
        "STFangsong",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
    "black": ("黑体", "SimHei", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "STKaiti", "Noto Serif CJK SC", "Source Han Serif SC"),
    "song": ("宋体", "SimSun", "STSong", "Noto Serif CJK SC", "Source Han Serif SC"),
}


@lru_cache(maxsize=1)
def installed() -> frozenset[str]:
    """The font families that the PDF engine finds on this machine."""
    import typst  # heavy: loaded when the first paper is made

    return frozenset(typst.Fonts().families())


def choice(families: frozenset[str] | None = None) -> dict[str, str]:
    """Part → the family used here; empty where not even a stand-in is there."""
    have = installed() if families is None else families
    return {part: next((name for name in names if name in have), "") for part, names in WANTED.items()}


def missing(families: frozenset[str] | None = None) -> dict[str, str]:
    """Part → the family that the standard names, for every part that a stand-in fills."""
    used = choice(families)
    standard = {part: set(names[:2]) for part, names in WANTED.items()}
    return {part: WANTED[part][0] for part, name in used.items() if name not in standard[part]}


def can_print(families: frozenset[str] | None = None) -> bool:
    """Without any Chinese face a PDF would show boxes: then there is none."""
    return all(choice(families).values())
