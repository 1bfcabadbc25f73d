"""Pages that a phone may keep for work without network: each names the person whose copy it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lantu.core.registry import Store

HEADER = "Lantu-Keep"
ViewT = TypeVar("ViewT", bound=Callable[..., HttpResponseBase])


def kept_offline(view: ViewT) -> ViewT:
    """Mark a view whose answers the service worker may keep for this reader, and show to nobody else."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.method == "GET" and request.user.is_authenticated:
            response[HEADER] = str(request.user.pk)
        return response

    return marked  # type: ignore[return-value]


@dataclass(frozen=True, kw_only=True)
class OfflineSource:
    """Addresses (pages and pictures) that this reader will need on site today, the most urgent first."""

    key: str
    addresses: Callable[[Any, datetime], Iterable[str]]
    order: int


offline_sources: Store[OfflineSource] = Store("offline_sources")
