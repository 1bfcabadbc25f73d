"""双随机: draw projects and inspectors by lot; the seed and everybody who could have been drawn are kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.calc.draws import draw
from lantu.core.services.emit import emit
from lantu.hazards.inspections.events import DrawMade
from lantu.hazards.inspections.models import Draw
from lantu.hazards.inspections.services import passing
from lantu.hazards.inspections.services.planning import plan_inspection
from lantu.hazards.inspections.states import InspectionKind
from lantu.projects.models import Party, Project

MOST_DRAWN = 50
PAIR = 2


@transaction.atomic
def draw_inspections(
    *,
    kind: str,
    tables: Sequence[str],
    projects: Sequence[Project],
    inspectors: Sequence[User],
    count: int,
    planned_on: date,
    by: User,
    now: datetime,
    seed: str = "",
) -> Draw:
    """Draw ``count`` projects, and for each an inspector and a second person who belong to none of its parties.

    The seed is made here unless it is given; :func:`redraw` repeats the draw from what was stored. Raises Refused when
    there are too few projects or people.
    """
    require(by, "inspections.draw")
    if kind not in InspectionKind.values:
        raise passing.unfit("kind", _("检查类别不对。"))
    by_code = {project.code: project for project in projects}
    by_name = {person.username: person for person in inspectors}
    _must_suffice(len(by_code), len(by_name), count)
    seed = (seed or secrets.token_hex(16))[:64]
    drawn = draw(seed, by_code, count)
    pairs = [_pair(seed, by_code[code], by_name) for code in drawn]
    made = Draw.objects.create(
        seed=seed,
        made_by=by,
        made_at=now,
        kind=kind,
        projects=sorted(by_code),
        inspectors=sorted(by_name),
        drawn_projects=list(drawn),
        drawn_inspectors=[[person.username for person in pair] for pair in pairs],
    )
    emit(
        DrawMade(
            project_id=None, subject_id=made.pk, seed=seed, projects=len(by_code), inspectors=len(by_name),
            drawn_projects=list(drawn), drawn_inspectors=["+".join(names) for names in made.drawn_inspectors],
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    for code, (inspector, second) in zip(drawn, pairs, strict=True):
        plan_inspection(
            project=by_code[code],
            kind=kind,
            tables=tables,
            inspector=inspector,
            second=second,
            planned_on=planned_on,
            by=by,
            now=now,
            draw=made,
        )
    return made


def _must_suffice(projects: int, people: int, count: int) -> None:
    most = min(projects, MOST_DRAWN)
    if not 1 <= count <= most:
        raise passing.unfit("count", _("可抽 1 到 %(n)d 个项目。") % {"n": most}, _("请调整备选范围。"))
    if people < PAIR:
        raise passing.unfit("inspectors", _("备选检查人至少 2 名。"))


def _pair(seed: str, project: Project, people: dict[str, User]) -> tuple[User, User]:
    """Two people for one project: drawn from those who may inspect it and have no part in it."""
    parties = set(
        Party.objects.filter(
            project=project, role__in=[Party.Role.CONTRACTOR, Party.Role.SUPERVISOR, Party.Role.OWNER]
        ).values_list("organisation_id", flat=True)
    )
    fit = [
        name
        for name, person in people.items()
        if person.organisation_id not in parties and may(person, "inspections.fill", project)
    ]
    if len(fit) < PAIR:
        raise passing.unfit(
            "inspectors",
            _("项目“%(project)s”没有两名可用的检查人。") % {"project": project.name},
            _("请增加备选检查人，或从备选项目中去掉它。"),
        )
    first, second = draw(f"{seed}:{project.code}", fit, PAIR)
    return people[first], people[second]


def redraw(made: Draw) -> bool:
    """Whether the stored seed over the stored names gives the stored projects: anybody can check the draw."""
    return list(draw(made.seed, made.projects, len(made.drawn_projects))) == list(made.drawn_projects)
