"""Shapes of the hazards API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema


class HazardQuery(Schema):
    """``set``: open, counted, closed, excluded, first_pass, ever_closed, reopened, independent, false, major, stopped,
    listed; ``month``: "2026-06", of the original deadline; ``due``: overdue, year, year_on_time, past; ``mine``: the ball
    lies with the caller; ``q``: words in title, order number or project name."""

    state: str = ""
    grade: int | None = None
    project: str = ""
    unit: int | None = None
    set: str = ""
    due: str = ""
    mine: bool = False
    county: str = ""
    month: str = ""
    rule: str = ""
    q: str = ""
    cursor: str | None = None
    limit: int = 50


class DutyOut(Schema):
    """The open step: who holds the ball, and until when."""

    step: str
    action: str
    holder: str
    unit: str
    due_at: datetime


class HazardOut(Schema):
    """A hazard in lists. ``grade``: 4 red … 1 blue; ``duty`` is null once it has ended."""

    id: int
    order_no: str
    project: str
    project_name: str
    title: str
    source: str
    grade: int
    state: str
    state_label: str
    place: str
    lon: float | None
    lat: float | None
    opened_at: datetime
    confirmed_at: datetime | None
    ordered_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    submitted_at: datetime | None
    sv_confirmed_at: datetime | None
    rechecked_at: datetime | None
    closed_at: datetime | None
    original_due_at: datetime | None
    extensions: int
    reopened_count: int
    returned_count: int
    field: str
    sub_type: str
    is_major: bool
    rectifier_unit: str | None
    alert_id: int | None
    version: int
    duty: DutyOut | None
    url: str


class EvidenceOut(Schema):
    id: int
    kind: str
    name: str
    sha256: str
    url: str
    thumbnail_url: str | None
    taken_at: datetime | None
    findings: list[dict[str, str]]


class ReviewOut(Schema):
    stage: str
    passed: bool
    note: str
    experts: list[dict[str, str]]
    by: str
    unit: str
    at: datetime
    evidence: list[EvidenceOut]


class ReplyOut(Schema):
    no: int
    text: str
    no_photo_reason: str
    by: str
    unit: str
    at: datetime
    evidence: list[EvidenceOut]
    reviews: list[ReviewOut]


class PlanOut(Schema):
    """A plan of rectification; ``passed`` is null while nobody has judged it."""

    no: int
    items: dict[str, str]
    finish_at: datetime
    by: str
    at: datetime
    passed: bool | None
    in_place: list[str]
    decided_by: str | None
    decided_at: datetime | None
    note: str


class StopOut(Schema):
    """A stop-work order and how it ended."""

    number: str
    scope: str
    area: str
    reason: str
    by: str
    at: datetime
    resume_asked_by: str | None
    resume_asked_at: datetime | None
    resume_text: str
    resumed_by: str | None
    resumed_at: datetime | None
    resume_number: str


class ListingOut(Schema):
    """Listed supervision 挂牌督办."""

    number: str
    authority: str
    document_no: str
    requirement: str
    until: datetime
    at: datetime
    delisted_at: datetime | None
    delist_document_no: str


class DisputeOut(Schema):
    ground: str
    reason: str
    by: str
    at: datetime
    outcome: str
    decided_by: str | None
    decided_at: datetime | None
    note: str


class ExtensionOut(Schema):
    """A request for more time that waits for its decision."""

    wanted_due_at: datetime
    reason: str
    by: str
    at: datetime
    rung: int
    decider: str | None


class TwinOut(Schema):
    """An open hazard of the same project that may be the same one, and ``why``. ``stays``: which of the two stays when
    they are merged; ``goes``: which one to POST /merge, null where neither can be merged any more."""

    id: int
    title: str
    state: str
    grade: int
    order_no: str
    why: list[str]
    stays: int
    goes: int | None


class AbsorbedOut(Schema):
    """A second report of this hazard, merged into it, with its photos."""

    id: int
    title: str
    description: str
    grade: int
    reporter: str | None
    opened_at: datetime
    merged_at: datetime | None
    evidence: list[EvidenceOut]


class HazardDetail(HazardOut):
    """One hazard with everything; ``may`` names the verbs that the caller may use now. ``twins``: open hazards that
    may be the same; ``merged_into``: where a merged one went on; ``absorbed``: what was merged into this one."""

    description: str
    clause: str
    measures_required: str
    rule: str
    rectifier: str | None
    issuer: str | None
    issued_automatically: bool
    supervisor: str | None
    rechecker: str | None
    end_reason: str
    major_clause: str
    major_basis: str
    needs_judging: bool
    ifc_guid: str
    pin: dict[str, Any] | None
    checked_by: str
    order_type: str
    order_units: dict[str, str]
    penalty_note: str
    inputs: dict[str, Any]
    reopened_at: datetime | None
    last_closed_at: datetime | None
    plans: list[PlanOut]
    stops: list[StopOut]
    listings: list[ListingOut]
    disputes: list[DisputeOut]
    extension_asked: ExtensionOut | None
    evidence: list[EvidenceOut]
    replies: list[ReplyOut]
    twins: list[TwinOut]
    merged_into: int | None
    absorbed: list[AbsorbedOut]
    may: list[str]


class HazardIn(Schema):
    """A hazard reported by a person. ``project``: the project's code."""

    project: str
    title: str
    grade: int
    source: str = "inspection"
    description: str = ""
    place: str = ""
    clause: str = ""
    measures: str = ""
    lon: float | None = None
    lat: float | None = None
    field: str = "safety"
    sub_type: str = ""
    checked_by: str = ""
    major_clause: str = ""
    major_basis: str = ""
    ifc_guid: str = ""
    pin: dict[str, Any] | None = None


class VersionIn(Schema):
    """``version`` as last read: a newer one on the server refuses the step (409)."""

    version: int | None = None


class ConfirmIn(VersionIn):
    """Red (4) needs ``major_clause`` (a code of /hazard-major-clauses) or ``major_basis`` in words."""

    grade: int | None = None
    clause: str = ""
    major_clause: str = ""
    major_basis: str = ""


class OrderIn(VersionIn):
    """``due_at`` defaults to the grade's own term; a major hazard needs ``stop_scope`` (part, whole)."""

    measures: str = ""
    clause: str = ""
    due_at: datetime | None = None
    order_type: str = ""
    penalty_note: str = ""
    stop_scope: str = ""
    stop_area: str = ""


class ReplyIn(VersionIn):
    text: str
    no_photo_reason: str = ""


class NoteIn(VersionIn):
    note: str = ""


class RecheckIn(NoteIn):
    """``experts``: one a line, name and unit; required for a major hazard."""

    experts: str = ""


class ReasonIn(VersionIn):
    reason: str


class FalseIn(VersionIn):
    """``reason`` is required of the first person (the claim), optional for the second (the agreement)."""

    reason: str = ""


class MergeIn(VersionIn):
    into: int
