"""Where an alert went when somebody took it up: higher floors say how to show their own objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lantu.core.registry import Store


@dataclass(frozen=True, kw_only=True)
class TakenUpLink:
    """``key`` is the part of ``taken_up_ref`` before the colon (“hazards.hazard”).

    ``show(number, reader)`` returns (text, url), or None when this reader may not see it.
    """

    key: str
    show: Callable[[int, Any], tuple[str, str] | None]
    order: int = 0


taken_up_links: Store[TakenUpLink] = Store("taken_up_links")


def taken_up_link(ref: str, reader: Any) -> tuple[str, str] | None:
    """(text, url) of “app.model:id”; None when nobody can show it to this reader."""
    kind, _colon, number = ref.partition(":")
    for link in taken_up_links:
        if link.key == kind and number.isdecimal():
            return link.show(int(number), reader)
    return None
