"""Samples of checklists and the monthly appraisal for the access table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from lantu.lifecycle.checklists.appraisal import services
from lantu.lifecycle.checklists.appraisal.models import ChecklistQuestion
from lantu.lifecycle.checklists.imports.services import preview_import
from lantu.lifecycle.checklists.tests.stories import (
    ISSUED,
    YEAR,
    at,
    change,
    frozen,
    in_force,
    opened,
    sheet_of,
)
from lantu.lifecycle.checklists.tests.test_imports import excel

World = SimpleNamespace


def checklist_samples(cast: Any, site: Any) -> dict[str, Any]:
    """A checklist in force; May is scored and appealed, June has just been filled in."""
    checklist = in_force(cast, site)
    run = opened(cast)
    sheet = sheet_of(cast.contractor)
    # A jump to the end on the last day: a guard asks.
    services.report_sheet(sheet, changes=change(sheet, "2.1", "100"), by=cast.contractor, now=at(5, 28))
    fact = run.facts.get(code="2.1")
    adjustment = services.propose_adjustment(
        run, checklist, kind="bonus", code="praise", points=Decimal(1), reason="省级通报表扬", document_no="鲁发改〔2026〕1号",
        by=cast.officer, now=at(5, 29),
    )  # fmt: skip
    services.decide_adjustment(adjustment, agreed=True, by=cast.director, now=at(5, 29))
    run = services.score_month(frozen(cast, run), by=cast.officer, now=at(6, 5))
    appeal = services.appeal(
        run.facts.get(code="1.2"), wanted_pct=Decimal(40), reason="验收记录漏报", by=cast.owner, now=at(6, 6)
    )
    services.open_month(date(YEAR, 6, 1), by=cast.officer, now=at(6, 9))
    return {
        "checklist": checklist,
        "checklist_item": checklist.items.get(code="2.1"),
        "checklist_sheet": sheet_of(cast.owner),
        "checklist_fact": fact,
        "checklist_question": ChecklistQuestion.objects.filter(fact=fact).first(),
        "checklist_import": preview_import(
            project=site, year=YEAR + 1, content=excel(), name="清单.xlsx", by=cast.officer, now=ISSUED
        ),
        "appraisal": run,
        "appraisal_score": run.scores.get(),
        "appraisal_appeal": appeal,
        "appraisal_adjustment": adjustment,
    }


def _pk(name: str) -> Callable[[World], dict[str, Any]]:
    return lambda w: {"pk": getattr(w, name).pk}


CHECKLIST_PAGES: dict[str, Callable[[World], dict[str, Any]]] = {
    "lifecycle:checklists_project": lambda w: {"code": w.site.code},
    "lifecycle:checklists_new": lambda w: {"code": w.site.code},
    "lifecycle:checklists_detail": _pk("checklist"),
    "lifecycle:checklists_compare": _pk("checklist"),
    "lifecycle:checklists_act": lambda w: {"pk": w.checklist.pk, "verb": "submit"},
    "lifecycle:checklists_item": lambda w: {"pk": w.checklist.pk, "item": w.checklist_item.pk},
    "lifecycle:checklists_import": _pk("checklist_import"),
    "lifecycle:checklists_sheet": _pk("checklist_sheet"),
    "lifecycle:checklists_pass_on": lambda w: {"pk": w.checklist_fact.pk, "verb": "bounce"},
    "lifecycle:checklists_correct": _pk("checklist_fact"),
    "lifecycle:checklists_question": _pk("checklist_question"),
    "lifecycle:appraisal_score": _pk("appraisal_score"),
    "lifecycle:appraisal_appeal": _pk("appraisal_appeal"),
    "lifecycle:appraisal_adjustment": _pk("appraisal_adjustment"),
    **{
        f"lifecycle:appraisal_{name}": lambda w: {"month": str(w.appraisal), "verb": "publish"}
        for name in ("month", "paper", "word", "excel", "propose", "step")
    },
}
CHECKLIST_API: dict[str, Callable[[World], dict[str, Any]]] = {
    "/checklists/sheets/": _pk("checklist_sheet"),
    "/checklists/facts/": _pk("checklist_fact"),
    "/checklists/questions/": _pk("checklist_question"),
    "/checklists/imports/": _pk("checklist_import"),
    "/checklists/{pk}": _pk("checklist"),
    "/appraisals/appeals/": _pk("appraisal_appeal"),
    "/appraisals/adjustments/": _pk("appraisal_adjustment"),
    "/appraisals/": lambda w: {"month": str(w.appraisal)},
}
_ITEM = {
    "code": "1", "title": "任务", "owner": "owner", "verifier": "officer", "weight": 100, "start_on": "2027-01-01",
    "due_on": "2027-12-31",
}  # fmt: skip
CHECKLIST_BODIES: dict[str, Callable[[World], Any]] = {
    "POST /checklists": lambda w: {"project": w.site.code, "year": 2028, "items": [_ITEM]},
    "PUT /checklists/{pk}/items": lambda w: {"edited_no": w.checklist.edited_no, "items": [_ITEM]},
    "POST /checklists/{pk}/act": lambda w: {"verb": "submit"},
    "POST /checklists/imports": lambda w: {"project": w.site.code, "year": 2026},
    "POST /checklists/imports/{pk}/mapping": lambda w: {"mapping": {}},
    "POST /checklists/sheets/{pk}/report": lambda w: {"changes": {}},
    "POST /checklists/sheets/{pk}/verify": lambda w: {"decisions": {}},
    "POST /checklists/facts/{pk}/pass_on": lambda w: {"verb": "bounce", "to": "owner", "reason": "不是本单位", "code": "not_ours"},
    "POST /checklists/questions/{pk}/answer": lambda w: {"answer": "集中安装"},
    "POST /appraisals/{month}/step": lambda w: {"verb": "publish"},
    "POST /appraisals/{month}/appeals": lambda w: {"fact": w.checklist_fact.pk, "wanted_pct": 50, "reason": "漏报一张计量单"},
    "POST /appraisals/{month}/adjustments": lambda w: {
        "checklist": w.checklist.pk, "kind": "veto", "code": "fatal_accident", "reason": "亡人事故", "document_no": "德应急1号",
    },
    "POST /appraisals/appeals/{pk}/decide": lambda w: {"outcome": "rejected", "reason": "证据不足"},
    "POST /appraisals/adjustments/{pk}/decide": lambda w: {"agreed": True},
}  # fmt: skip
