"""Tokens for scripts, who am I, and the people and units that one may know of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import may
from lantu.accounts.scopes import grants_of
from lantu.accounts.selectors import organisations_matching, people_matching, visible_people
from lantu.accounts.services.sign_in import sign_in_for_token
from lantu.accounts.services.tokens import issue_token
from lantu.core.paging import Page, page_of

router = Router(tags=["账号"])


class Credentials(Schema):
    """``code``: the six digits of the authenticator, for accounts that use one."""

    username: str
    password: str
    code: str = ""


class TokenOut(Schema):
    token: str


class MeOut(Schema):
    username: str
    name: str
    organisation: str | None
    roles: list[str]


class Narrow(Schema):
    q: str = ""
    cursor: str | None = None
    limit: int = 100


class OrganisationNarrow(Narrow):
    kind: str = ""


class OrganisationOut(Schema):
    id: int
    name: str
    short_name: str
    kind: str
    uscc: str
    uscc_doubt: str
    area_code: str
    parent_id: int | None


class PersonOut(Schema):
    """``username`` only for the administrators and for colleagues of one's own unit."""

    id: int
    name: str
    title: str
    organisation: str | None
    organisation_id: int | None
    username: str | None
    is_active: bool


@router.post("/auth/token", auth=None, response=TokenOut)
def create_token(request: HttpRequest, body: Credentials) -> dict[str, str]:
    """A bearer token for scripts, valid for seven days. Five failures lock the name for 15 minutes."""
    user = sign_in_for_token(
        request,
        username=body.username,
        password=body.password,
        code=body.code,
        address=request.META.get("REMOTE_ADDR", ""),
        now=timezone.now(),
    )
    return {"token": issue_token(user, now=timezone.now(), name="api")}


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> dict[str, Any]:
    """The caller's own account and roles."""
    user: User = request.auth  # type: ignore[attr-defined]
    return {
        "username": user.username,
        "name": str(user),
        "organisation": user.organisation.name if user.organisation else None,
        "roles": sorted({grant.role for grant in grants_of(user)}),
    }


@router.get("/organisations", response=Page[OrganisationOut])
def list_organisations(request: HttpRequest, narrow: Query[OrganisationNarrow]) -> dict[str, Any]:
    """Units by name or credit code; ``kind`` narrows (bureau, department, county, owner, contractor, …)."""
    kind = narrow.kind if narrow.kind in Organisation.Kind.values else ""
    rows = organisations_matching(narrow.q.replace("\x00", ""), kind)
    return page_of(rows, cursor=narrow.cursor, limit=narrow.limit, order="id")


@router.get("/people", response=Page[PersonOut])
def list_people(request: HttpRequest, narrow: Query[Narrow]) -> dict[str, Any]:
    """Those whom you may know of, without telephone or e-mail."""
    reader: User = request.auth  # type: ignore[attr-defined]
    administers = may(reader, "accounts.administer")

    def shape(row: User) -> dict[str, Any]:
        near = row.organisation_id is not None and row.organisation_id == reader.organisation_id
        return {
            "id": row.pk,
            "name": str(row),
            "title": row.title,
            "organisation": row.organisation.name if row.organisation else None,
            "organisation_id": row.organisation_id,
            "username": row.username if administers or near else None,
            "is_active": row.is_active,
        }

    rows = people_matching(visible_people(reader), narrow.q.replace("\x00", ""))
    return page_of(rows, cursor=narrow.cursor, limit=narrow.limit, order="id", shape=shape)
