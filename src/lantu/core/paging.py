"""Cursor paging of lists in the API: stable while rows are added, and constant in cost."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Schema

from lantu.core.refusals import Unacceptable

ItemT = TypeVar("ItemT")
ModelT = TypeVar("ModelT", bound=Model)
MAX_LIMIT = 500


class Page(Schema, Generic[ItemT]):
    """``next`` is the cursor of the following page, or null."""

    items: list[ItemT]
    next: str | None = None


def _encode(value: Any, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, pk], default=str).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return value, int(pk)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Unacceptable(
            "paging.bad_cursor",
            _("游标无效。"),
            remedy=_("请使用上一页返回的 next 值，或去掉 cursor 从头读取。"),
            field="cursor",
        ) from error


def page_of(
    rows: QuerySet[ModelT],
    *,
    cursor: str | None,
    limit: int,
    order: str = "-id",
    shape: Callable[[ModelT], Any] = lambda row: row,
) -> dict[str, Any]:
    """Read one page ordered by ``order`` (a column, ``-`` for descending) then by id.

    Returns ``{"items": […], "next": cursor|None}`` with at most ``limit`` (1–500) items.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    descending, column = order.startswith("-"), order.lstrip("-")
    if cursor:
        value, pk = _decode(cursor)
        past = "lt" if descending else "gt"
        if column == "id":
            rows = rows.filter(**{f"pk__{past}": pk})
        else:
            try:
                rows = rows.filter(
                    Q(**{f"{column}__{past}": value}) | Q(**{column: value, f"pk__{past}": pk})
                )
            except (ValueError, TypeError) as error:
                raise Unacceptable("paging.bad_cursor", _("游标无效。"), field="cursor") from error
    ordering = [order] if column == "id" else [order, "-id" if descending else "id"]
    found = list(rows.order_by(*ordering)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    last = found[-1] if found else None
    token = _encode(getattr(last, column), last.pk) if more and last is not None else None
    return {"items": [shape(row) for row in found], "next": token}
