"""Coded things of the pack in words."""

from __future__ import annotations

from django.utils.translation import get_language

from lantu.packs.appraisal import PeerGroup, Worded


def word_of(one: Worded | PeerGroup) -> str:
    """The words of a coded thing in the reader's language."""
    english = (get_language() or "").startswith("en")
    return str(one.name_en if english and one.name_en else one.name)
