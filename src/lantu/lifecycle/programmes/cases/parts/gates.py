"""Gates: which template they followed, and how many working days each document and gate really took."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lantu.core.refusals import Refused
from lantu.lifecycle.gates.book import template_named
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep
from lantu.lifecycle.gates.services.open_gates import open_gates
from lantu.lifecycle.programmes.cases.registry import Content, Foreseen, Line, Target, offset_of
from lantu.projects.models import Project, Stage


def take(project: Project, start: date) -> Content | None:
    """The plan of the project's gates with the observed days."""
    plan = GatePlan.objects.filter(project=project).first()
    if plan is None:
        return None
    gates = [
        {
            "stage": gate.stage,
            "passed_offset": None if gate.passed_on is None else offset_of(start, gate.passed_on),
        }
        for gate in Gate.objects.filter(plan=plan).order_by("number")
    ]
    steps = [
        {
            "code": step.code,
            "label": step.label,
            "label_en": step.label_en,
            "stage": step.gate.stage,
            "term": step.term,
            "took_days": step.took_days,
            "hard": step.hard,
        }
        for step in GateStep.objects.filter(project=project)
        .select_related("gate")
        .order_by("gate__number", "order")
    ]
    return {
        "template": plan.template,
        "template_version": plan.template_version,
        "gates": gates,
        "steps": steps,
    }


def foresee(content: Content, target: Target) -> Foreseen:
    """The gates at the days that the case suggests; deadlines in force remain those of the law."""
    problem = ""
    if GatePlan.objects.filter(project=target.project).exists():
        problem = _("这个项目已经建立了关口。")
    else:
        try:
            template_named(content["template"])
        except Refused as refused:
            problem = str(refused)
    labels = {str(key): str(label) for key, label in Stage.choices}
    lines = [
        Line(
            what=_("%(stage)s关口") % {"stage": labels.get(gate["stage"], gate["stage"])},
            offset=gate["passed_offset"],
            on=None if gate["passed_offset"] is None else target.day(gate["passed_offset"]),
            note=_("要件 %(n)d 项") % {"n": sum(step["stage"] == gate["stage"] for step in content["steps"])},
        )
        for gate in content["gates"]
    ]
    return Foreseen(lines=lines, problem=problem)


def make(content: Content, target: Target) -> str:
    """Open the gates from the same template of the pack."""
    plan = open_gates(target.project, actor=target.by, now=target.now, template=content["template"])
    return _("已按模板“%(name)s”建立关口 %(n)d 个") % {"name": content["template"], "n": plan.gates.count()}
