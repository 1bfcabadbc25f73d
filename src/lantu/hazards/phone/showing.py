"""What a hazard's page shows and its forms carry for work without network."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lantu.core.models import Evidence
from lantu.hazards.models import Hazard
from lantu.hazards.phone.marks import mark_after_accepting, mark_of
from lantu.hazards.phone.selectors import kept_views
from lantu.hazards.selectors import ReplyView

MOST_BEFORE = 6


def overlays(files: list[Evidence], label: str) -> list[dict[str, str]]:
    """Pictures for the camera to lay over the live one, as <lantu-camera> reads them."""
    photos = [photo for photo in files if photo.kind == Evidence.Kind.PHOTO]
    return [{"src": photo.get_absolute_url(), "label": label} for photo in photos[:MOST_BEFORE]]


def phone_context(
    hazard: Hazard, reader: Any, *, found: list[Evidence], replies: list[ReplyView]
) -> dict[str, Any]:
    """``seen``: what the forms say they saw; ``next_seen``: what they will see once the order is accepted;
    ``befores``: pictures for the camera to lay over the live one; ``pair``: the last picture of before and after."""
    before = [photo for photo in found if photo.kind == Evidence.Kind.PHOTO]
    after = [photo for photo in (replies[-1].files if replies else []) if photo.kind == Evidence.Kind.PHOTO]
    return {
        "seen": mark_of(hazard),
        "next_seen": mark_after_accepting(hazard),
        "befores": overlays(before, _("整改前")),
        "pair": (before[0], after[0]) if before and after else None,
        "kept_views": kept_views(hazard, reader),
    }
