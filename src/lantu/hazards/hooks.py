"""What hazards add to the floors below: navigation, the project page, the map, the lamp, the search box."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantu.accounts.event_words import name_events
from lantu.accounts.permissions import may
from lantu.core.registry import (
    MapLayer,
    NavItem,
    ProjectFact,
    ProjectTab,
    PublicPage,
    SearchSource,
    map_layers,
    navigation,
    project_facts,
    project_tabs,
    public_pages,
    search_sources,
)
from lantu.core.sentences import retell
from lantu.duties import workflow_models
from lantu.duties.extension_rules import extension_rules
from lantu.hazards.event_lines import WORDS
from lantu.hazards.grave.strips import hazard_strips
from lantu.hazards.inspections import hooks as inspection_hooks  # noqa: F401  registers by being imported
from lantu.hazards.phone import hooks as phone_hooks  # noqa: F401  registers by being imported
from lantu.hazards.risk_points import hooks as risk_point_hooks  # noqa: F401  registers by being imported
from lantu.hazards.selectors import HazardFilter, filtered_hazards, lamp_facts, open_count, visible_hazards
from lantu.hazards.services.extension import RULE as EXTENSION_RULE
from lantu.hazards.states import OPEN_STATES
from lantu.monitoring.alerts.links import TakenUpLink, taken_up_links
from lantu.projects.lamp_facts import LampFactSource
from lantu.projects.lamp_facts import lamp_facts as lamp_sources
from lantu.projects.models import Project
from lantu.projects.strips import StripSource, project_strips

navigation.add(
    NavItem(
        key="hazards",
        label=gettext_lazy("隐患整改"),
        url_name="hazards:list",
        icon="shield-check",
        order=50,
        permission="hazards.read",
        thumb_permissions=("hazards.submit_reply", "hazards.supervisor_confirm", "hazards.recheck_major"),
        thumb_url_name="hazards:phone",
    )
)
project_tabs.add(
    ProjectTab(
        key="hazards",
        label=pgettext_lazy("list", "隐患"),
        url_name="hazards:project",
        icon="shield-check",
        order=40,
        permission="hazards.read",
    )
)
map_layers.add(
    MapLayer(
        key="hazards",
        label=gettext_lazy("未销隐患"),
        url_name="hazards:layer",
        order=40,
        kind="points",
        style="hazard",
        permission="hazards.read",
    )
)


def _facts(project: Project, reader: Any, now: datetime) -> list[tuple[Any, Any, str]]:
    if not may(reader, "hazards.read", project):
        return []
    latest = visible_hazards(reader).filter(project=project).order_by("-opened_at").first()
    tab = reverse("hazards:project", args=[project.code])
    rows: list[tuple[Any, Any, str]] = [
        (_("未销隐患"), _("%(n)d 项") % {"n": open_count(reader, project)}, tab)
    ]
    if latest is not None:
        rows.append(
            (
                _("最近隐患"),
                f"{retell(latest.title)}（{latest.get_state_display()}）",
                latest.get_absolute_url(),
            )
        )
    return rows


project_facts.add(ProjectFact(key="hazards", read=_facts, order=40))


def _search(reader: Any, words: str, limit: int) -> list[tuple[str, str, str]]:
    if not may(reader, "hazards.read"):
        return []
    found = filtered_hazards(reader, HazardFilter(words=words), now=timezone.now())[:limit]
    return [
        (
            retell(hazard.title),
            f"{hazard.project.name} · {hazard.get_state_display()}",
            hazard.get_absolute_url(),
        )
        for hazard in found
    ]


search_sources.add(SearchSource(key="hazards", label=pgettext_lazy("list", "隐患"), find=_search, order=40))


def _taken_up(number: int, reader: Any) -> tuple[str, str] | None:
    hazard = visible_hazards(reader).filter(pk=number).select_related("duty__holder").first()
    if hazard is None or not may(reader, "hazards.read"):
        return None
    words = f"{hazard.order_no or retell(hazard.title)} · {hazard.get_state_display()}"
    if hazard.is_open and hazard.duty is not None:
        words = f"{words} · {hazard.duty.holder}"
    return words, hazard.get_absolute_url()


taken_up_links.add(TakenUpLink(key="hazards.hazard", show=_taken_up, order=40))
lamp_sources.add(
    LampFactSource(
        key="hazards",
        read=lambda project_ids, now: lamp_facts(list(project_ids), now),
        order=40,
        recompute_on=(
            "hazards.hazard_opened",
            "hazards.grade_raised",
            "hazards.hazard_confirmed",
            "hazards.hazard_closed",
            "hazards.hazard_marked_false",
            "hazards.hazard_merged",
            "hazards.hazard_voided",
            "hazards.hazard_regraded",
            "hazards.hazard_reopened",
            "hazards.dispute_decided",
        ),
    )
)

workflow_models.add("hazards.Hazard", is_open=Q(state__in=OPEN_STATES))
workflow_models.add("hazards.LookBack", is_open=Q(done_at=None))
extension_rules.add(EXTENSION_RULE)
project_strips.add(StripSource(key="hazards", read=hazard_strips, order=10))
name_events({kind: text for kind, (text, _tone) in WORDS.items()})
public_pages.add(
    PublicPage(
        key="listed",
        label=gettext_lazy("重大隐患挂牌督办"),
        icon="gavel",
        address=lambda now: reverse("hazards:listed"),
        order=40,
    )
)
