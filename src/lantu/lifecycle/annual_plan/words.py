"""Events, scores and moves of annual plans in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.models import Event
from lantu.lifecycle.annual_plan.rules import label, plan_rules
from lantu.projects.models import Category, PlanClass
from lantu.ui.tags.numbers import money

EVENTS: dict[str, tuple[str | Promise, str]] = {
    "plans.plan_opened": (gettext_lazy("建立年度计划"), ""),
    "plans.limits_set": (gettext_lazy("调整约束"), "warn"),
    "plans.version_made": (gettext_lazy("形成计划版次"), "ok"),
    "plans.sent_back": (gettext_lazy("计划退回平衡"), "bad"),
    "plans.rows_imported": (gettext_lazy("批量加入计划项目"), ""),
    "plans.record_asked": (gettext_lazy("提请核对已下达的计划"), ""),
    "plans.record_returned": (gettext_lazy("退回已下达计划的补录"), "bad"),
    "plans.proposal_made": (gettext_lazy("新增计划申报"), ""),
    "plans.proposal_changed": (gettext_lazy("修改计划申报"), ""),
    "plans.proposal_moved": (gettext_lazy("计划申报流转"), ""),
    "plans.element_ticked": (gettext_lazy("签署要素意见"), "ok"),
    "plans.project_planned": (gettext_lazy("列入年度计划"), "ok"),
    "plans.project_appraised": (gettext_lazy("年终考核"), "ok"),
}


def lines(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Event, label and tone for the time line of a page."""
    return [
        {"event": e, "label": EVENTS.get(e.kind, (e.kind, ""))[0], "tone": EVENTS.get(e.kind, ("", ""))[1]}
        for e in events
    ]


def score_sections(stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The stored lines under their sections, with what each rests on in words."""
    rules = plan_rules().score
    by_key = {(line["section"], line["key"]): line for line in stored}
    found = []
    for section in rules:
        rows = []
        for line in section.lines:
            kept = by_key.get((section.key, line.key))
            if kept is not None:
                rows.append({**kept, "label": label(line), "words": why_words(kept["why"])})
        got = sum(row["got"] for row in rows)
        found.append({"label": label(section), "weight": section.weight, "got": round(got, 1), "rows": rows})
    return found


def why_words(why: Mapping[str, Any]) -> str:
    """What a line of the score rests on."""
    match why.get("code"):
        case "approval_done":
            return _("已有：%(item)s %(number)s") % {"item": why["item"], "number": why["number"]}
        case "approval_pending":
            return _("办理中：%(item)s") % {"item": why["item"]}
        case "approval_missing":
            return _("没有登记")
        case "elements":
            return _("落实 %(met)s / %(all)s 项") % {"met": why["met"], "all": why["all"]}
        case "benefit":
            return _("专家打分 %(given)s") % {"given": why["given"]}
        case "benefit_missing":
            return _("专家尚未打分")
        case "funds":
            return _("已有来源 %(have)s，需 %(need)s") % {
                "have": money(Decimal(why["have"])), "need": money(Decimal(why["need"])),
            }  # fmt: skip
        case "code_good":
            return str(why["value"])
        case _:
            return _("代码格式不符")


def return_reasons(state: str) -> list[tuple[str, str]]:
    """The reason codes with which a proposal can be sent back from a state."""
    return [(r.key, label(r)) for r in plan_rules().return_reasons if state in r.states]


def return_word(code: str) -> str:
    return next((label(r) for r in plan_rules().return_reasons if r.key == code), code)


def move_rows(moves: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What moved, in words: kind, before and after as people read them."""
    return [
        {**move, **dict(zip(("label", "tone", "was", "now"), _move_words(move), strict=True))}
        for move in moves
    ]


def _move_words(move: Mapping[str, Any]) -> tuple[str, str, str, str]:
    before, after = str(move["before"]), str(move["after"])
    match move["kind"]:
        case "in":
            return _("列入"), "ok", "—", _amount(after)
        case "out":
            return _("移出"), "bad", _amount(before), "—"
        case "amount":
            return _("年度投资"), "warn", _amount(before), _amount(after)
        case "class":
            return _("计划类别"), "warn", str(PlanClass(before).label), str(PlanClass(after).label)
        case _:
            return _("投资类别"), "warn", str(Category(before).label), str(Category(after).label)


def _amount(yuan: str) -> str:
    return str(money(Decimal(yuan))) if yuan else ""
