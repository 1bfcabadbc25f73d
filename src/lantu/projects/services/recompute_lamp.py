"""Keep the lamps in step with the data. The rule itself is calc.lamps: pure and versioned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from lantu.accounts.models import User
from lantu.calc.lamps import LampReason, LampVerdict, ProjectFacts, project_lamp
from lantu.core.services.emit import emit_all
from lantu.projects.events import LampChanged
from lantu.projects.lamp_facts import gather
from lantu.projects.lamp_words import words_of
from lantu.projects.models import Project, Stage, Status

CHUNK = 500
STORE_SQL = """
    UPDATE projects_project p
    SET lamp = n.lamp, lamp_codes = n.codes::jsonb, lamp_rule = n.rule, lamp_reason = n.reason, lamp_at = n.at
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS n(id, lamp, codes, rule, reason, at)
    WHERE p.id = n.id
"""
READ = (
    "id", "stage", "status", "planned_start_on", "planned_finish_on", "actual_start_on", "planned_pct",
    "physical_pct", "lamp", "lamp_codes", "lamp_reason", "lamp_rule", "lamp_at",
)  # fmt: skip
COUNTED = {
    LampReason.RED_WARNING: "open_red_warnings",
    LampReason.ORANGE_WARNING: "open_orange_warnings",
    LampReason.OVERDUE_HAZARD: "overdue_hazards",
    LampReason.CONDITION_OVERDUE: "overdue_conditions",
    LampReason.GATE_OVERDUE: "overdue_gates",
}


def recompute_lamps(
    *,
    now: datetime,
    project_ids: Sequence[int] | None = None,
    actor: User | None = None,
    cause_id: int | None = None,
) -> int:
    """Compute the lamps of these projects (all by default); emit LampChanged where the colour changed.

    Returns how many changed. Safe to repeat: the lamp follows from what is stored.
    """
    ids = list(project_ids) if project_ids is not None else list(Project.objects.values_list("pk", flat=True))
    return sum(_recompute_chunk(chunk, now, actor, cause_id) for chunk in _chunks(sorted(ids)))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _recompute_chunk(ids: list[int], now: datetime, actor: User | None, cause_id: int | None) -> int:
    # Within the change that caused it there is nothing to save separately.
    with transaction.atomic(savepoint=False):
        return _recompute_locked(ids, now, actor, cause_id)


def _recompute_locked(ids: list[int], now: datetime, actor: User | None, cause_id: int | None) -> int:
    projects = list(Project.objects.select_for_update().only(*READ).filter(pk__in=ids).order_by("pk"))
    facts = gather(ids, now)
    today = timezone.localtime(now).date()
    touched, turned = [], []
    for project in projects:
        known = facts[project.pk]
        verdict = project_lamp(_facts(project, known), today=today)
        codes = _codes(verdict, known)
        if (project.lamp, project.lamp_codes, project.lamp_rule) == (
            str(verdict.lamp),
            codes,
            verdict.version,
        ):
            continue
        if project.lamp != verdict.lamp:
            turned.append((project, project.lamp))
            project.lamp_at = now
        project.lamp, project.lamp_codes, project.lamp_rule = str(verdict.lamp), codes, verdict.version
        with translation.override("zh-hans"):
            project.lamp_reason = words_of(codes)[:300]
        touched.append(project)
    _store(touched)
    told = [
        LampChanged(
            project_id=project.pk,
            subject_id=project.pk,
            before=before,
            after=project.lamp,
            rule=project.lamp_rule,
            why=project.lamp_reason,
        )
        for project, before in turned
    ]
    if told:
        emit_all(told, actor=actor, at=now, cause_id=cause_id)
    return len(turned)


def _store(projects: list[Project]) -> None:
    """One statement for a whole chunk: bulk_update would write five CASEs of five hundred branches."""
    if not projects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            STORE_SQL,
            [
                [project.pk for project in projects],
                [project.lamp for project in projects],
                [json.dumps(project.lamp_codes) for project in projects],
                [project.lamp_rule for project in projects],
                [project.lamp_reason for project in projects],
                [project.lamp_at for project in projects],
            ],
        )


def _facts(project: Project, known: dict[str, Any]) -> ProjectFacts:
    """What the rule looks at: the project's own figures and what higher floors know."""
    return ProjectFacts(
        under_construction=project.stage == Stage.CONSTRUCTION,
        paused=project.status in (Status.SUSPENDED, Status.CANCELLED),
        finished=project.status == Status.FINISHED or project.stage == Stage.OPERATION,
        planned_start_on=project.planned_start_on if project.stage != Stage.ACCEPTANCE else None,
        planned_finish_on=project.planned_finish_on,
        actual_start_on=project.actual_start_on or (project.planned_start_on if _begun(project) else None),
        plan_pct=_float(project.planned_pct),
        physical_pct=_float(project.physical_pct),
        **known,
    )


def _begun(project: Project) -> bool:
    """A project under construction has begun, even if nobody entered the day."""
    return project.stage in (Stage.CONSTRUCTION, Stage.ACCEPTANCE)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _codes(verdict: LampVerdict, known: dict[str, Any]) -> list[list[str]]:
    codes = []
    for reason in verdict.reasons:
        number = ""
        if reason in (LampReason.BEHIND, LampReason.FAR_BEHIND) and verdict.behind_points is not None:
            number = (
                f"{verdict.behind_points:g}" if verdict.behind_points % 1 else str(int(verdict.behind_points))
            )
        elif reason in COUNTED:
            number = str(known.get(COUNTED[reason], 0))
        codes.append([str(reason), number])
    return codes
