"""Who hears which event. Delivery is a job deferred in the emitting transaction, or inline for history."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lantu.core.models import Event

Handler = Callable[["Event"], None]
_handlers: dict[str, list[Handler]] = {}
# None: deliver by job. A set: deliver inline, leaving out the handlers of these modules.
_inline: contextvars.ContextVar[frozenset[str] | None] = contextvars.ContextVar(
    "lantu_inline_delivery", default=None
)


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
def inline_delivery(*, leaving_out: Iterable[str] = ()) -> Iterator[None]:
    """Run handlers at once, inside the emitting transaction: past history and tests need no worker.

    ``leaving_out``: modules whose handlers only keep sums in step; whoever leaves them out makes the sums at the end.
    """
    token = _inline.set(frozenset(leaving_out))
    try:
        yield
    finally:
        _inline.reset(token)


def delivers_inline() -> bool:
    return _inline.get() is not None


def inline_handlers(kind: str) -> list[Handler]:
    """The handlers to run now, under :func:`inline_delivery`."""
    left_out = _inline.get() or frozenset()
    return [handler for handler in handlers_of(kind) if handler.__module__ not in left_out]
