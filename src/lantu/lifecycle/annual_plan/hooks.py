"""What annual plans add to the floors below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import NavItem, navigation
from lantu.duties import workflow_models
from lantu.lifecycle.annual_plan.states import CARRIED_STATES, CLOSED_PLAN_STATES, CLOSED_STATES, Verdict
from lantu.lifecycle.annual_plan.words import EVENTS

navigation.add(
    NavItem(
        key="annual_plan", label=_("年度计划"), url_name="lifecycle:plans", icon="calendar-stats", order=22,
        permission="lifecycle.plan_read",
    )
)  # fmt: skip
workflow_models.add("lifecycle.AnnualPlan", is_open=~Q(state__in=CLOSED_PLAN_STATES))
# From the balance on, the plan's own duty stands for all of its proposals.
workflow_models.add("lifecycle.PlanProposal", is_open=~Q(state__in=(*CLOSED_STATES, *CARRIED_STATES)))
workflow_models.add("lifecycle.PlanElementReview", is_open=Q(verdict=Verdict.PENDING, void=False))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})
