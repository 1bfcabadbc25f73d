"""Domain events: frozen dataclasses of ids and plain values, named in the past tense."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar, cast


class DomainEvent(Protocol):
    """What every event carries besides its own payload."""

    kind: ClassVar[str]
    subject_type: ClassVar[str]

    @property
    def project_id(self) -> int | None: ...

    @property
    def subject_id(self) -> int: ...


T = TypeVar("T")
_known: dict[str, type] = {}


def event(kind: str) -> Callable[[type[T]], type[T]]:
    """Declare the dataclass below as the event ``kind`` (``app.past_tense``)."""

    def declare(cls: type[T]) -> type[T]:
        if kind in _known and _known[kind].__qualname__ != cls.__qualname__:
            raise ValueError(f"event {kind} is declared twice")
        if not dataclasses.is_dataclass(cls):
            raise TypeError(f"{cls.__name__} must be a frozen dataclass")
        if not hasattr(cls, "subject_type"):
            raise TypeError(f"{cls.__name__} must name its subject_type")
        cls.kind = kind  # type: ignore[attr-defined]
        _known[kind] = cls
        return cls

    return declare


def known_events() -> dict[str, type]:
    """Every declared event by kind; the reference page and its test read this."""
    return dict(sorted(_known.items()))


def payload_of(ev: DomainEvent) -> dict[str, Any]:
    """The event's own fields, without project and subject, which have columns of their own."""
    fields = dataclasses.asdict(cast(Any, ev))
    fields.pop("project_id", None)
    fields.pop("subject_id", None)
    return fields
