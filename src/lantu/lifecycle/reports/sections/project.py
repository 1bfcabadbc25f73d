"""The one-pager of a project: what it is, where it stands, what it costs, what it waits for."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.core.models import Event
from lantu.duties.models import Duty
from lantu.duties.selectors import by_consequence
from lantu.lifecycle.programmes.selectors import programmes_of
from lantu.lifecycle.reports.content import Asking, Section, Values, cell, curve, pct, table
from lantu.projects.areas import area_name
from lantu.projects.models import Lamp, MonthlyFigure, Party, Project
from lantu.projects.overview import stage_line, truths_of
from lantu.ui.tags.numbers import money

PLAIN = (("", "l"), ("", "l"))
MOST_DUTIES = 6
MONTHS_SHOWN = 12


def facts(asking: Asking) -> Section:
    """What the project is and who answers for it."""
    project: Project = asking.project
    parties = Party.objects.filter(project=project).select_related("organisation", "contact")
    lines: list[list[Any]] = [
        [_("项目代码"), project.code],
        [
            _("投资类别"),
            f"{project.get_category_display()} · {project.get_plan_class_display()} · {project.get_sector_display()}",
        ],
        [_("建设地点"), " ".join(part for part in (area_name(project.area_code), project.address) if part)],
        [_("建设内容及规模"), project.summary[:400]],
        [_("建设工期"), f"{project.planned_start_on or '—'} — {project.planned_finish_on or '—'}"],
        [_("年度目标"), project.annual_goal],
        [_("建设单位"), project.owner_org.name],
    ]
    lines += [
        [str(Party.Role(row.role).label), row.organisation.name]
        for row in parties
        if row.role != Party.Role.OWNER
    ]
    return Section(key="facts", title=_("项目概况"), tables=[table("", PLAIN, lines)])


def stages(asking: Asking) -> Section:
    """The six stages as one line."""
    project: Project = asking.project
    changes = Event.objects.filter(
        subject_type="projects.project", subject_id=project.pk, kind="projects.project_changed",
        payload__changes__has_key="stage",
    ).order_by("at", "id")  # fmt: skip
    words = {"done": _("已完成"), "now": _("进行中"), "todo": _("未开始")}
    lines = [
        [
            step.label,
            words[step.state],
            " ".join(part for part in (step.first, step.second) if part),
            step.badge,
        ]
        for step in stage_line(project, list(changes))
    ]
    columns = ((_("阶段"), "l"), (_("状态"), "l"), (_("时间"), "l"), (_("说明"), "l"))
    return Section(key="stages", title=_("六阶段"), tables=[table("", columns, lines)])


def truths(asking: Asking) -> Section:
    """The three truths side by side, each with the month that it stands for."""
    project: Project = asking.project
    found = truths_of(project)
    month = f"{project.latest_month:%Y-%m}" if project.latest_month else "—"
    url = reverse("projects:months", args=[project.code])
    at = timezone.localtime(project.updated_at)
    shared: Values = {
        "unit": "",
        "as_of": at.isoformat(timespec="minutes"),
        "as_of_text": month,
        "rows": url,
    }

    def number(name: str, label: Any, text: str, definition: Any, value: Any) -> Values:
        return shared | {
            "name": name,
            "label": str(label),
            "text": text,
            "value": None if value is None else float(value),
            "definition": str(definition),
        }

    figures = [
        number("project.total_investment", _("总投资"), money(project.total_investment_yuan), _("批复总投资"), project.total_investment_yuan),
        number("project.physical", _("形象进度"), pct(_plain(found.physical)), _("最近一月报送的形象进度"), found.physical),
        number("project.planned", _("序时进度"), pct(_plain(found.planned)), _("按计划工期应达到的进度"), found.planned),
        number("project.invested", _("完成投资"), money(project.invested_yuan), _("开工以来累计完成投资"), project.invested_yuan),
        number("project.paid", _("支付"), money(project.paid_yuan), _("开工以来累计支付"), project.paid_yuan),
    ]  # fmt: skip
    months = list(MonthlyFigure.objects.filter(project=project).order_by("-month")[:MONTHS_SHOWN])[::-1]
    chart = curve(
        _("逐月进度（%）"),
        (_("形象进度"), _("序时进度")),
        [(f"{row.month:%Y-%m}", _plain(row.physical_pct), _plain(row.planned_pct)) for row in months],
        "%",
    )
    lamp = _("灯色：%(lamp)s%(why)s") % {
        "lamp": Lamp(project.lamp).label,
        "why": f"（{project.lamp_words}）" if project.lamp_words else "",
    }
    return Section(
        key="truths",
        title=_("进度与资金"),
        paragraphs=[lamp, *found.questions],
        figures=figures,
        charts=[chart] if months else [],
    )


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)


def waiting(asking: Asking) -> Section | None:
    """The balls in the air: open duties, gravest first, with whoever holds them."""
    project: Project = asking.project
    rows = Duty.objects.filter(project=project, closed_at=None).select_related("holder", "unit")
    lines = [
        [
            cell(duty.title, duty.action_url),
            f"{duty.unit} {duty.holder}",
            f"{timezone.localtime(duty.due_at):%Y-%m-%d}",
        ]
        for duty in by_consequence(rows, asking.now)[:MOST_DUTIES]
    ]
    if not lines:
        return None
    columns = ((_("事项"), "l"), (_("责任人"), "l"), (_("时限"), "l"))
    note = _("共 %(n)d 项未结，列最要紧的 %(most)d 项。") % {"n": rows.count(), "most": len(lines)}
    return Section(key="waiting", title=_("待办与责任"), tables=[table("", columns, lines, note=note)])


def programmes(asking: Asking) -> Section | None:
    """The programmes that the project belongs to."""
    rows = programmes_of(asking.project, asking.reader)
    lines = [
        [cell(row.programme.name, row.programme.get_absolute_url()), str(row.joined_on), row.join_reason]
        for row in rows
    ]
    columns = ((_("行动计划"), "l"), (_("纳入"), "l"), (_("理由"), "l"))
    return (
        Section(key="programmes", title=_("行动计划"), tables=[table("", columns, lines)]) if rows else None
    )
