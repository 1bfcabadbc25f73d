"""What a service says when a rule forbids. One shape for HTML messages and for problem+json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_noticed: ContextVar[list[Refused] | None] = ContextVar("lantu_refusals", default=None)


class Refused(Exception):
    """A rule of the house forbids what was asked.

    code: stable machine word, e.g. ``hazards.same_person``; detail: plain sentence for the person;
    remedy: what to do instead; field: the form or JSON field at fault, when there is one.
    """

    status = 409
    # Facts beside the sentence, e.g. what another writer changed: members of the problem document.
    more: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self, code: str, detail: str, *, remedy: str = "", field: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.field = field
        if status is not None:
            self.status = status
        noticed = _noticed.get()
        if noticed is not None:
            noticed.append(self)

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}".strip()


class Denied(Refused):
    """The person has no right to do this."""

    status = 403


class Missing(Refused):
    """It does not exist, or the person may not know that it does."""

    status = 404


class Unacceptable(Refused):
    """The input cannot be understood: names the place and the remedy."""

    status = 422


@contextmanager
def noticing_refusals() -> Iterator[list[Refused]]:
    """The refusals made while this runs, also those that a view turned into a page: a phone's queue wants the words."""
    seen: list[Refused] = []
    token = _noticed.set(seen)
    try:
        yield seen
    finally:
        _noticed.reset(token)
