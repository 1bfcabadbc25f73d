"""Sentences that a service stores, retold in the reader's language.

What is stored is Chinese, whoever pressed the button: one row has many readers. A fixed sentence is declared once,
``URGED = sentence(gettext_noop("催办：%(title)s。%(reason)s"))``; on screen ``{{ notice.text|said }}`` finds the
sentence again by its fixed parts, translates it and retells its parts. What people typed stays as they typed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext, override

SOURCE_LANGUAGE = "zh-hans"
JOINT = " · "
MAY_BE_JOINED = frozenset({"title", "reason", "why"})
_PLACE = re.compile(r"%\((\w+)\)(?:\.\d)?[a-z]")
# Places that hold several known words, parted by “、”.
LISTS = frozenset({"fields", "facts", "ways", "reasons"})
_declared: dict[str, re.Pattern[str]] = {}
_glossaries: list[Callable[[], Mapping[str, str]]] = []


def sentence(msgid: str) -> str:
    """Declare a stored sentence with named places; returns it unchanged for ``%``.

    Raises ValueError for one without two fixed characters: it would match anything.
    """
    if len(re.sub(r"\s", "", _PLACE.sub("", msgid))) < 2:
        raise ValueError(f"too little is fixed in {msgid!r}")
    pieces, end, seen = [], 0, set()
    for place in _PLACE.finditer(msgid):
        name = place.group(1)
        pieces.append(_fixed(msgid[end : place.start()]))
        # Greedy: names have spaces (1 号扬尘仪), what follows them seldom has. Only a title is a row of parts itself.
        inside = ".*" if name in MAY_BE_JOINED else "[^·]*"
        pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>{inside})")
        seen.add(name)
        end = place.end()
    pieces.append(_fixed(msgid[end:]))
    _declared[msgid] = re.compile("".join(pieces), re.DOTALL)
    _retold.cache_clear()
    return msgid


def _fixed(text: str) -> str:
    """A piece between places as the stored text has it: ``%%`` has become one sign by then."""
    return re.escape(text.replace("%%", "%"))


def add_glossary(read: Callable[[], Mapping[str, str]]) -> None:
    """Words of the packs with their English, read when the first English page asks: names of rules, channels, types."""
    _glossaries.append(read)
    _english.cache_clear()
    _retold.cache_clear()


@cache
def _english() -> dict[str, str]:
    return {word: told for read in _glossaries for word, told in read().items() if told}


def as_stored(words: object) -> str:
    """Lazy words (the label of a choice) in the language in which things are stored."""
    with override(SOURCE_LANGUAGE):
        return str(words)


def retell(text: str) -> str:
    """``text`` in the active language: a fixed word, a declared sentence, or several joined by “ · ”."""
    language = get_language() or SOURCE_LANGUAGE
    return text if not text or language.startswith("zh") else _retold(language, str(text))


@lru_cache(maxsize=4096)
def _retold(language: str, text: str) -> str:
    """Under the active ``language``, which is part of the key."""
    known = gettext(text) if text.strip() else text
    if known == text and language.startswith("en"):
        known = _english().get(text, text)
    if known != text:
        return known
    # The sentence with the most fixed text is the one that was meant.
    for msgid in sorted(_declared, key=lambda one: -len(_PLACE.sub("", one))):
        found = _declared[msgid].fullmatch(text)
        if found:
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            return _filled(gettext(msgid), values)
    return JOINT.join(map(retell, text.split(JOINT))) if JOINT in text else text


def _filled(words: str, values: dict[str, str]) -> str:
    """The places of a sentence filled in; whatever letter ends a place, its value is text by now."""
    return _PLACE.sub(lambda place: values[place.group(1)], words.replace("%%", "%"))


def _value(name: str, value: str) -> str:
    """What stands in a place, retold; a row of words, word by word."""
    return ", ".join(map(retell, value.split("、"))) if name in LISTS else retell(value)
