"""Duties to try things on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.cast import NOW

from lantu.duties.models import Duty
from lantu.duties.services.open import open_duty


def make_duty(
    holder: Any, *, subject_id: int = 1, now: datetime = NOW, days: float = 10, **more: Any
) -> Duty:
    """An open duty about an imaginary thing, due after ``days``."""
    values: dict[str, Any] = {
        "subject_type": "tests.thing",
        "subject_id": subject_id,
        "step": "do",
        "title": f"提交整改回复 {subject_id}",
        "action_label": "去整改",
        "action_url": "/work/",
        "severity": 2,
        "due_at": now + timedelta(days=days),
        "actor": None,
    } | more
    return open_duty(holder=holder, now=now, **values)
