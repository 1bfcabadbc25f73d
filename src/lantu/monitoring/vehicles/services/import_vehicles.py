"""Register the trucks of a list: all of them, or none and every mistake with its row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Refused, Unacceptable
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.sheets import SheetRow
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a row of the sheet."""

    row: int
    column: str
    text: str


@dataclass(frozen=True)
class Imported:
    """How many trucks the list holds and what is wrong; ``done``: they are registered."""

    rows: int
    mistakes: list[Mistake]
    done: bool


def import_vehicles(
    rows: Sequence[SheetRow], *, now: datetime, actor: User, only_check: bool = False
) -> Imported:
    """Try every row in one transaction; with a mistake, or with ``only_check``, nothing of it stays."""
    mistakes: list[Mistake] = []
    with transaction.atomic():
        for row in rows:
            mistakes += [Mistake(row.number, column, text) for column, text in row.problems]
            if row.problems:
                continue
            try:
                with transaction.atomic():
                    _register(row.values, now, actor)
            except Refused as refusal:
                mistakes.append(Mistake(row.number, refusal.field or "", str(refusal)))
        undone = bool(mistakes) or only_check or not rows
        if undone:
            transaction.set_rollback(True)
    return Imported(len(rows), mistakes, not undone)


def _register(given: Any, now: datetime, actor: User) -> None:
    values = dict(given)
    codes = [part for part in re.split(r"[\s,，;；、]+", str(values.pop("serves"))) if part]
    projects = list(visible_projects(actor).filter(code__in=codes))
    if len(projects) != len(set(codes)):
        raise Unacceptable(
            "monitoring.vehicle_projects",
            _("没有代码为 %(codes)s 的项目，或您无权查看。") % {"codes": "、".join(codes)[:120]},
            remedy=_("请核对项目代码。"),
            field="serves",
        )
    company = Organisation.objects.filter(name=values["company"]).first()
    if company is None:
        raise Unacceptable(
            "monitoring.vehicle_company",
            _("没有登记“%(unit)s”这个单位。") % {"unit": values["company"][:60]},
            remedy=_("请先登记运输企业，或核对名称。"),
            field="company",
        )
    ordered: list[Project] = sorted(projects, key=lambda project: codes.index(project.code))
    register_vehicle(values=values | {"company": company}, projects=ordered, now=now, actor=actor)
