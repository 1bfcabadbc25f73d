"""What checklists add to the floors below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import NavItem, ProjectTab, navigation, project_tabs
from lantu.duties import workflow_models
from lantu.lifecycle.checklists.appraisal.states import RunState
from lantu.lifecycle.checklists.states import CLOSED_STATES
from lantu.lifecycle.checklists.words import EVENTS

project_tabs.add(
    ProjectTab(
        key="checklists",
        label=_("清单"),
        url_name="lifecycle:checklists_project",
        icon="checklist",
        order=17,
        permission="lifecycle.checklists_read",
    )
)
navigation.add(
    NavItem(
        key="appraisal",
        label=_("月度考核"),
        url_name="lifecycle:appraisal_months",
        icon="clipboard-check",
        order=46,
        permission="lifecycle.checklists_read",
    )
)
workflow_models.add("lifecycle.Checklist", is_open=~Q(state__in=CLOSED_STATES))
workflow_models.add("lifecycle.ChecklistSignature", is_open=Q(closed_at=None))
workflow_models.add("lifecycle.ChecklistSheet", is_open=Q(closed_at=None))
workflow_models.add("lifecycle.ChecklistQuestion", is_open=Q(answered_at=None))
workflow_models.add("lifecycle.AppraisalMonth", is_open=~Q(state=RunState.PUBLISHED))
workflow_models.add("lifecycle.AppraisalAppeal", is_open=Q(outcome=""))
workflow_models.add("lifecycle.AppraisalAdjustment", is_open=Q(decided_at=None))
name_events(EVENTS)
