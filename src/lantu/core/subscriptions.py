"""Who hears which event. Delivery is a job deferred in the emitting transaction, or inline for history."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lantu.core.models import Event

Handler = Callable[["Event"], None]
_handlers: dict[str, list[Handler]] = {}
_inline: contextvars.ContextVar[bool] = contextvars.ContextVar("lantu_inline_delivery", default=False)


def subscribe(*kinds: str) -> Callable[[Handler], Handler]:
    """Call the function below for each event of these kinds. It must be idempotent."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            bucket = _handlers.setdefault(kind, [])
            if handler not in bucket:
                bucket.append(handler)
        return handler

    return register


def handlers_of(kind: str) -> list[Handler]:
    return list(_handlers.get(kind, ()))


@contextmanager
def inline_delivery() -> Iterator[None]:
    """Run handlers at once, inside the emitting transaction: past history and tests need no worker."""
    token = _inline.set(True)
    try:
        yield
    finally:
        _inline.reset(token)


def delivers_inline() -> bool:
    return _inline.get()
