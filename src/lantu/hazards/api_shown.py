"""What the API says of a hazard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lantu.core.findings import words
from lantu.core.models import Evidence
from lantu.hazards import selectors
from lantu.hazards.actions import actions_for
from lantu.hazards.models import Hazard, Plan, StopOrder
from lantu.hazards.services.extension import pending_extension
from lantu.hazards.services.plan import ITEMS
from lantu.hazards.twins import Absorbed, Twin, absorbed_by, twins_of


def shown(hazard: Hazard) -> dict[str, Any]:
    """A hazard as lists show it."""
    duty = hazard.duty if hazard.is_open else None
    plain = {name: getattr(hazard, name) for name in _PLAIN}
    return plain | {
        "project": hazard.project.code,
        "project_name": hazard.project.name,
        "state_label": hazard.get_state_display(),
        "rectifier_unit": hazard.rectifier_unit.name if hazard.rectifier_unit else None,
        "duty": duty
        and {
            "step": duty.step,
            "action": duty.action_label,
            "holder": str(duty.holder),
            "unit": str(duty.unit),
            "due_at": duty.due_at,
        },
        "url": hazard.get_absolute_url(),
    }


_PLAIN = (
    "id", "order_no", "title", "source", "grade", "state", "place", "lon", "lat", "opened_at", "confirmed_at",
    "ordered_at", "accepted_at", "due_at", "submitted_at", "sv_confirmed_at", "rechecked_at", "closed_at",
    "returned_count", "alert_id", "version", "original_due_at", "extensions", "reopened_count", "field", "sub_type",
    "is_major",
)  # fmt: skip


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.pk,
        "kind": evidence.kind,
        "name": evidence.name,
        "sha256": evidence.sha256,
        "url": evidence.get_absolute_url(),
        "thumbnail_url": evidence.thumbnail_url if evidence.thumbnail else None,
        "taken_at": evidence.taken_at,
        "findings": [{"code": found["code"], "detail": words(found)} for found in evidence.findings],
    }


def _reply(view: selectors.ReplyView) -> dict[str, Any]:
    reply = view.reply
    return {
        "no": reply.no,
        "text": reply.text,
        "no_photo_reason": reply.no_photo_reason,
        "by": str(reply.by),
        "unit": str(reply.unit),
        "at": reply.at,
        "evidence": [_evidence(evidence) for evidence in view.files],
        "reviews": [
            {
                "stage": review.stage,
                "passed": review.passed,
                "note": review.note,
                "experts": review.experts,
                "by": str(review.by),
                "unit": str(review.unit),
                "at": review.at,
                "evidence": [_evidence(evidence) for evidence in files],
            }
            for review, files in view.reviews
        ],
    }


def in_full(reader: Any, pk: int) -> dict[str, Any]:
    hazard = selectors.get_visible_hazard(reader, pk)

    def name(person: Any) -> str | None:
        return None if person is None else str(person)

    return shown(hazard) | {
        "description": hazard.description,
        "clause": hazard.clause,
        "measures_required": hazard.measures_required,
        "rule": hazard.rule_label,
        "rectifier": name(hazard.rectifier),
        "issuer": name(hazard.issuer),
        "issued_automatically": hazard.issued_automatically,
        "supervisor": name(hazard.supervisor),
        "rechecker": name(hazard.rechecker),
        "end_reason": hazard.end_reason,
        "major_clause": hazard.major_clause,
        "major_basis": hazard.major_basis,
        "needs_judging": hazard.needs_judging,
        "ifc_guid": hazard.ifc_guid,
        "pin": hazard.pin or None,
        "checked_by": hazard.checked_by,
        "order_type": hazard.order_type,
        "order_units": hazard.order_units,
        "penalty_note": hazard.penalty_note,
        "inputs": hazard.source_inputs,
        "reopened_at": hazard.reopened_at,
        "last_closed_at": hazard.last_closed_at,
        **beside(hazard),
        "evidence": [_evidence(evidence) for evidence in selectors.found_photos(hazard)],
        "replies": [_reply(view) for view in selectors.reply_views(hazard)],
        "twins": [_twin(twin) for twin in twins_of(reader, hazard)],
        "merged_into": hazard.merged_into_id,
        "absorbed": [_absorbed(row) for row in absorbed_by(hazard)],
        "may": [action.verb for action in actions_for(reader, hazard, now=timezone.now())],
    }


def _twin(twin: Twin) -> dict[str, Any]:
    names = ("id", "title", "state", "grade", "order_no")
    return _plainly(twin.hazard, names) | {
        "why": [str(reason) for reason in twin.why],
        "stays": twin.stays.pk,
        "goes": twin.goes.pk if twin.goes else None,
    }


def _absorbed(row: Absorbed) -> dict[str, Any]:
    return _plainly(row.hazard, ("id", "title", "description", "grade", "opened_at")) | {
        "reporter": _name(row.hazard.reporter),
        "merged_at": row.hazard.closed_at,
        "evidence": [_evidence(evidence) for evidence in row.photos],
    }


def asked(request: HttpRequest, pk: int) -> tuple[Any, Hazard, datetime]:
    """Who asks, about which hazard that they may see, and when."""
    user: Any = request.auth  # type: ignore[attr-defined]
    return user, selectors.get_visible_hazard(user, pk), timezone.now()


def beside(hazard: Hazard) -> dict[str, Any]:
    """Plans, stops, listings, disputes and the pending request for more time."""
    extension = pending_extension(hazard) if hazard.is_open else None
    return {
        "plans": [_plan(plan) for plan in hazard.plans.select_related("by", "decided_by")],
        "stops": [_stop(stop) for stop in hazard.stops.select_related("by", "resume_asked_by", "resumed_by")],
        "listings": [_plainly(row, _OF_LISTING) for row in hazard.listings.all()],
        "disputes": [
            _plainly(row, _OF_DISPUTE) | {"by": str(row.by), "decided_by": _name(row.decided_by)}
            for row in hazard.disputes.select_related("by", "decided_by")
        ],
        "extension_asked": extension
        and {
            "wanted_due_at": extension.wanted_due_at,
            "reason": extension.reason,
            "by": str(extension.asked_by),
            "at": extension.asked_at,
            "rung": extension.rung,
            "decider": str(extension.decision_duty.holder) if extension.decision_duty else None,
        },
    }


_OF_PLAN = ("no", "finish_at", "at", "passed", "in_place", "decided_at", "note")
_OF_STOP = (
    "number", "scope", "area", "reason", "at", "resume_asked_at", "resume_text", "resumed_at", "resume_number",
)  # fmt: skip
_OF_LISTING = (
    "number", "authority", "document_no", "requirement", "until", "at", "delisted_at", "delist_document_no",
)  # fmt: skip
_OF_DISPUTE = ("ground", "reason", "at", "outcome", "decided_at", "note")


def _plainly(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _name(person: Any) -> str | None:
    return None if person is None else str(person)


def _plan(plan: Plan) -> dict[str, Any]:
    items = {name: getattr(plan, name) for name in ITEMS}
    people = {"by": str(plan.by), "decided_by": _name(plan.decided_by)}
    return _plainly(plan, _OF_PLAN) | people | {"items": items}


def _stop(stop: StopOrder) -> dict[str, Any]:
    people = {
        "by": str(stop.by),
        "resume_asked_by": _name(stop.resume_asked_by),
        "resumed_by": _name(stop.resumed_by),
    }
    return _plainly(stop, _OF_STOP) | people
