"""What happens to bulletins and copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfBulletin:
    # Set by the decorator.
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.bulletin"
    project_id: None = None
    subject_id: int
    before: str
    after: str
    month: str


@event("reports.bulletin_prepared")
@dataclass(frozen=True, kw_only=True)
class BulletinPrepared(_OfBulletin):
    signer_id: int


@event("reports.bulletin_edited")
@dataclass(frozen=True, kw_only=True)
class BulletinEdited(_OfBulletin):
    foreword_before: str


@event("reports.bulletin_submitted")
@dataclass(frozen=True, kw_only=True)
class BulletinSubmitted(_OfBulletin):
    copy_id: int
    sha256: str


@event("reports.bulletin_issued")
@dataclass(frozen=True, kw_only=True)
class BulletinIssued(_OfBulletin):
    number: str
    sha256: str


@event("reports.bulletin_sent_back")
@dataclass(frozen=True, kw_only=True)
class BulletinSentBack(_OfBulletin):
    sha256: str


@event("reports.bulletin_voided")
@dataclass(frozen=True, kw_only=True)
class BulletinVoided(_OfBulletin):
    pass


@event("reports.one_pager_kept")
@dataclass(frozen=True, kw_only=True)
class OnePagerKept:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.reportcopy"
    project_id: int
    subject_id: int
    version: int
    sha256: str


@event("reports.file_made")
@dataclass(frozen=True, kw_only=True)
class FileMade:
    """A copy was typeset. ``sha256`` is of the file."""

    kind: ClassVar[str]
    subject_type: ClassVar[str] = "lifecycle.reportcopy"
    project_id: int | None
    subject_id: int
    form: str
    language: str
    sha256: str
