"""What duties offer to the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.accounts.project_names import ProjectNames, teach_project_names
from lantu.core.api import teach_readable_projects
from lantu.core.offline import OfflineSource, offline_sources
from lantu.core.registry import NavItem, ProjectTab, navigation, project_tabs
from lantu.duties import workflow_models
from lantu.projects.models import Project, ProjectCode
from lantu.projects.selectors import visible_projects

navigation.add(NavItem(key="work", label=_("我的待办"), url_name="duties:work", icon="checklist", order=10))
project_tabs.add(
    ProjectTab(key="bill", label=_("责任账单"), url_name="duties:project_bill", icon="receipt", order=80)
)

offline_sources.add(
    OfflineSource(key="work", addresses=lambda reader, now: [reverse("duties:work")], order=10)
)

workflow_models.add(
    "duties.Extension",
    is_open=Q(decided_at=None),
    subject_type="duties.extension",
    duty_field="decision_duty",
)
workflow_models.add(
    "duties.ClockStop",
    is_open=Q(resumed_at=None, refused_at=None),
    subject_type="duties.clock_stop",
    duty_field="decision_duty",
)

name_events(
    {
        "duties.duty_opened": _("派出责任"),
        "duties.duties_taken_over": _("接续责任"),
        "duties.duty_closed": _("办结责任"),
        "duties.duty_handed_over": _("移交责任"),
        "duties.duty_bounced": _("退回责任"),
        "duties.duty_arbitrated": _("裁定承办人"),
        "duties.clock_stop_asked": _("申请停钟"),
        "duties.clock_stopped": _("批准停钟"),
        "duties.clock_stop_refused": _("不同意停钟"),
        "duties.clock_resumed": _("恢复计时"),
        "duties.extension_asked": _("申请延期"),
        "duties.duty_extended": _("批准延期"),
        "duties.extension_refused": _("不同意延期"),
        "duties.duty_urged": _("催办"),
        "duties.duty_escalated": _("督办升级"),
        "projects.project_registered": _("登记项目"),
        "projects.project_changed": _("修改项目"),
        "projects.code_replaced": _("更换项目代码"),
        "projects.month_reported": _("报送月度进度"),
        "projects.lamp_changed": _("灯色变化"),
        "projects.projects_imported": _("批量导入项目"),
    }
)


def _find(code: str) -> int | None:
    found = Project.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is not None:
        return found
    return ProjectCode.objects.filter(code=code).values_list("project_id", flat=True).first()


def _names(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Project.objects.filter(pk__in=list(ids)).values_list("pk", "code", "name")
    return {pk: (code, name) for pk, code, name in rows}


# Accounts keep project-wide rights and show the log; they learn the names of projects from here.
teach_project_names(ProjectNames(find=_find, names=_names))

# Core lists events; it learns from here which projects a reader may see.
teach_readable_projects(lambda reader: visible_projects(reader).values("pk"))
