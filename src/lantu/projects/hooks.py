"""What projects offer to the floors around them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.accounts.event_words import name_events
from lantu.core.access import teach_project_access
from lantu.core.registry import NavItem, SearchSource, navigation, search_sources
from lantu.projects.areas import area_names
from lantu.projects.selectors import ProjectFilter, find_projects, visible_projects


def _may_read(user: Any, project_id: int) -> bool:
    return visible_projects(user).filter(pk=project_id).exists()


def _search(reader: Any, words: str, limit: int) -> list[tuple[str, str, str]]:
    areas = area_names()
    return [
        (
            project.name,
            f"{areas.get(project.area_code, project.area_code)} · {project.get_stage_display()} · {project.code}",
            reverse("projects:detail", args=[project.code]),
        )
        for project in find_projects(reader, ProjectFilter(q=words))[:limit]
    ]


teach_project_access(_may_read)
navigation.add(
    NavItem(
        key="projects", label=pgettext_lazy("navigation", "项目"), url_name="projects:list", icon="building-community", order=20,
        permission="projects.read",
    )
)  # fmt: skip
search_sources.add(SearchSource(key="projects", label=_("重点工程"), find=_search, order=10))
name_events(
    {
        "projects.project_registered": _("登记项目"),
        "projects.project_changed": _("修改项目"),
        "projects.code_replaced": _("更换项目代码"),
        "projects.month_reported": _("报送月度进度"),
        "projects.year_plan_set": _("设定年度计划"),
        "projects.party_set": _("设置参建单位"),
        "projects.geometry_set": _("设定项目位置"),
        "projects.lamp_changed": _("灯色变化"),
        "projects.projects_imported": _("批量导入项目"),
    }
)
