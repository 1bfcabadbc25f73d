"""Shapes of the hazards API."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema


class HazardQuery(Schema):
    """``set``: open, counted, closed, excluded, first_pass; ``due``: overdue, year, year_on_time; ``mine``: the ball
    lies with the caller; ``q``: words in title, order number or project name."""

    state: str = ""
    grade: int | None = None
    project: str = ""
    unit: int | None = None
    set: str = ""
    due: str = ""
    mine: bool = False
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
    returned_count: int
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


class HazardDetail(HazardOut):
    """One hazard with everything; ``may`` names the verbs that the caller may use now."""

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
    evidence: list[EvidenceOut]
    replies: list[ReplyOut]
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


class VersionIn(Schema):
    """``version`` as last read: a newer one on the server refuses the step (409)."""

    version: int | None = None


class ConfirmIn(VersionIn):
    grade: int | None = None
    clause: str = ""


class OrderIn(VersionIn):
    """``due_at`` defaults to the grade's own term."""

    measures: str = ""
    clause: str = ""
    due_at: datetime | None = None


class ReplyIn(VersionIn):
    text: str
    no_photo_reason: str = ""


class NoteIn(VersionIn):
    note: str = ""


class ReasonIn(VersionIn):
    reason: str


class FalseIn(VersionIn):
    """``reason`` is required of the first person (the claim), optional for the second (the agreement)."""

    reason: str = ""


class MergeIn(VersionIn):
    into: int
