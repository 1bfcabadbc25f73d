"""What projects offer to the floors around them."""

from __future__ import annotations

from typing import Any

from lantu.core.access import teach_project_access
from lantu.projects.selectors import visible_projects


def _may_read(user: Any, project_id: int) -> bool:
    return visible_projects(user).filter(pk=project_id).exists()


teach_project_access(_may_read)
