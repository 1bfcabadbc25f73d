"""The templates of the pack, for everybody to read: gates, documents, terms with their basis, and the graph."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing
from lantu.lifecycle.gates.book import book, lane_words, spoken, tender_book
from lantu.lifecycle.gates.drawing import draw
from lantu.lifecycle.gates.planning import term_text
from lantu.lifecycle.gates.tendering import rule_name
from lantu.packs.gates import Matter, Template
from lantu.projects.models import Stage


@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """All templates, with the rules of tendering below."""
    require(request.user, "lifecycle.gates_read")
    rows = [
        {
            "code": one.code,
            "label": spoken(one.label, one.label_en),
            "steps": len(one.matters),
            "hard": sum(matter.hard for matter in one.matters.values()),
            "links": len(one.graph.links),
            "named": [spoken(link.label, link.label_en) for link in one.named],
        }
        for one in book().templates.values()
    ]
    rules = [
        {"name": rule_name(rule), "basis": rule.basis, "mark": rule.mark} for rule in tender_book().rules
    ]
    context = {"rows": rows, "book": book(), "rules": rules, "tender": tender_book()}
    return render(request, "lifecycle/gates/templates.html", context)


@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One template with its graph."""
    require(request.user, "lifecycle.gates_read")
    found = book().templates.get(code)
    if found is None:
        raise Missing("gates.unknown_template", _("没有这个关口模板。"))
    lanes = lane_words()
    gates = [
        {
            "label": str(Stage(gate.stage).label),
            "lead": gate.lead,
            "after": [str(Stage(one).label) for one in gate.after],
            "matters": [_shown(found.matters[one], found, lanes) for one in gate.matters],
        }
        for gate in found.gates
    ]
    context = {
        "label": spoken(found.label, found.label_en),
        "template": found,
        "gates": gates,
        "book": book(),
        "drawing": _drawing(found, lanes),
    }
    return render(request, "lifecycle/gates/template.html", context)


def _shown(matter: Matter, template: Template, lanes: dict[str, str]) -> dict[str, Any]:
    text = term_text(matter)
    unit = text.lstrip("0123456789")
    return {
        "label": spoken(matter.label, matter.label_en),
        "lane": lanes[matter.lane],
        "unit": matter.unit,
        "hard": matter.hard,
        "may_wait": matter.may_wait,
        "amount": text.removesuffix(unit),
        "term_unit": unit,
        "after": [
            spoken(template.matters[one].label, template.matters[one].label_en)
            for one in template.graph.needs(matter.code)
        ],
        "basis": matter.basis,
        "mark": matter.mark,
    }


def _drawing(template: Template, lanes: dict[str, str]) -> Any:
    return draw(
        template.graph,
        labels={code: spoken(one.label, one.label_en) for code, one in template.matters.items()},
        lanes=lanes,
        tones={},
        hard={code: one.hard for code, one in template.matters.items()},
        titles={code: one.basis for code, one in template.matters.items()},
    )
