"""What happens to people, units and rights. City-wide facts: they stand in the chain of the city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

from lantu.core.events import event


@dataclass(frozen=True, kw_only=True)
class _OfPerson:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "accounts.user"
    project_id: None = None
    subject_id: int


@dataclass(frozen=True, kw_only=True)
class _OfOrganisation:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "accounts.organisation"
    project_id: None = None
    subject_id: int


class AboutRequest(TypedDict):
    """The fields that every event of a request shares."""

    subject_id: int
    user_id: int
    role: str
    reach: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class _OfRequest:
    kind: ClassVar[str]
    subject_type: ClassVar[str] = "accounts.grantrequest"
    project_id: None = None
    subject_id: int
    user_id: int
    role: str
    reach: str
    scope: str


@event("accounts.person_added")
@dataclass(frozen=True, kw_only=True)
class PersonAdded(_OfPerson):
    username: str
    organisation_id: int | None


@event("accounts.person_changed")
@dataclass(frozen=True, kw_only=True)
class PersonChanged(_OfPerson):
    """Names of the changed fields only: personal data stays out of the permanent record."""

    fields: list[str]


@event("accounts.person_left")
@dataclass(frozen=True, kw_only=True)
class PersonLeft(_OfPerson):
    username: str


@event("accounts.person_returned")
@dataclass(frozen=True, kw_only=True)
class PersonReturned(_OfPerson):
    username: str


@event("accounts.person_went_away")
@dataclass(frozen=True, kw_only=True)
class PersonWentAway(_OfPerson):
    deputy_id: int
    until: str


@event("accounts.person_came_back")
@dataclass(frozen=True, kw_only=True)
class PersonCameBack(_OfPerson):
    pass


@event("accounts.password_reset")
@dataclass(frozen=True, kw_only=True)
class PasswordReset(_OfPerson):
    """An administrator gave a new first password."""


@event("accounts.password_changed")
@dataclass(frozen=True, kw_only=True)
class PasswordChanged(_OfPerson):
    pass


@event("accounts.signed_in")
@dataclass(frozen=True, kw_only=True)
class SignedIn(_OfPerson):
    address: str


@event("accounts.sign_in_failed")
@dataclass(frozen=True, kw_only=True)
class SignInFailed(_OfPerson):
    """Only for names that exist: an unknown name may be a password typed into the wrong field."""

    address: str


@event("accounts.session_ended")
@dataclass(frozen=True, kw_only=True)
class SessionEnded(_OfPerson):
    how: str


@event("accounts.token_issued")
@dataclass(frozen=True, kw_only=True)
class TokenIssued(_OfPerson):
    token_id: int
    name: str


@event("accounts.token_revoked")
@dataclass(frozen=True, kw_only=True)
class TokenRevoked(_OfPerson):
    token_id: int


@event("accounts.organisation_added")
@dataclass(frozen=True, kw_only=True)
class OrganisationAdded(_OfOrganisation):
    name: str
    organisation_kind: str
    uscc: str
    doubt: str


@event("accounts.organisation_changed")
@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(_OfOrganisation):
    """``changes`` maps field → [before, after]."""

    changes: dict[str, list[Any]]


@event("accounts.grant_proposed")
@dataclass(frozen=True, kw_only=True)
class GrantProposed(_OfRequest):
    pass


@event("accounts.grant_confirmed")
@dataclass(frozen=True, kw_only=True)
class GrantConfirmed(_OfRequest):
    grant_id: int


@event("accounts.grant_refused")
@dataclass(frozen=True, kw_only=True)
class GrantRefused(_OfRequest):
    pass


@event("accounts.grant_revoked")
@dataclass(frozen=True, kw_only=True)
class GrantRevoked(_OfPerson):
    grant_id: int
    role: str
    reach: str
    scope: str


@event("accounts.log_verified")
@dataclass(frozen=True, kw_only=True)
class LogVerified(_OfPerson):
    """Somebody had the hash chains recomputed; ``breaks`` places did not hold."""

    events: int
    breaks: int
