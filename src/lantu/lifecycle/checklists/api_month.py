"""The month of the checklists over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.checklists import schemas as shapes
from lantu.lifecycle.checklists import selectors
from lantu.lifecycle.checklists.appraisal import guards, services
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalAppeal,
    AppraisalMonth,
    AppraisalScore,
    ChecklistFact,
    ChecklistQuestion,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.services import Change, Decision
from lantu.lifecycle.checklists.appraisal.services.sheets import held_facts

router = Router(tags=["清单与月度考核"])


def _user(request: HttpRequest) -> Any:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, "lifecycle.checklists_read")
    return user


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 2)))


def _fact(fact: ChecklistFact) -> dict[str, Any]:
    return {
        "id": fact.pk,
        "month": str(fact.run),
        "checklist": fact.checklist_id,
        "code": fact.code,
        "title": fact.item.title,
        "state": fact.state,
        "planned": fact.planned_pct,
        "before": fact.before_pct,
        "source": fact.source_pct,
        "source_text": fact.source_text,
        "pct": fact.pct,
        "final": fact.final_pct,
        "grade": fact.grade,
        "corrected": fact.corrected,
        "excluded": fact.excluded,
        "reporter": str(fact.reporter),
        "verifier": str(fact.verifier),
        "score": fact.score,
    }


def _sheet(sheet: ChecklistSheet) -> dict[str, Any]:
    return {
        "id": sheet.pk,
        "month": str(sheet.run),
        "kind": sheet.kind,
        "project": sheet.checklist.project.code,
        "due_at": sheet.duty.due_at if sheet.duty else None,
        "facts": [_fact(fact) for fact in ([] if sheet.closed_at else held_facts(sheet))],
    }


@router.get("/checklists/sheets", response=list[shapes.ChecklistSheetOut])
def my_sheets(request: HttpRequest) -> list[dict[str, Any]]:
    """What waits for the caller this month."""
    return [_sheet(sheet) for sheet in selectors.sheets_of(_user(request))]


@router.get("/checklists/sheets/{int:pk}", response=shapes.ChecklistSheetOut)
def get_sheet(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One sheet with the lines that wait in it."""
    return _sheet(selectors.get_sheet(_user(request), pk))


@router.post("/checklists/sheets/{int:pk}/report", response=shapes.ChecklistSheetOut)
def report(request: HttpRequest, pk: int, body: shapes.ChecklistReportIn) -> dict[str, Any]:
    """Confirm the sheet; only differences are sent."""
    user = _user(request)
    changes = {
        fact: Change(
            pct=_decimal(one.pct), done_yuan=_decimal(one.done_yuan), paid_yuan=_decimal(one.paid_yuan),
            done_on=one.done_on, note=one.note,
        )
        for fact, one in body.changes.items()
    }  # fmt: skip
    services.report_sheet(selectors.get_sheet(user, pk), changes=changes, by=user, now=timezone.now())
    return _sheet(selectors.get_sheet(user, pk))


@router.post("/checklists/sheets/{int:pk}/verify", response=shapes.ChecklistSheetOut)
def verify(request: HttpRequest, pk: int, body: shapes.ChecklistVerifyIn) -> dict[str, Any]:
    """Decide lines of a verifying, settling or visiting sheet."""
    user = _user(request)
    sheet = selectors.get_sheet(user, pk)
    chosen = {
        fact: Decision(verb=one.verb, pct=_decimal(one.pct), note=one.note)
        for fact, one in body.decisions.items()
    }
    if sheet.kind == "visit":
        services.visit_sheet(sheet, seen=chosen, by=user, now=timezone.now())
    else:
        services.verify_sheet(sheet, decisions=chosen, by=user, now=timezone.now())
    return _sheet(selectors.get_sheet(user, pk))


@router.post("/checklists/facts/{int:pk}/pass_on", response=shapes.ChecklistFactOut)
def pass_on(request: HttpRequest, pk: int, body: shapes.ChecklistPassOnIn) -> dict[str, Any]:
    """Hand one item over within the unit, or bounce it to a proposed person."""
    user, now = _user(request), timezone.now()
    fact = selectors.get_fact(user, pk)
    to = User.objects.filter(username=body.to.replace("\x00", ""), is_active=True).first()
    if to is None:
        raise Unacceptable("checklists.unknown_person", _("没有这个账号。"), field="to")
    if body.verb == "hand_over":
        services.hand_over_item(fact, to=to, reason=body.reason, by=user, now=now)
    elif body.verb == "bounce":
        services.bounce_item(fact, code=body.code, to=to, reason=body.reason, by=user, now=now)
    else:
        raise Missing("appraisal.unknown_verb", _("没有这个操作。"))
    return _fact(selectors.get_fact(user, pk))


@router.post("/checklists/facts/{int:pk}/correct", response={201: shapes.ChecklistFactOut})
def correct(request: HttpRequest, pk: int, body: shapes.ChecklistCorrectionIn) -> Status[dict[str, Any]]:
    """Say what a frozen line should have been; the next month shows it."""
    user = _user(request)
    services.correct_fact(
        selectors.get_fact(user, pk),
        pct=_decimal(body.pct) or Decimal(0),
        reason=body.reason,
        by=user,
        now=timezone.now(),
    )
    return Status(201, _fact(selectors.get_fact(user, pk)))


def _question(question: ChecklistQuestion) -> dict[str, Any]:
    return {
        "id": question.pk,
        "fact": question.fact_id,
        "guard": question.guard,
        "text": guards.words(question.guard, question.values),
        "person": str(question.person),
        "answer": question.answer,
    }


@router.get("/checklists/questions/{int:pk}", response=shapes.ChecklistQuestionOut)
def get_question(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What a guard asks."""
    return _question(selectors.get_question(_user(request), pk))


@router.post("/checklists/questions/{int:pk}/answer", response=shapes.ChecklistQuestionOut)
def answer(request: HttpRequest, pk: int, body: shapes.ChecklistAnswerIn) -> dict[str, Any]:
    """Answer it; no score depends on the answer."""
    user = _user(request)
    services.answer_question(
        selectors.get_question(user, pk), by=user, now=timezone.now(), answer=body.answer
    )
    return _question(selectors.get_question(user, pk))


def _run(run: AppraisalMonth) -> dict[str, Any]:
    names = ("state", "sample", "frozen_at", "scored_at", "published_at", "burden")
    drawn = run.state != "reporting"
    return {name: getattr(run, name) for name in names} | {
        "month": str(run),
        "seed": run.seed if drawn else "",
        "url": run.get_absolute_url(),
    }


def _score(score: AppraisalScore) -> dict[str, Any]:
    names = (
        "id", "peer_group", "revision", "total", "base", "tasks_mean", "grade", "rank", "talk", "lines", "adjustments",
        "facts_hash",
    )  # fmt: skip
    return {name: getattr(score, name) for name in names} | {
        "month": str(score.run),
        "project": score.checklist.project.code,
    }


def _month(reader: Any, month: str) -> dict[str, Any]:
    run = selectors.get_month(reader, month)
    return _run(run) | {"scores": [_score(score) for score in selectors.current_scores(run, reader)]}


@router.get("/appraisals", response=list[shapes.AppraisalOut])
def list_months(request: HttpRequest) -> list[dict[str, Any]]:
    """All months, newest first."""
    assert _user(request)
    return [_run(run) for run in AppraisalMonth.objects.order_by("-month")[:60]]


@router.get("/appraisals/{month}", response=shapes.AppraisalDetail)
def get_month(request: HttpRequest, month: str) -> dict[str, Any]:
    """One month (YYYY-MM) with the scores that the caller may see, line by line."""
    return _month(_user(request), month)


@router.post("/appraisals/{month}/step", response=shapes.AppraisalDetail)
def step(request: HttpRequest, month: str, body: shapes.AppraisalStepIn) -> dict[str, Any]:
    """Review, freeze, score or publish."""
    user, now = _user(request), timezone.now()
    run = selectors.get_month(user, month)
    verbs: dict[str, Any] = {
        "review": services.start_review,
        "freeze": services.freeze_month,
        "score": services.score_month,
        "publish": services.publish_month,
    }
    if body.verb not in verbs:
        raise Missing("appraisal.unknown_verb", _("没有这个操作。"))
    verbs[body.verb](run, by=user, now=now)
    return _month(user, month)


def _appeal(made: AppraisalAppeal) -> dict[str, Any]:
    names = ("id", "wanted_pct", "reason", "outcome", "decided_pct", "decision")
    return {name: getattr(made, name) for name in names} | {"fact": made.fact_id, "code": made.fact.code}


@router.post("/appraisals/{month}/appeals", response={201: shapes.AppraisalAppealOut})
def make_appeal(request: HttpRequest, month: str, body: shapes.AppraisalAppealIn) -> Status[dict[str, Any]]:
    """Object to one line of the month's score."""
    user = _user(request)
    fact = selectors.get_fact(user, body.fact)
    if str(fact.run) != month:
        raise Missing("checklists.unknown", _("没有找到，或您无权查看。"))
    made = services.appeal(
        fact,
        wanted_pct=_decimal(body.wanted_pct) or Decimal(0),
        reason=body.reason,
        by=user,
        now=timezone.now(),
    )
    return Status(201, _appeal(made))


@router.get("/appraisals/appeals/{int:pk}", response=shapes.AppraisalAppealOut)
def get_appeal(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One appeal."""
    return _appeal(selectors.get_appeal(_user(request), pk))


@router.post("/appraisals/appeals/{int:pk}/decide", response=shapes.AppraisalAppealOut)
def decide_appeal(request: HttpRequest, pk: int, body: shapes.AppraisalDecisionIn) -> dict[str, Any]:
    """Uphold, uphold partly or reject; only this checklist is scored again."""
    user = _user(request)
    services.decide_appeal(
        selectors.get_appeal(user, pk), outcome=body.outcome, pct=_decimal(body.pct), reason=body.reason, by=user,
        now=timezone.now(),
    )  # fmt: skip
    return _appeal(selectors.get_appeal(user, pk))


def _adjustment(made: AppraisalAdjustment) -> dict[str, Any]:
    names = ("id", "kind", "code", "points", "reason", "document_no", "agreed")
    return {name: getattr(made, name) for name in names} | {
        "proposed_by": str(made.proposed_by),
        "decided_by": str(made.decided_by or ""),
    }


@router.post("/appraisals/{month}/adjustments", response={201: shapes.AppraisalAdjustmentOut})
def propose(request: HttpRequest, month: str, body: shapes.AppraisalAdjustmentIn) -> Status[dict[str, Any]]:
    """Propose an exclusion, bonus, deduction or veto; another person agrees."""
    user = _user(request)
    run = selectors.get_month(user, month)
    checklist = selectors.get_checklist(user, body.checklist)
    fact = None
    if body.kind == AppraisalAdjustment.Kind.EXCLUSION:
        fact = ChecklistFact.objects.filter(
            run=run, checklist=checklist, code=body.item.replace("\x00", "")
        ).first()
    made = services.propose_adjustment(
        run, checklist, kind=body.kind, code=body.code, reason=body.reason, document_no=body.document_no, by=user,
        now=timezone.now(), fact=fact, points=_decimal(body.points) or Decimal(0),
    )  # fmt: skip
    return Status(201, _adjustment(made))


@router.get("/appraisals/adjustments/{int:pk}", response=shapes.AppraisalAdjustmentOut)
def get_adjustment(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One adjustment."""
    return _adjustment(selectors.get_adjustment(_user(request), pk))


@router.post("/appraisals/adjustments/{int:pk}/decide", response=shapes.AppraisalAdjustmentOut)
def decide_adjustment(request: HttpRequest, pk: int, body: shapes.AppraisalAgreeIn) -> dict[str, Any]:
    """The second person agrees or not."""
    user = _user(request)
    services.decide_adjustment(
        selectors.get_adjustment(user, pk), agreed=body.agreed, by=user, now=timezone.now(), note=body.note
    )
    return _adjustment(selectors.get_adjustment(user, pk))
