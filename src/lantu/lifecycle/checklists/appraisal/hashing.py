"""The fingerprint of what a score was computed from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from lantu.lifecycle.checklists.appraisal.models import ChecklistFact

FIELDS = (
    "code", "weight", "planned_pct", "before_pct", "final_pct", "grade", "late_days", "node_due", "node_late_days",
    "reported_late", "disagrees",
)  # fmt: skip


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def facts_hash(facts: Iterable[ChecklistFact], decided: Mapping[str, Any]) -> str:
    """SHA-256 over the frozen fields of the facts, in order of code, with what appeals decided (code → percent)."""
    rows = [
        [_plain(getattr(fact, name)) for name in FIELDS] for fact in sorted(facts, key=lambda one: one.code)
    ]
    said = {code: _plain(value) for code, value in sorted(decided.items())}
    return hashlib.sha256(json.dumps([rows, said], ensure_ascii=False).encode()).hexdigest()
