"""Where papers can be fetched by code. Higher floors and interfaces register here::

providers.add(EvidenceProvider(key="model_check", codes=frozenset({"model_check"}), find=..., order=20))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from lantu.calc.identifiers import parse_project_code
from lantu.core.registry import Store
from lantu.projects.models import Project


@dataclass(frozen=True)
class Found:
    """A paper that an interface knows of."""

    number: str
    issuer: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class EvidenceProvider:
    """``find(project, code of the step, now)`` → the paper, or None. ``codes``: the steps it can answer for."""

    key: str
    codes: frozenset[str]
    find: Callable[[Project, str, datetime], Found | None]
    order: int


providers: Store[EvidenceProvider] = Store("gate_evidence_providers")


def _project_code(project: Project, code: str, now: datetime) -> Found | None:
    """The code in the register, if it is well-formed; dated with the first day of its month, as it says itself."""
    parsed = parse_project_code(project.code)
    day = date(parsed.year, parsed.month or 1, 1)
    day = min(day, timezone.localtime(project.created_at).date())
    return Found(project.code, "全国投资项目在线审批监管平台", day)


providers.add(
    EvidenceProvider(key="project_code", codes=frozenset({"project_code"}), find=_project_code, order=10)
)
