"""County-level units and functional zones, by the names the city pack gives them."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from lantu.packs.load import city as load_city
from lantu.packs.model import CityPack


def city() -> CityPack:
    """The pack of the city that this installation serves."""
    return load_city(settings.CITY_PACK)


def area_names() -> dict[str, str]:
    """Code → name in the reader's language, in the order of the pack: counties, then functional zones."""
    english = (get_language() or "").startswith("en")
    return {area.code: (area.name_en if english else "") or area.name for area in city().areas}


def area_name(code: str) -> str:
    """The name of an area; the code itself when the pack does not know it (a division renamed since)."""
    return area_names().get(code, code)


def area_of_words(words: str) -> str | None:
    """The code of an area that people name by code, full name, English name or a beginning of two characters."""
    text = words.strip()
    for area in city().areas:
        if text in (area.code, area.name, area.short, area.name_en) and text:
            return area.code
    starting = [area.code for area in city().areas if len(text) >= 2 and area.name.startswith(text)]
    return starting[0] if len(starting) == 1 else None
