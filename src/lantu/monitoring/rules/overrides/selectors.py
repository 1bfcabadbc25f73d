"""Which design value holds where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.projects.selectors import visible_projects


def covers(item: str, code: str) -> bool:
    """True if an override of this item is meant for the rule: its own code, or the part before a dot."""
    return code == item or code.startswith(f"{item}.")


@dataclass
class Overrides:
    """The overrides in force, by place. The device's own goes before the project's, the longer item before the shorter."""

    by_device: dict[int, list[ProjectRuleOverride]] = field(default_factory=dict)
    by_project: dict[int, list[ProjectRuleOverride]] = field(default_factory=dict)

    def of(self, device_id: int, project_id: int, code: str) -> ProjectRuleOverride | None:
        """The override for a rule on a device, or None."""
        for held in (self.by_device.get(device_id), self.by_project.get(project_id)):
            fitting = [one for one in held or () if covers(one.item, code)]
            if fitting:
                return max(fitting, key=lambda one: len(one.item))
        return None


def overrides_in_force(*, day: date | None = None, devices: Iterable[int] | None = None) -> Overrides:
    """All that are not withdrawn and have begun by ``day`` (None: whatever their date). Queries: one."""
    rows = ProjectRuleOverride.objects.filter(withdrawn_at=None)
    if day is not None:
        rows = rows.filter(effective_from__lte=day)
    found = Overrides()
    wanted = None if devices is None else set(devices)
    for row in rows:
        if row.device_id is None:
            found.by_project.setdefault(row.project_id, []).append(row)
        elif wanted is None or row.device_id in wanted:
            found.by_device.setdefault(row.device_id, []).append(row)
    return found


def visible_overrides(reader: Any) -> QuerySet[ProjectRuleOverride]:
    """Overrides of the projects that this reader may see, withdrawn ones too: the page of a project shows its history."""
    return ProjectRuleOverride.objects.filter(project__in=visible_projects(reader)).select_related(
        "project", "device", "evidence", "made_by", "withdrawn_by"
    )
