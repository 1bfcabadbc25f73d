"""The checklist: its tree with weights, definitions of done, days and monthly targets; owners as parts in the project,
not as people. Targets are kept as a curve over working days, so that they follow the new dates; money is not taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from lantu.lifecycle.checklists.models import Checklist, ChecklistItem
from lantu.lifecycle.checklists.months import months_of
from lantu.lifecycle.checklists.rows import ItemRow, problems_of
from lantu.lifecycle.checklists.services.drafting import create_checklist
from lantu.lifecycle.programmes.cases.registry import (
    Content,
    Foreseen,
    Line,
    Target,
    offset_of,
    people_by_role,
    role_of,
)
from lantu.projects.models import Party, Project
from lantu.projects.progress import month_end

TAKEN_FROM = ("in_force", "superseded")
OWNERS = (Party.Role.CONTRACTOR, Party.Role.OWNER)
VERIFIERS = (Party.Role.SUPERVISOR, Party.Role.OWNER, Party.Role.OFFICER)


def take(project: Project, start: date) -> Content | None:
    """The latest checklist that was in force; days are counted from its own first day."""
    rows = Checklist.objects.filter(project=project, state__in=TAKEN_FROM).order_by("-year", "-version")
    checklist = rows.first()
    if checklist is None:
        return None
    items = list(
        ChecklistItem.objects.filter(checklist=checklist)
        .select_related("parent", "owner", "verifier")
        .prefetch_related("targets")
    )
    begun = [item.start_on for item in items if item.start_on is not None]
    first = min(begun) if begun else start
    roles: dict[int, str] = {}

    def role(person: Any) -> str:
        if person is None:
            return ""
        if person.pk not in roles:
            roles[person.pk] = role_of(project, person)
        return roles[person.pk]

    return {
        "items": [
            {
                "code": item.code,
                "title": item.title,
                "is_group": item.is_group,
                "parent": item.parent.code if item.parent else "",
                "done_when": item.definition_of_done,
                "owner_role": role(item.owner),
                "verifier_role": role(item.verifier),
                "weight": str(item.weight),
                "start": None if item.start_on is None else offset_of(first, item.start_on),
                "due": None if item.due_on is None else offset_of(first, item.due_on),
                "evidence_type": item.evidence_type,
                "source": item.source,
                "curve": [] if item.is_group else _curve(first, item),
            }
            for item in items
        ]
    }


def _curve(first: date, item: ChecklistItem) -> list[list[float]]:
    """[working days from the first day to the end of a month, cumulative percent] wherever the percent changes. The month
    in which the item is due ends for it on its own day: what is due on the 2nd is not half done on the 2nd elsewhere."""
    due = None if item.due_on is None else offset_of(first, item.due_on)
    points: list[list[float]] = []
    for target in item.targets.all():
        pct = float(target.planned_pct)
        if pct > (points[-1][1] if points else 0.0):
            day = offset_of(first, month_end(target.month))
            points.append([day if due is None else min(day, due), pct])
    return points


def targets_at(
    content: list[list[float]], start: int, target: Target, year: int
) -> dict[date, tuple[float, float]]:
    """Month → (percent, 0 yuan) for the new dates: straight between the points of the curve, which begins at ``start``.

    Empty for a template without a curve (made before targets were taken): the months then go in proportion to time.
    """
    points = [(float(start), 0.0), *((float(day), float(pct)) for day, pct in content)]
    if len(points) == 1:
        return {}
    found = {}
    for month in months_of(year):
        day = offset_of(target.starts_on, month_end(month)) if month_end(month) >= target.starts_on else -1
        found[month] = (round(_at(points, day), 2), 0.0)
    return found


def _at(points: list[tuple[float, float]], day: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if day < left:
            return low
        if day < right:
            return low + (high - low) * (day - left) / (right - left)
    return points[-1][1]


def rows_for(content: Content, target: Target) -> list[ItemRow]:
    """The rows for the target: days shifted, owners and verifiers by their part in the new project."""
    people = people_by_role(target.project)

    def first(wanted: str, instead: tuple[Any, ...], but: Any = None) -> Any:
        for key in (wanted, *map(str, instead)):
            found = people.get(key)
            if found is not None and (but is None or found.pk != but.pk):
                return found
        return None

    rows = []
    for item in content["items"]:
        owner = verifier = None
        if not item["is_group"]:
            owner = first(item["owner_role"], OWNERS)
            verifier = first(item["verifier_role"], VERIFIERS, but=owner)
        rows.append(
            ItemRow(
                code=item["code"],
                title=item["title"],
                place=item["code"],
                is_group=item["is_group"],
                parent=item["parent"],
                definition_of_done=item["done_when"],
                owner=owner,
                verifier=verifier,
                weight=Decimal(item["weight"]),
                start_on=None if item["start"] is None else target.day(item["start"]),
                due_on=None if item["due"] is None else target.day(item["due"]),
                evidence_type=item["evidence_type"],
                source=item["source"],
                targets={}
                if item["start"] is None
                else targets_at(item.get("curve", []), item["start"], target, target.starts_on.year),
            )
        )
    return rows


def foresee(content: Content, target: Target) -> Foreseen:
    """Every item with its new day, and what would be refused."""
    rows = rows_for(content, target)
    year = target.starts_on.year
    problem = ""
    if Checklist.objects.filter(project=target.project, year=year).exclude(state="withdrawn").exists():
        problem = _("这个项目 %(year)d 年已经有清单。") % {"year": year}
    elif wrong := problems_of(rows, year):
        problem = wrong[0].text()
    lines = [
        Line(
            what=f"{row.code} {row.title}",
            offset=item["due"],
            on=row.due_on,
            note="" if row.is_group else f"{row.owner or '—'} / {row.verifier or '—'}",
        )
        for item, row in zip(content["items"], rows, strict=True)
    ]
    return Foreseen(lines=lines, problem=problem)


def make(content: Content, target: Target) -> str:
    """A draft of the year in which the work begins: its people still countersign it."""
    made = create_checklist(
        project=target.project,
        year=target.starts_on.year,
        rows=rows_for(content, target),
        by=target.by,
        now=target.now,
    )
    return _("已建立清单草稿“%(name)s”，%(n)d 项") % {"name": made.name, "n": made.items.count()}
