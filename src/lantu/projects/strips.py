"""Urgent lines at the top of a project page, offered by higher floors: an open red hazard, a stop-work order.

Register in an app's ``hooks.py``: ``project_strips.add(StripSource(key="hazards", read=..., order=10))``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.core.registry import Store


@dataclass(frozen=True, kw_only=True)
class Strip:
    """``severity`` 4 red, 3 orange; ``due_at`` and the action are optional."""

    severity: int
    title: Any
    text: str
    url: str
    action_label: Any = ""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StripSource:
    """``read(project, reader, now)`` → strips that this reader may see, most urgent first."""

    key: str
    read: Callable[[Any, Any, datetime], list[Strip]]
    order: int


project_strips: Store[StripSource] = Store("project_strips")
