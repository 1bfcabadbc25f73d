"""What gates add to the floors below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import NavItem, ProjectTab, navigation, project_tabs
from lantu.duties import workflow_models
from lantu.lifecycle.gates import extending, lamp_source  # noqa: F401  extending registers by being imported
from lantu.lifecycle.gates.notes import notes
from lantu.lifecycle.gates.states import CLOSED_CONDITIONS, RESTING_STATES, StepState
from lantu.lifecycle.gates.words import EVENTS
from lantu.projects.lamp_facts import LampFactSource, lamp_facts
from lantu.projects.stage_notes import StageNoteSource, stage_notes

navigation.add(
    NavItem(
        key="gates",
        label=_("关口"),
        url_name="lifecycle:gates",
        icon="checkbox",
        order=24,
        permission="lifecycle.gates_read",
    )
)
project_tabs.add(
    ProjectTab(
        key="gates",
        label=_("关口"),
        url_name="lifecycle:gates_project",
        icon="checkbox",
        order=15,
        permission="lifecycle.gates_read",
    )
)
workflow_models.add("lifecycle.Gate", is_open=~Q(state__in=RESTING_STATES))
workflow_models.add("lifecycle.GateStep", is_open=Q(state=StepState.APPLIED))
workflow_models.add("lifecycle.GateCondition", is_open=~Q(state__in=CLOSED_CONDITIONS))
name_events(EVENTS)
stage_notes.add(StageNoteSource(key="gates", read=notes, order=10))
lamp_facts.add(LampFactSource(key="funds", read=lamp_source.read_funds, order=25))
lamp_facts.add(
    LampFactSource(
        key="gates",
        read=lamp_source.read,
        order=20,
        recompute_on=(
            "gates.step_confirmed", "gates.step_returned", "gates.step_waived", "gates.gate_passed",
            "gates.gate_submitted", "gates.gate_returned", "gates.gate_started", "gates.gate_reopened",
            "gates.gate_rejected", "gates.condition_met", "duties.duty_extended",
        ),
    )
)  # fmt: skip
