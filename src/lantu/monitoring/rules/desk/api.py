"""The rule desk over HTTP: the same services as its pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from lantu.accounts.permissions import require
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.desk.selectors import get_proposal, get_rule, version_records
from lantu.monitoring.rules.desk.services.decide import approve, send_back, submit, withdraw
from lantu.monitoring.rules.desk.services.preview import DAYS, ask_preview
from lantu.monitoring.rules.desk.services.propose import propose, revise
from lantu.monitoring.rules.desk.wording import wording_of
from lantu.monitoring.rules.selectors import rules_with_precision

router = Router(tags=["monitoring"])


class RuleOut(Schema):
    code: str
    name: str
    channel: str
    family: str
    version: int
    effective_from: date
    effective_to: date | None
    alerts: int
    false: int
    false_pct: float | None


class VersionOut(Schema):
    version: int
    effective_from: date
    effective_to: date | None
    wording: dict[str, Any]
    alerts: int
    false: int
    taken_up: int
    false_pct: float | None
    proposal: int | None


class RuleDetail(Schema):
    code: str
    name: str
    channel: str
    versions: list[VersionOut]


class ProposalIn(Schema):
    changes: dict[str, Any]
    effective_from: date
    why: str


class NoteIn(Schema):
    note: str = ""


class PreviewIn(Schema):
    days: int = DAYS


class PreviewOut(Schema):
    id: int
    state: str
    since: datetime
    until: datetime
    steps_done: int
    steps_total: int
    channels: int
    readings: int
    fired: int
    fired_now: int
    by_severity: dict[str, int]
    rows: list[dict[str, Any]]
    lost: list[dict[str, Any]]
    abstained: dict[str, int]
    failure: str


class ProposalOut(Schema):
    id: int
    rule: str
    base_version: int
    state: str
    wording: dict[str, Any]
    effective_from: date
    why: str
    note: str
    proposed_by: str
    decided_by: str | None
    version: int | None
    holder: str | None
    due_at: datetime | None
    preview: PreviewOut | None


def _user(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


@router.get("/rules", response=list[RuleOut], summary="现行监测规则与误报率")
def list_rules(request: HttpRequest) -> list[dict[str, Any]]:
    require(_user(request), "monitoring.read")
    return [
        {
            "code": row.version.rule.code, "name": row.version.rule.name, "channel": row.version.rule.param,
            "family": row.version.rule.family, "version": row.version.version,
            "effective_from": row.version.effective_from, "effective_to": row.version.effective_to,
            "alerts": row.alerts, "false": row.false, "false_pct": row.false_pct,
        }
        for row in rules_with_precision(day=timezone.localdate())
    ]  # fmt: skip


@router.get("/rules/{code}", response=RuleDetail, summary="一条规则的全部版本及各版本准确度")
def read_rule(request: HttpRequest, code: str) -> dict[str, Any]:
    require(_user(request), "monitoring.read")
    rule = get_rule(code)
    versions = [
        {
            "version": record.version.version, "effective_from": record.version.effective_from,
            "effective_to": record.version.effective_to, "wording": wording_of(record.version), "alerts": record.alerts,
            "false": record.false, "taken_up": record.taken_up, "false_pct": record.false_pct,
            "proposal": getattr(getattr(record.version, "proposal", None), "pk", None),
        }
        for record in version_records(rule)
    ]  # fmt: skip
    return {"code": rule.code, "name": rule.name, "channel": rule.param, "versions": versions}


@router.post("/rules/{code}/proposals", response={201: ProposalOut}, summary="提出规则修订（草案）")
def post_proposal(request: HttpRequest, code: str, body: ProposalIn) -> Status:
    require(_user(request), "monitoring.propose_rule")
    made = propose(
        get_rule(code), changes=body.changes, effective_from=body.effective_from, why=body.why, now=timezone.now(),
        actor=_user(request),
    )  # fmt: skip
    return Status(201, _proposal(made.pk))


@router.get("/rule-proposals/{pk}", response=ProposalOut, summary="一项规则修订及其回放")
def read_proposal(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(_user(request), "monitoring.read_proposal")
    return _proposal(pk)


@router.put("/rule-proposals/{pk}", response=ProposalOut, summary="修改草案")
def put_proposal(request: HttpRequest, pk: int, body: ProposalIn) -> dict[str, Any]:
    require(_user(request), "monitoring.propose_rule")
    revise(
        get_proposal(pk), changes=body.changes, effective_from=body.effective_from, why=body.why, now=timezone.now(),
        actor=_user(request),
    )  # fmt: skip
    return _proposal(pk)


@router.post("/rule-proposals/{pk}/preview", response=ProposalOut, summary="用已存读数回放（长时由后台进行）")
def post_preview(request: HttpRequest, pk: int, body: PreviewIn) -> dict[str, Any]:
    require(_user(request), "monitoring.propose_rule")
    ask_preview(get_proposal(pk), now=timezone.now(), actor=_user(request), days=body.days)
    return _proposal(pk)


@router.post("/rule-proposals/{pk}/submit", response=ProposalOut, summary="提交批准")
def post_submit(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(_user(request), "monitoring.propose_rule")
    submit(get_proposal(pk), now=timezone.now(), actor=_user(request))
    return _proposal(pk)


@router.post("/rule-proposals/{pk}/approve", response=ProposalOut, summary="批准（须提出人以外的人）")
def post_approve(request: HttpRequest, pk: int, body: NoteIn) -> dict[str, Any]:
    require(_user(request), "monitoring.approve_rule")
    approve(get_proposal(pk), note=body.note, now=timezone.now(), actor=_user(request))
    return _proposal(pk)


@router.post("/rule-proposals/{pk}/return", response=ProposalOut, summary="退回提出人")
def post_return(request: HttpRequest, pk: int, body: NoteIn) -> dict[str, Any]:
    require(_user(request), "monitoring.approve_rule")
    send_back(get_proposal(pk), note=body.note, now=timezone.now(), actor=_user(request))
    return _proposal(pk)


@router.post("/rule-proposals/{pk}/withdraw", response=ProposalOut, summary="撤回")
def post_withdraw(request: HttpRequest, pk: int, body: NoteIn) -> dict[str, Any]:
    require(_user(request), "monitoring.propose_rule")
    withdraw(get_proposal(pk), note=body.note, now=timezone.now(), actor=_user(request))
    return _proposal(pk)


def _proposal(pk: int) -> dict[str, Any]:
    found: RuleProposal = get_proposal(pk)
    duty = found.duty if found.is_open else None
    preview: RulePreview | None = found.previews.first()
    return {
        "id": found.pk, "rule": found.rule.code, "base_version": found.base.version, "state": found.state,
        "wording": found.wording, "effective_from": found.effective_from, "why": found.why, "note": found.note,
        "proposed_by": str(found.proposed_by), "decided_by": str(found.decided_by) if found.decided_by else None,
        "version": found.version.version if found.version else None, "holder": str(duty.holder) if duty else None,
        "due_at": duty.due_at if duty else None, "preview": preview,
    }  # fmt: skip
