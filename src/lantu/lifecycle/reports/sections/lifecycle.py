"""Programmes and milestones in a bulletin."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.lifecycle.programmes.models import ProgrammeMilestone
from lantu.lifecycle.programmes.selectors import programme_progress, visible_programmes
from lantu.lifecycle.programmes.states import CLOSED_MILESTONES, ProgrammeState
from lantu.lifecycle.reports.content import Asking, Section, bars, cell, pct, table
from lantu.lifecycle.reports.sections.city import next_month
from lantu.lifecycle.schedule.selectors import open_milestones
from lantu.projects.progress import month_end
from lantu.projects.selectors import visible_projects

MOST_MILESTONES = 60


def programmes(asking: Asking) -> Section | None:
    """Programmes in force with their roll-up."""
    rows = list(visible_programmes(asking.reader).filter(state=ProgrammeState.IN_FORCE))
    if not rows:
        return None
    lines, items = [], []
    for programme in rows:
        found = programme_progress(programme, asking.now, asking.reader)
        rolled = found.rolled
        lines.append(
            [
                cell(programme.name, programme.get_absolute_url()),
                rolled.members,
                pct(rolled.physical_pct),
                pct(rolled.planned_pct),
                found.states["behind"],
                pct(rolled.covered_pct),
                str(programme.lead_unit),
            ]
        )
        items.append((programme.name, rolled.physical_pct, rolled.planned_pct))
    columns = (
        (_("行动计划"), "l"), (_("成员"), "r"), (_("形象进度"), "r"), (_("序时进度"), "r"), (_("滞后"), "r"),
        (_("覆盖投资"), "r"), (_("牵头单位"), "l"),
    )  # fmt: skip
    return Section(
        key="programmes",
        title=_("行动计划"),
        charts=[bars(_("行动计划加权进度（%）"), (_("形象进度"), _("序时进度")), items, "%")],
        tables=[table(_("执行中的行动计划"), columns, lines)],
    )


def milestones(asking: Asking) -> Section | None:
    """What is due next month: shared milestones of programmes, and milestones of schedules in force."""
    assert asking.month is not None
    first = next_month(asking.month)
    last = month_end(first)
    lines: list[tuple[Any, ...]] = []
    shared = (
        ProgrammeMilestone.objects.filter(
            programme__in=visible_programmes(asking.reader)
            .filter(state=ProgrammeState.IN_FORCE)
            .values("pk"),
            due_on__lte=last,
        )
        .exclude(state__in=CLOSED_MILESTONES)
        .select_related("programme", "owner__organisation")
        .order_by("due_on", "pk")
    )
    for row in shared[:MOST_MILESTONES]:
        unit = row.owner.organisation
        late = _("（已逾期）") if row.due_on < timezone.localtime(asking.now).date() else ""
        lines.append(
            (row.due_on, f"{row.due_on}{late}", cell(row.name, row.get_absolute_url()), row.programme.name, str(unit or "—"))
        )  # fmt: skip
    end = timezone.make_aware(datetime.combine(last, time.max))
    projects = list(visible_projects(asking.reader).values_list("pk", flat=True))
    for activity in open_milestones(projects, until=end)[:MOST_MILESTONES]:
        project = activity.schedule.project
        assert activity.early_finish_at is not None
        day = timezone.localtime(activity.early_finish_at).date()
        lines.append(
            (day, str(day), cell(activity.name, project.get_absolute_url()), project.name, str(activity.owner or "—"))
        )  # fmt: skip
    if not lines:
        return None
    columns = ((_("时限"), "l"), (_("节点"), "l"), (_("行动计划／项目"), "l"), (_("责任单位"), "l"))
    lines.sort(key=lambda line: line[0])
    return Section(
        key="milestones",
        title=_("下月到期节点"),
        paragraphs=[
            _("%(month)s 月底前应完成的节点 %(n)d 个。") % {"month": f"{first:%Y-%m}", "n": len(lines)}
        ],
        tables=[table("", columns, [line[1:] for line in lines])],
    )
