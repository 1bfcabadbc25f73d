"""What a person sent with a verb, and what a verb of the table does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from lantu.accounts.models import User
from lantu.hazards.forms import whole
from lantu.hazards.models import Hazard


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person sent with a verb: who, when, text fields, files."""

    by: User
    now: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Any] = ()

    def text(self, name: str) -> str:
        return str(self.values.get(name, "") or "")

    @property
    def version(self) -> int | None:
        return whole(self.values, "version")


@dataclass(frozen=True, kw_only=True)
class Doing:
    """``done``: what the person reads when it has worked."""

    run: Callable[[Hazard, Request], None]
    done: str | Promise
