"""What annual plans add to the floors below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.accounts.permissions import may
from lantu.core.registry import NavItem, ProjectFact, PublicPage, navigation, project_facts, public_pages
from lantu.duties import workflow_models
from lantu.lifecycle.annual_plan.facts import wan
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.selectors import PUBLIC_STATES
from lantu.lifecycle.annual_plan.states import (
    CARRIED_STATES,
    CLOSED_PLAN_STATES,
    CLOSED_STATES,
    IN_FORCE_STATES,
    Verdict,
)
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
workflow_models.add("lifecycle.PlanImport", is_open=Q(asked_at__isnull=False, applied_at=None))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})


def _plan_line(project: Any, reader: Any, now: datetime) -> list[tuple[Any, Any, str]]:
    """Where the project stands in the issued plan of the year; drafts are not told here."""
    if not may(reader, "lifecycle.plan_read"):
        return []
    year = timezone.localtime(now).year
    row = PlanProposal.objects.filter(project=project, plan__year=year, state__in=IN_FORCE_STATES).first()
    if row is None:
        return []
    text = gettext("%(state)s · %(class)s · 年度投资 %(n)s 万元") % {
        "state": row.get_state_display(),
        "class": row.get_plan_class_display(),
        "n": wan(row.annual_yuan),
    }
    return [(_("年度计划"), text, row.get_absolute_url())]


project_facts.add(ProjectFact(key="annual_plan", read=_plan_line, order=18))


def _public_plan(now: datetime) -> str | None:
    """The newest plan that is issued; drafts do not exist for the public."""
    years = (
        AnnualPlan.objects.filter(state__in=PUBLIC_STATES).order_by("-year").values_list("year", flat=True)
    )
    year = years.first()
    return reverse("lifecycle:plan_public", args=[year]) if year else None


public_pages.add(
    PublicPage(
        key="annual_plan", label=_("年度重点工程计划"), icon="calendar-stats", address=_public_plan, order=22
    )
)
