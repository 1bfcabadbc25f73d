"""Correct or update a project's record; the second of two writers is shown what the first one changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Event
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.projects.events import ProjectChanged
from lantu.projects.facts import check_facts, label_of
from lantu.projects.models import Project
from lantu.projects.pinyin import pinyin_of
from lantu.projects.services._guard import locked, refuse_problems, require_area
from lantu.projects.services.recompute_lamp import recompute_lamps

# The code has a history of its own.
OWN_SERVICE = {"code": "replace_code"}
LAMP_FIELDS = {"stage", "status", "planned_start_on", "planned_finish_on", "actual_start_on"}


class ChangedMeanwhile(Refused):
    """Somebody else saved first. ``differences``: rows of (label, now stored, what this writer wanted)."""

    def __init__(self, who: str, differences: list[tuple[str, str, str]]) -> None:
        listed = "；".join(
            _("%(label)s：现为“%(stored)s”，您填的是“%(wanted)s”")
            % {"label": label, "stored": stored, "wanted": wanted}
            for label, stored, wanted in differences
        )
        super().__init__(
            "projects.changed_meanwhile",
            _("您打开页面之后，%(who)s已修改了这个项目。%(listed)s") % {"who": who, "listed": listed},
            remedy=_("请核对差异后重新保存，不会自动覆盖。"),
        )
        self.differences = differences


@transaction.atomic
def change_project(
    *, project: Project, values: Mapping[str, Any], version: int, actor: User, now: datetime, reason: str = ""
) -> Project:
    """Store ``values`` (field → value) and emit ProjectChanged with each field's before and after.

    ``version`` is the one the writer saw. Raises ChangedMeanwhile when it is no longer current and the
    values differ from what is stored; Unacceptable naming the field; Denied outside the actor's reach.
    """
    row = locked(project.pk)
    require(actor, "projects.edit", row)
    for field in OWN_SERVICE.keys() & values.keys():
        if values[field] != getattr(row, field):
            raise Unacceptable(
                "projects.code_by_replacement",
                _("项目代码不能直接修改。"),
                remedy=_("请用“更换代码”，旧码会保留在历史里。"),
                field=field,
            )
    clean, problems = check_facts({f: v for f, v in values.items() if f not in OWN_SERVICE}, current=row)
    refuse_problems(problems)
    changes = {f: (getattr(row, f), v) for f, v in clean.items() if not same_value(getattr(row, f), v)}
    if not changes:
        return row
    if version != row.version:
        raise ChangedMeanwhile(
            _last_writer(row), [(label_of(f), shown(a), shown(b)) for f, (a, b) in changes.items()]
        )
    if "area_code" in changes or "owner_org" in changes:
        owner = clean.get("owner_org") or row.owner_org
        require_area(
            actor, "projects.edit", area_code=clean.get("area_code", row.area_code), owner_org_id=owner.pk
        )
    store_changes(row, {field: after for field, (_before, after) in changes.items()}, now=now)
    emit(
        ProjectChanged(
            project_id=row.pk,
            subject_id=row.pk,
            changes={field: [shown(before), shown(after)] for field, (before, after) in changes.items()},
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    if LAMP_FIELDS & changes.keys():
        recompute_lamps(project_ids=[row.pk], now=now, actor=actor)
        row.refresh_from_db(fields=["lamp", "lamp_reason", "lamp_codes", "lamp_rule", "lamp_at"])
    return row


def store_changes(row: Project, changes: Mapping[str, Any], *, now: datetime) -> None:
    """Write the fields, the search words that follow from them, and the next version."""
    for field, value in changes.items():
        setattr(row, field, value)
    row.updated_at, row.version = now, row.version + 1
    fields = [*changes, "updated_at", "version"]
    if "name" in changes:
        row.name_pinyin = pinyin_of(row.name)
        fields.append("name_pinyin")
    row.save(update_fields=fields)


def same_value(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, Decimal) and wanted is not None:
        return stored == Decimal(wanted)
    return bool(stored == wanted)


def shown(value: Any) -> str:
    """A value as an event keeps it and a person reads it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "、".join(
            " ".join(map(str, part.values())) if isinstance(part, dict) else str(part) for part in value
        )
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _last_writer(row: Project) -> str:
    last = (
        Event.objects.filter(subject_type="projects.project", subject_id=row.pk, kind__startswith="projects.")
        .exclude(kind="projects.lamp_changed")
        .select_related("actor")
        .order_by("-id")
        .first()
    )
    if last is None or last.actor is None:
        return _("另一位用户")
    return f"{last.actor}（{timezone.localtime(last.at):%m-%d %H:%M}）"
