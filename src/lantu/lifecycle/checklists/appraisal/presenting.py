"""What the pages, the report and the API say of a month: the same rows for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.permissions import BUREAU
from lantu.accounts.scopes import roles_of
from lantu.lifecycle.checklists import selectors
from lantu.lifecycle.checklists.appraisal import guards
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalAppeal,
    AppraisalMonth,
    AppraisalScore,
    ChecklistFact,
    ChecklistQuestion,
)
from lantu.lifecycle.checklists.appraisal.states import RunState
from lantu.lifecycle.checklists.appraisal.words import word_of
from lantu.lifecycle.checklists.months import closing, following_day, own_day, rules
from lantu.projects.selectors import visible_projects

FORMULAS = {
    "plan": gettext_lazy("满分 × min(1, Σ权重×实际 ÷ Σ权重×计划)"),
    "nodes": gettext_lazy(
        "满分 × Σ权重×及时率 ÷ Σ到期节点权重；及时率 = max(0.5, 1 − 0.03×滞后天数)，未达到为 0"
    ),
    "safety": gettext_lazy("满分 × 按时办结 ÷ 本月到期（隐患与预警责任，按率不按数）"),
    "problems": gettext_lazy("满分 × 按时办结 ÷ 本月到期（其他责任）"),
    "data": gettext_lazy("满分 × Σ权重×证据等级分 ÷ Σ权重；逾期填报、来源不一致各扣两成"),
}
TALKS = {
    "bottom_below_plan": gettext_lazy("同类末两位且低于计划"),
    "twice_below": gettext_lazy("连续两月低于 60 分"),
}


def peers_of() -> dict[str, str]:
    """Names of the peer groups by key, in the order of the pack."""
    return {key: word_of(group) for key, group in rules().peer_groups.items()}


def lines_of(score: AppraisalScore, facts: Sequence[ChecklistFact]) -> list[dict[str, Any]]:
    """The lines with their words, formulas and the facts that they open to."""
    by_code = {fact.code: fact for fact in facts}
    parts = rules().parts
    return [
        line
        | {
            "name": word_of(parts[line["part"]]),
            "formula": FORMULAS[line["part"]],
            "facts": [by_code[code] for code in line["rows"] if code in by_code],
        }
        for line in score.lines
    ]


def adjustment_words(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored adjustments with their reasons in words."""
    known = rules()
    words = {**known.exclusions, **known.deductions, known.veto.key: known.veto}
    return [
        {
            **row,
            "kind_label": AppraisalAdjustment.Kind(row["kind"]).label,
            "code_label": word_of(words[row["code"]]) if row["code"] in words else row["code"],
        }
        for row in rows
    ]


def calendar_of(run: AppraisalMonth) -> list[tuple[Any, datetime, bool]]:
    """The steps of the month with their days, and whether each is behind."""
    days = rules().calendar
    order = list(RunState)
    at = order.index(RunState(run.state))
    return [
        (_("预填"), closing(own_day(run.month, days.prefill_day)), True),
        (_("核对差异"), closing(own_day(run.month, days.correct_by_day)), at > 0),
        (_("异常复核"), closing(following_day(run.month, days.review_by_day)), at > 1),
        (_("冻结"), closing(following_day(run.month, days.freeze_day)), at > 1),
        (_("评分"), closing(following_day(run.month, days.score_day)), at > 2),
        (_("申诉截止"), closing(following_day(run.month, days.appeal_by_day)), at > 3),
        (_("公布"), closing(following_day(run.month, days.publish_day)), at > 3),
    ]


def groups_of(scores: Sequence[AppraisalScore]) -> list[tuple[str, list[AppraisalScore]]]:
    """Scores by peer group, in the order of the pack; the unranked at the end of each."""
    names = peers_of()
    return [
        (
            names[key],
            sorted(
                (one for one in scores if one.peer_group == key),
                key=lambda one: (one.rank is None, one.rank or 0, -one.total),
            ),
        )
        for key in names
        if any(one.peer_group == key for one in scores)
    ]


def month_view(run: AppraisalMonth, reader: Any, *, now: datetime, only: str = "") -> dict[str, Any]:
    """Everything that the page of a month shows. ``only``: "below" keeps the scores below plan, "nodes" adds the nodes due."""
    scores = selectors.current_scores(run, reader)
    if only == "below":
        scores = [one for one in scores if one.below_plan]
    mine = visible_projects(reader)
    bureau = bool(roles_of(reader) & BUREAU)
    questions = list(
        ChecklistQuestion.objects.filter(fact__run=run, fact__checklist__project__in=mine)
        .select_related("fact__item", "fact__checklist__project", "person")
        .order_by("answered_at", "pk")
    )
    odd = (
        run.facts.filter(checklist__project__in=mine, state__in=["open", "returned", "verifying", "disputed"])
        .select_related("item", "checklist__project", "reporter", "verifier", "sheet")
        .order_by("state", "checklist_id", "item__order")
    )
    known = rules()
    return {
        "run": run,
        "only": only if only in ("below", "nodes") else "",
        "nodes": selectors.due_nodes(reader, run) if only == "nodes" else None,
        "calendar": calendar_of(run),
        "counts": selectors.counts_of(run, now),
        "groups": groups_of(scores),
        "talks": [(one, TALKS.get(one.talk, one.talk)) for one in scores if one.talk],
        "questions": [(one, guards.words(one.guard, one.values)) for one in questions],
        "waiting": list(odd[:200]),
        "sampled": list(
            run.facts.filter(sampled=True, checklist__project__in=mine).select_related("item", "checklist__project")
        ),
        "adjustments": adjustments_of(run, reader),
        "appeals": list(
            AppraisalAppeal.objects.filter(fact__run=run, fact__checklist__project__in=mine).select_related(
                "fact__item", "fact__checklist__project", "asked_by", "decided_by"
            )
        ),
        "corrections": list(run.corrections.select_related("fact__run", "fact__checklist__project", "made_by")),
        "published": run.state == RunState.PUBLISHED,
        "bureau": bureau,
        "checklists": sorted(
            {fact.checklist for fact in run.facts.select_related("checklist__project").distinct("checklist")},
            key=lambda one: one.pk,
        )
        if bureau and run.state in (RunState.REPORTING, RunState.REVIEW, RunState.FROZEN)
        else [],
        "codes": [
            *((f"exclusion:{key}", _("扣除外因：%(name)s") % {"name": word_of(one)}) for key, one in known.exclusions.items()),
            *((f"deduction:{key}", _("扣分：%(name)s") % {"name": word_of(one)}) for key, one in known.deductions.items()),
            (f"veto:{known.veto.key}", _("一票否决：%(name)s") % {"name": word_of(known.veto)}),
            ("bonus:praise", _("加减分")),
        ],
        "next": {
            RunState.REPORTING: ("review", _("开始复核")),
            RunState.REVIEW: ("freeze", _("冻结数据")),
            RunState.FROZEN: ("score", _("评分")),
            RunState.SCORED: ("publish", _("公布")),
        }.get(RunState(run.state)),
    }  # fmt: skip


def adjustments_of(run: AppraisalMonth, reader: Any) -> list[dict[str, Any]]:
    """Adjustments of the month that the reader may see; agreed ones are printed for everybody who sees the report."""
    rows = run.adjustments.filter(checklist__project__in=visible_projects(reader)).select_related(
        "fact__item", "checklist__project", "proposed_by", "decided_by"
    )
    return adjustment_words(
        {
            "pk": one.pk, "kind": one.kind, "code": one.code, "item": f"{one.fact.code} {one.fact.item.title}" if one.fact else "",
            "points": float(one.points), "reason": one.reason, "document_no": one.document_no,
            "project": one.checklist.project.name, "proposed_by": str(one.proposed_by),
            "decided_by": str(one.decided_by) if one.decided_by else "", "agreed": one.agreed,
        }
        for one in rows
    )  # fmt: skip
