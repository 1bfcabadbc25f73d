"""What programmes and templates add to the floors below."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import NavItem, ProjectFact, navigation, project_facts
from lantu.duties import workflow_models
from lantu.lifecycle.programmes.cases import hooks as case_hooks  # noqa: F401  registered by being imported
from lantu.lifecycle.programmes.cases.states import WITHOUT_DUTY
from lantu.lifecycle.programmes.selectors import programmes_of
from lantu.lifecycle.programmes.states import CLOSED_MILESTONES, CLOSED_STATES
from lantu.lifecycle.programmes.words import EVENTS

navigation.add(
    NavItem(
        key="programmes",
        label=_("行动计划"),
        url_name="lifecycle:programmes",
        icon="route",
        order=24,
        permission="lifecycle.programmes_read",
    )
)
workflow_models.add("lifecycle.Programme", is_open=~Q(state__in=CLOSED_STATES))
workflow_models.add("lifecycle.ProgrammeMilestone", is_open=~Q(state__in=CLOSED_MILESTONES))
workflow_models.add("lifecycle.CaseTemplate", is_open=~Q(state__in=WITHOUT_DUTY))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})


def _facts(project: Any, reader: Any, now: datetime) -> list[tuple[Any, Any, str]]:
    rows: list[tuple[Any, Any, str]] = [
        (_("行动计划"), row.programme.name, row.programme.get_absolute_url())
        for row in programmes_of(project, reader)
    ]
    rows.append((_("一页纸"), _("查看与下载"), reverse("lifecycle:reports_project", args=[project.code])))
    return rows


project_facts.add(ProjectFact(key="programmes", read=_facts, order=40))
