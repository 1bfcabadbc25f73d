"""Gates that wait and the published appraisal in a bulletin; the gate line in a one-pager."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.lifecycle.checklists.selectors import month_scores
from lantu.lifecycle.gates.models import Gate
from lantu.lifecycle.gates.selectors import stage_line, visible_gates
from lantu.lifecycle.gates.states import RESTING_STATES, GateState
from lantu.lifecycle.reports.content import Asking, Section, cell, table
from lantu.projects.models import Stage

MOST_GATES = 40
MOST_SCORES = 60
# Only what somebody is working on: a gate not begun waits for nobody yet.
WAITING = (
    GateState.SUBMITTED,
    GateState.REVIEWING,
    GateState.RETURNED,
    GateState.HELD,
    GateState.CONDITIONAL,
)


def gates(asking: Asking) -> Section | None:
    """How many gates are open by stage, and those whose holder is past the deadline, oldest first."""
    today = timezone.localtime(asking.now).date()
    opened = visible_gates(asking.reader).filter(duty__isnull=False).exclude(state__in=RESTING_STATES)
    if not opened.exists():
        return None
    counted = {
        row["stage"]: row
        for row in Gate.objects.filter(pk__in=opened.order_by().values("pk"))
        .order_by()
        .values("stage")
        .annotate(all=Count("pk"), waiting=Count("pk", filter=Q(state__in=WAITING)), late=Count("pk", filter=Q(due_on__lt=today)))
    }  # fmt: skip
    labels = {str(key): str(label) for key, label in Stage.choices}
    numbers = [
        [labels[stage], counted[stage]["all"], counted[stage]["waiting"], counted[stage]["late"]]
        for stage in Stage.values
        if stage in counted
    ]
    late = list(
        opened.filter(due_on__lt=today)
        .select_related("project", "duty__holder", "duty__unit")
        .order_by("due_on", "pk")[:MOST_GATES]
    )
    lines = [
        [
            cell(gate.project.name, gate.get_absolute_url()),
            labels[gate.stage],
            str(gate.get_state_display()),
            f"{gate.duty.unit} {gate.duty.holder}" if gate.duty else "—",
            str(gate.due_on),
        ]
        for gate in late
    ]
    total = sum(row["all"] for row in counted.values())
    overdue = sum(row["late"] for row in counted.values())
    tables = [
        table(
            _("各关口在办情况"),
            ((_("关口"), "l"), (_("在办"), "r"), (_("待审或待补"), "r"), (_("超过时限"), "r")),
            numbers,
        )
    ]
    if lines:
        columns = (
            (_("项目"), "l"), (_("关口"), "l"), (_("状态"), "l"), (_("责任单位及责任人"), "l"), (_("时限"), "l"),
        )  # fmt: skip
        note = (
            ""
            if overdue <= len(lines)
            else _("共 %(n)d 项超过时限，列最早的 %(most)d 项。") % {"n": overdue, "most": len(lines)}
        )
        tables.append(table(_("超过时限的关口"), columns, lines, note=note))
    return Section(
        key="gates",
        title=_("关口办理"),
        paragraphs=[_("在办关口 %(n)d 个，其中超过时限 %(late)d 个。") % {"n": total, "late": overdue}],
        tables=tables,
    )


def appraisal(asking: Asking) -> Section | None:
    """Scores of the month, by peer group, once they are published."""
    assert asking.month is not None
    scores = month_scores(asking.month, asking.reader)
    if not scores:
        return None
    lines = [
        [
            cell(score.checklist.project.name, score.get_absolute_url()),
            score.peer_group,
            f"{score.total:.2f}",
            score.grade,
            "—" if score.rank is None else score.rank,
        ]
        for score in scores[:MOST_SCORES]
    ]
    columns = ((_("项目"), "l"), (_("同类组"), "l"), (_("总分"), "r"), (_("等次"), "l"), (_("名次"), "r"))
    return Section(
        key="appraisal",
        title=_("月度考核"),
        paragraphs=[_("%(month)s 考核已公布，共 %(n)d 份清单；同类组内排名，得分逐条可复算。") % {"month": f"{asking.month:%Y-%m}", "n": len(scores)}],
        tables=[table("", columns, lines)],
    )  # fmt: skip


def gate_line(asking: Asking) -> Section | None:
    """The six gates of a project: state, who has the ball since when, what is missing."""
    entries = stage_line(asking.project, asking.reader, asking.now)
    lines = [
        [
            cell(entry.label, entry.url),
            entry.state_label,
            f"{entry.unit} {entry.holder}".strip(),
            "—" if entry.since is None else f"{timezone.localtime(entry.since):%Y-%m-%d}",
            str(entry.passed_on or entry.due_on),
            "、".join(entry.missing),
        ]
        for entry in entries
    ]
    columns = (
        (_("关口"), "l"), (_("状态"), "l"), (_("责任人"), "l"), (_("自"), "l"), (_("通过／时限"), "l"), (_("缺件"), "l"),
    )  # fmt: skip
    return Section(key="gates", title=_("阶段关口"), tables=[table("", columns, lines)]) if lines else None
