"""How like two short titles are: two people who report the same thing seldom use the same words.

1. width, case, blanks, punctuation and small Chinese numerals of a place (三号楼, 3#楼, 3 号楼) are made one;
2. titles are cut into pairs of neighbouring characters; the likeness is the larger of the Dice coefficient
   2·|A∩B| / (|A| + |B|) and, for a title of at least 5 pairs, 0.9 · the share of the shorter one in the longer;
3. two different numbers of the same kind of place (3 号楼 and 5 号楼) are two places: the likeness is 0.

A high likeness asks whether two titles mean one thing; it proves nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

LEAST_PAIRS = 5
CONTAINED = 0.9
_NUMERALS = str.maketrans("〇零一二两三四五六七八九", "001223456789")
_CHINESE_PLACE = re.compile(r"[〇零一二两三四五六七八九](?=[号#楼层栋轴段墩井区])")
_NUMBERED = re.compile(r"(\d+)(号楼|号|楼|层|栋|轴|段|墩|井|区)")
_BLANK = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The letters, figures and characters of ``text`` in one form."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _CHINESE_PLACE.sub(lambda found: found.group().translate(_NUMERALS), text)
    text = re.sub(r"(\d)\s*#", r"\1号", text)
    return _BLANK.sub("", text)


def numbers_of(text: str) -> dict[str, set[str]]:
    """The numbered places in a plain text by their kind: {"号楼": {"3"}, "层": {"12"}}."""
    found: dict[str, set[str]] = {}
    for number, kind in _NUMBERED.findall(text):
        found.setdefault("号楼" if kind == "栋" else kind, set()).add(number.lstrip("0"))
    return found


def other_place(first: str, second: str) -> bool:
    """Whether two texts name different numbers of one kind of place, and none in common."""
    ours, theirs = numbers_of(plain(first)), numbers_of(plain(second))
    return any(not ours[kind] & theirs[kind] for kind in ours.keys() & theirs.keys())


def likeness(first: str, second: str) -> float:
    """0 (nothing in common, or another place) to 1 (the same title)."""
    if other_place(first, second):
        return 0.0
    one, two = plain(first), plain(second)
    if one == two:
        return 1.0 if one else 0.0
    ours, theirs = _pairs(one), _pairs(two)
    common = (ours & theirs).total()
    shorter = min(ours.total(), theirs.total())
    if shorter == 0:
        return 0.0
    dice = 2 * common / (ours.total() + theirs.total())
    return max(dice, CONTAINED * common / shorter) if shorter >= LEAST_PAIRS else dice


def _pairs(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1))
