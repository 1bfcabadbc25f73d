"""Two versions of a checklist side by side, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lantu.lifecycle.checklists.models import Checklist, ChecklistItem

COMPARED = (
    "title", "definition_of_done", "owner", "verifier", "weight", "start_on", "due_on", "evidence_type", "source",
    "source_ref", "budget_yuan",
)  # fmt: skip


@dataclass(frozen=True)
class Differing:
    """``kind``: added, removed or changed; ``fields``: (name, before, after)."""

    code: str
    title: str
    kind: str
    fields: tuple[tuple[str, str, str], ...] = ()


def _items(checklist: Checklist) -> dict[str, ChecklistItem]:
    rows = checklist.items.select_related("owner", "verifier").prefetch_related("targets")
    return {item.code: item for item in rows}


def _shown(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


def difference(old: Checklist, new: Checklist) -> list[Differing]:
    """What the newer version adds, removes and changes, in its order; months count as one field each."""
    before, after = _items(old), _items(new)
    rows = [Differing(code, item.title, "removed") for code, item in before.items() if code not in after]
    for code, item in after.items():
        known = before.get(code)
        if known is None:
            rows.append(Differing(code, item.title, "added"))
            continue
        fields = [
            (str(ChecklistItem._meta.get_field(name).verbose_name), _shown(getattr(known, name)), _shown(getattr(item, name)))  # type: ignore[union-attr]
            for name in COMPARED
            if getattr(known, name) != getattr(item, name) and not (item.is_group and name == "weight")
        ]  # fmt: skip
        planned = {target.month: target.planned_pct for target in known.targets.all()}
        fields += [
            (f"{target.month:%Y-%m} %", _shown(planned.get(target.month)), _shown(target.planned_pct))
            for target in item.targets.all()
            if planned.get(target.month) != target.planned_pct
        ]
        if fields:
            rows.append(Differing(code, item.title, "changed", tuple(fields)))
    return rows
