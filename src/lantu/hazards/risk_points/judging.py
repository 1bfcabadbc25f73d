"""From what was entered about a piece of work to its level, in the words of the national pack."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.calc.dangerous_works import Compare, Condition, Level, Verdict, judge, scheme_gaps
from lantu.core.refusals import Unacceptable
from lantu.hazards.risk_points.models import RiskPoint
from lantu.packs.load import national
from lantu.packs.safety import DangerousWorks, Parameter, WorkKind

PASSED = ("passed", "passed_after_changes")
_SIGNS = {Compare.AT_LEAST: "≥", Compare.MORE_THAN: ">", Compare.LESS_THAN: "<"}


def works() -> DangerousWorks:
    """The lists as the national pack states them."""
    return national().dangerous_works


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def name_of(named: Any) -> str:
    """The name of a pack's row in the reader's language."""
    return str(named.name_en if in_english() and named.name_en else named.name)


def kind_of(code: str) -> WorkKind:
    """The kind of work. Raises Unacceptable for a code that the pack does not know."""
    found = works().kinds.get(code)
    if found is None:
        raise Unacceptable(
            "risk_points.unknown_kind",
            _("作业类别“%(code)s”不存在。") % {"code": code[:40]},
            remedy=_("请从列表中选择作业类别。"),
            field="kind",
        )
    return found


def parameters_of(kind: WorkKind) -> list[Parameter]:
    """What the two lists ask about this kind of work, in their order."""
    if kind.rule is None:
        return []
    return [works().parameters[key] for key in kind.rule.parameters()]


def clean_parameters(kind: WorkKind, given: Mapping[str, Any]) -> dict[str, float | bool]:
    """What was entered, as numbers and truths; empty fields are left out. Raises Unacceptable naming the field."""
    found: dict[str, float | bool] = {}
    for parameter in parameters_of(kind):
        value = given.get(parameter.key)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        found[parameter.key] = _truth(parameter, value) if parameter.boolean else _number(parameter, value)
    return found


def _truth(parameter: Parameter, value: Any) -> bool:
    words = {
        "yes": True,
        "是": True,
        "true": True,
        "1": True,
        "no": False,
        "否": False,
        "false": False,
        "0": False,
    }
    if isinstance(value, bool):
        return value
    found = words.get(str(value).strip().lower())
    if found is None:
        raise Unacceptable(
            "risk_points.bad_parameter",
            _("“%(name)s”应填是或否。") % {"name": name_of(parameter)},
            remedy=_("请填“是”或“否”；不清楚的留空。"),
            field=parameter.key,
        )
    return found


def _number(parameter: Parameter, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not parameter.low <= number <= parameter.high or isinstance(value, bool):
        raise Unacceptable(
            "risk_points.bad_parameter",
            _("“%(name)s”应是 %(low)g 到 %(high)g 之间的数（%(unit)s）。")
            % {
                "name": name_of(parameter),
                "low": parameter.low,
                "high": parameter.high,
                "unit": parameter.unit,
            },
            remedy=_("请按设计文件填写；不清楚的留空。"),
            field=parameter.key,
        )
    return number


def verdict_of(kind: WorkKind, parameters: Mapping[str, Any]) -> Verdict:
    """The level; work that no list names is ordinary."""
    if kind.rule is None:
        return Verdict(Level.ORDINARY, Level.ORDINARY)
    return judge(kind.rule, parameters)


def judge_point(point: RiskPoint) -> Verdict:
    """Judge the point anew and write the outcome on it, with clause and version of the pack; does not save."""
    kind = kind_of(point.kind)
    verdict = verdict_of(kind, point.parameters)
    point.level = None if verdict.level is None else int(verdict.level)
    point.at_least = int(verdict.at_least)
    point.missing = list(verdict.missing)
    clauses = {Level.BEYOND: kind.beyond_clause, Level.DANGEROUS: kind.dangerous_clause}
    clause = clauses.get(verdict.at_least, "")
    point.clause = f"{works().basis} {clause}"[:200] if clause else ""
    point.pack_version = national().version
    return verdict


def condition_words(condition: Condition) -> str:
    """``开挖深度 ≥ 5 m`` for people."""
    parameter = works().parameters[condition.parameter]
    if parameter.boolean:
        return f"{name_of(parameter)}：{_('是') if condition.limit else _('否')}"
    return f"{name_of(parameter)} {_SIGNS[condition.compare]} {condition.limit:g} {parameter.unit}"


@dataclass(frozen=True, kw_only=True)
class VerdictWords:
    """``label``: the level or that it cannot be said; ``tone``: of the badge; ``reasons``, ``missing``: in words."""

    label: str
    tone: str
    clause: str
    reasons: list[str]
    missing: list[str]


def level_label(level: int | None, at_least: int = 0) -> tuple[str, str]:
    """Words and tone of a level."""
    if level is None:
        if at_least >= Level.DANGEROUS:
            return _("危大工程（是否超规模待补参数）"), "warn"
        return _("待补参数"), "warn"
    return {
        Level.ORDINARY: (_("一般作业"), ""),
        Level.DANGEROUS: (_("危大工程"), "warn"),
        Level.BEYOND: (_("超规模危大工程"), "bad"),
    }[Level(level)]


def verdict_words(point: RiskPoint) -> VerdictWords:
    """The stored verdict with the reasons that lead to it."""
    verdict = verdict_of(kind_of(point.kind), point.parameters)
    label, tone = level_label(point.level, point.at_least)
    return VerdictWords(
        label=label,
        tone=tone,
        clause=point.clause,
        reasons=[condition_words(reason) for reason in verdict.reasons],
        missing=missing_words(point),
    )


def missing_words(point: RiskPoint) -> list[str]:
    """Names of the parameters that are still to be entered."""
    return [name_of(works().parameters[key]) for key in point.missing]


def gaps_of(point: RiskPoint) -> list[str]:
    """What still stands against taking the point into control; empty when nothing does.

    危大工程 needs an approved special scheme with all nine sections; beyond scale, an expert review of at least five
    experts that was passed.
    """
    gaps = [_("缺少参数：%(name)s") % {"name": name} for name in missing_words(point)]
    if not point.controls:
        gaps.append(_("没有登记管控措施"))
    if point.at_least < Level.DANGEROUS:
        return gaps
    lacking = set(scheme_gaps(point.scheme_sections, [section.code for section in works().sections]))
    gaps += [
        _("专项方案缺“%(name)s”") % {"name": name_of(section)}
        for section in works().sections
        if section.code in lacking
    ]
    if point.scheme_approved_on is None:
        gaps.append(_("专项方案未审批"))
    if point.at_least == Level.BEYOND:
        least = works().experts_least
        if len(point.experts) < least:
            gaps.append(
                _("论证专家只有 %(n)d 名，至少 %(least)d 名") % {"n": len(point.experts), "least": least}
            )
        if point.expert_result not in PASSED or point.expert_reviewed_on is None:
            gaps.append(_("专家论证未通过或未登记"))
    return gaps
