"""Shapes of the API beside the ordinary path: plans, stops, listings, disputes, look-backs, papers, rates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from lantu.hazards.schemas import NoteIn, VersionIn


class PlanIn(VersionIn):
    """The six items; an orange hazard needs ``methods`` and ``schedule`` only."""

    goals: str = ""
    methods: str = ""
    resources: str = ""
    people: str = ""
    schedule: str = ""
    emergency: str = ""
    finish_at: datetime | None = None


class PlanApprovalIn(NoteIn):
    """``in_place``: measures, funds, deadline, person, emergency (五到位); all five for a major hazard."""

    in_place: list[str] = []


class RegradeIn(VersionIn):
    grade: int
    reason: str
    major_clause: str = ""
    major_basis: str = ""


class StopIn(VersionIn):
    """``scope``: part (with ``area``) or whole."""

    scope: str
    reason: str
    area: str = ""


class ResumeIn(VersionIn):
    text: str


class ListIn(VersionIn):
    authority: str
    document_no: str
    requirement: str
    until: datetime | None = None


class DelistIn(VersionIn):
    document_no: str
    note: str


class DisputeIn(VersionIn):
    """``ground``: not_ours, facts, clause, duplicate."""

    ground: str
    reason: str


class DisputeDecisionIn(VersionIn):
    """``outcome``: upheld, redirected (with ``to``, a user name of the project's parties), withdrawn."""

    outcome: str
    reason: str
    to: str = ""


class TransferIn(VersionIn):
    """``to``: user name of the accountable person of another party of the project."""

    to: str
    reason: str


class ExtensionIn(VersionIn):
    wanted_due_at: datetime
    reason: str


class LookBackIn(Schema):
    passed: bool
    note: str


class LookBackOut(Schema):
    """A look-back: ``why`` is mandatory or random."""

    id: int
    hazard: int
    title: str
    project: str
    window_days: int
    why: str
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None
    done_by: str | None
    passed: bool | None
    note: str


class DocumentIn(Schema):
    """``kind``: order, stop, resume, reply, recheck, listing, closing."""

    kind: str


class DocumentOut(Schema):
    """One version of a paper; ``facts`` is what it says, ``content_sha256`` the hash over them."""

    id: int
    kind: str
    title: str
    number: str
    version: int
    content_sha256: str
    made_at: datetime
    made_by: str
    word_url: str
    pdf_url: str | None
    fonts_missing: dict[str, str]
    facts: dict[str, Any]


class ShareOut(Schema):
    """``part`` of ``whole``; ``rows``: the list of the rows behind it."""

    part: int
    whole: int
    pct: float | None
    rows: str


class RateOut(Schema):
    """One line of the rate card."""

    key: str
    label: str
    on_time: ShareOut
    closed: ShareOut
    first_pass: ShareOut
    reopened: ShareOut
    independent: ShareOut
    open: int
    overdue: int
    median_hours: float | None
    oldest_days: float | None
    rows: str


class RuleRateOut(Schema):
    rule: str
    false: ShareOut


class OffenderOut(Schema):
    """``repeats`` of ``confirmed`` hazards of the last year; ``kinds``: how often which."""

    unit: str
    confirmed: int
    repeats: int
    pct: float | None
    sites: int
    kinds: dict[str, int]
    hazards: list[int]


class MajorClauseOut(Schema):
    """A clause of the national list; ``mark``: how sure the platform is of the wording (V, K, U)."""

    code: str
    chapter: str
    text: str
    mark: str
