"""Papers that prove a step: kept with a hash, never deleted, never dated into the future."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.workdays import add_months
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.lifecycle.gates.book import book, close_of, work_calendar
from lantu.lifecycle.gates.events import DocumentVoided
from lantu.lifecycle.gates.models import GateDocument, GateStep
from lantu.lifecycle.gates.providers import providers
from lantu.lifecycle.gates.services.passing import STEP, clean_text, lock_step, reason_of
from lantu.lifecycle.gates.states import StepState

OLDEST = date(1990, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper as somebody enters it: its file, or its number where it lies in another system."""

    issued_on: date | None
    number: str = ""
    issuer: str = ""
    valid_until: date | None = None
    file: Any = None


def reference_hash(number: str, issuer: str, issued_on: date) -> str:
    """SHA-256 of a reference: what stands in for the file that lies elsewhere."""
    return hashlib.sha256(f"{number}\n{issuer}\n{issued_on.isoformat()}".encode()).hexdigest()


def add_paper(step: GateStep, paper: Paper, *, by: User, now: datetime) -> GateDocument:
    """Keep one paper of a locked step. Raises Unacceptable without date, with a date to come, or with neither file nor
    number."""
    today = timezone.localtime(now).date()
    if paper.issued_on is None or not OLDEST <= paper.issued_on <= today:
        raise Unacceptable(
            "gates.bad_document_date",
            _("文件的签发日期应在今天或以前。"),
            remedy=_("请按文件上的落款日期填写，不能预填，也不能倒签。"),
            field="issued_on",
        )
    number = clean_text(paper.number, most=80)
    issuer = clean_text(paper.issuer, most=120) or step.unit.name
    if paper.file is None and not number:
        raise Unacceptable(
            "gates.no_document",
            _("没有文件，也没有文号。"),
            remedy=_("请上传文件，或填写可以核对的文号。"),
            field="number",
        )
    if paper.valid_until is not None and paper.valid_until < paper.issued_on:
        raise Unacceptable(
            "gates.bad_validity", _("有效期早于签发日期。"), remedy=_("请核对后重填。"), field="valid_until"
        )
    evidence = None
    if paper.file is not None:
        evidence = keep_evidence(
            file=paper.file, name=getattr(paper.file, "name", "") or step.label, project_id=step.project_id,
            uploaded_by=by, supports_type=STEP, supports_id=step.pk, now=now,
        )  # fmt: skip
    return GateDocument.objects.create(
        step=step,
        number=number,
        issuer=issuer,
        issued_on=paper.issued_on,
        valid_until=paper.valid_until or valid_until_of(step, paper.issued_on),
        source=GateDocument.Source.UPLOAD if evidence else GateDocument.Source.REFERENCE,
        evidence=evidence,
        sha256=evidence.sha256 if evidence else reference_hash(number, issuer, paper.issued_on),
        added_by=by,
        added_at=now,
    )


def valid_until_of(step: GateStep, issued_on: date) -> date | None:
    """When a paper of this kind expires, e.g. a siting opinion after three years."""
    matter = book().matters.get(step.code)
    if matter is None or not matter.valid_months:
        return None
    return add_months(close_of(issued_on), matter.valid_months, work_calendar()).date()


def fetch_papers(step: GateStep, *, by: User, now: datetime) -> list[GateDocument]:
    """What interfaces know by the project's code: fetched where one exists, uploaded otherwise."""
    found = []
    for provider in providers:
        if step.code in provider.codes and (known := provider.find(step.project, step.code, now)) is not None:
            found.append(
                GateDocument.objects.create(
                    step=step, number=known.number, issuer=known.issuer, issued_on=known.issued_on,
                    source=GateDocument.Source.REGISTRY, added_by=by, added_at=now,
                    sha256=reference_hash(known.number, known.issuer, known.issued_on),
                )
            )  # fmt: skip
    return found


def valid_papers(step: GateStep, on: date) -> Sequence[GateDocument]:
    """The papers that count on a day: not voided, not expired."""
    return [
        paper
        for paper in step.documents.filter(voided_at=None)
        if paper.valid_until is None or paper.valid_until >= on
    ]


@transaction.atomic
def void_document(document: GateDocument, *, by: User, now: datetime, reason: str) -> GateDocument:
    """Take a wrong paper out of account; it stays, with the reason. Raises Refused while a confirmed step rests on it."""
    step = lock_step(document.step)
    require(by, "lifecycle.gates_confirm", step.project)
    why = reason_of(reason)
    if step.state == StepState.CONFIRMED:
        raise Refused(
            "gates.document_in_use",
            _("要件已确认，文件不能单独作废。"),
            remedy=_("请先由确认单位撤回确认并说明理由。"),
        )
    document.voided_at, document.void_reason = now, why[:200]
    document.save(update_fields=["voided_at", "void_reason"])
    emit(
        DocumentVoided(
            project_id=step.project_id, subject_id=step.pk, code=step.code, label=step.label, before=step.state,
            after=step.state, document_id=document.pk, sha256=document.sha256,
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return document
