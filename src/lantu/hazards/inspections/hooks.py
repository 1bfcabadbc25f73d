"""What inspections add to the floors below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import ProjectTab, project_tabs
from lantu.core.sentences import add_glossary
from lantu.duties import workflow_models
from lantu.hazards.inspections import events, figures, permissions  # noqa: F401  registered by being imported
from lantu.hazards.inspections.states import CLOSED_STATES
from lantu.hazards.inspections.words import EVENTS
from lantu.packs.load import national


def _groups_in_english() -> dict[str, str]:
    """The rows of the summary as signed sheets keep them."""
    groups = national().safety_score.groups
    return {
        group.name: f"{group.name_en[:1].upper()}{group.name_en[1:]}" for group in groups if group.name_en
    }


add_glossary(_groups_in_english)
project_tabs.add(
    ProjectTab(
        key="double_prevention",
        label=_("风险与检查"),
        url_name="hazards:risk_project",
        icon="checklist",
        order=42,
        permission="risk_points.read",
    )
)
workflow_models.add("hazards.Inspection", is_open=~Q(state__in=CLOSED_STATES))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})
