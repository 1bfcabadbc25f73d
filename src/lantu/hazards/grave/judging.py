"""Whether a hazard is a major one 重大事故隐患: a person says so, by a clause; severity alone never does."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lantu.core.refusals import Refused
from lantu.hazards.models import Hazard
from lantu.hazards.states import Grade
from lantu.packs.load import national
from lantu.packs.major import MajorClause

SHORTEST_BASIS = 8


def major_clauses() -> list[MajorClause]:
    """The clauses of the national list, in its order."""
    return list(national().major_hazards.clauses.values())


def basis_of(clause: str, basis: str) -> tuple[str, str]:
    """(code of the clause, full text of the basis) for what a person chose and wrote.

    A clause of the list suffices; without one the basis must be written out. Raises Refused when there is neither.
    """
    clause, basis = clause.strip(), basis.replace("\x00", "").strip()
    listed = national().major_hazards
    if clause and clause not in listed.clauses:
        raise Refused(
            "hazards.unknown_clause",
            _("判定标准里没有这一条。"),
            remedy=_("请从列表里选择，或在“判定依据”里写明条款原文。"),
            field="major_clause",
            status=422,
        )
    if clause:
        chosen = listed.clauses[clause]
        text = f"{listed.document}（{listed.number}）{chosen.chapter}：{chosen.text}"
        return clause, f"{text}。{basis}" if basis else text
    if len(basis) < SHORTEST_BASIS:
        raise Refused(
            "hazards.basis_missing",
            _("判定为重大事故隐患须写明依据的条款：等级高不等于重大。"),
            remedy=_("请选择判定标准的条款，或写出条款原文；没有依据的，请定为“较大（橙）”。"),
            field="major_clause",
            status=422,
        )
    return "", basis[:4000]


def grade_hazard(hazard: Hazard, grade: int, *, clause: str = "", basis: str = "") -> None:
    """Set the grade of a locked hazard. Red by a person's judgement needs its basis; other grades lose it."""
    if grade not in Grade.values:
        raise Refused(
            "hazards.bad_grade",
            _("等级只能是 1（蓝）到 4（红）。"),
            remedy=_("请重新选择等级。"),
            field="grade",
            status=422,
        )
    if grade == Grade.RED:
        given = clause or basis or not hazard.major_basis
        if given:
            hazard.major_clause, hazard.major_basis = basis_of(clause, basis)
    else:
        hazard.major_clause = hazard.major_basis = ""
    hazard.grade = grade


def owes_plan(hazard: Hazard) -> bool:
    """Red and orange start with a plan; only a major one may not be answered without it."""
    return hazard.grade >= Grade.ORANGE
