"""Shapes of the API of reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema


class BulletinQuery(Schema):
    cursor: str | None = None
    limit: int = 50


class BulletinOut(Schema):
    id: int
    month: date
    number: str
    state: str
    prepared_by: str
    signer: str
    issued_at: datetime | None
    copy_id: int | None
    sha256: str
    edited_no: int
    url: str


class BulletinDetail(BulletinOut):
    """``facts``: the frozen copy; for a draft, as it reads now."""

    foreword: str
    facts: dict[str, Any]


class BulletinIn(Schema):
    """``month``: any day of it; ``signer``: user name of the second person."""

    month: date
    signer: str


class ForewordIn(Schema):
    foreword: str
    edited_no: int


class BulletinStepIn(Schema):
    edited_no: int | None = None


class BulletinIssueIn(BulletinStepIn):
    """``sha256``: of the frozen copy that was read."""

    sha256: str


class BulletinWhyIn(BulletinStepIn):
    reason: str


class DifferenceOut(Schema):
    section: str
    what: str
    before: str
    after: str


class CopyOut(Schema):
    id: int
    kind: str
    version: int
    as_of: datetime
    sha256: str
    facts: dict[str, Any]
    files: list[str]


class ReportOut(Schema):
    """A one-pager as it reads now."""

    facts: dict[str, Any]
