"""Give a project another code; the old one keeps finding it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.projects.codes import scheme_of
from lantu.projects.events import CodeReplaced
from lantu.projects.facts import check_facts
from lantu.projects.models import Project, ProjectCode
from lantu.projects.services._guard import locked, refuse_problems
from lantu.projects.services.register_project import refuse_taken_code


@transaction.atomic
def replace_code(*, project: Project, new_code: str, reason: str, actor: User, now: datetime) -> Project:
    """Close the current code in the history and open ``new_code``. Raises Refused when it is taken or the same."""
    row = locked(project.pk)
    require(actor, "projects.edit", row)
    clean, problems = check_facts({"code": new_code}, current=row)
    refuse_problems(problems)
    code = clean["code"]
    if code == row.code:
        raise Refused("projects.same_code", _("新代码与现代码相同。"), remedy=_("无需更换。"), field="code")
    if not reason.strip():
        raise Unacceptable(
            "projects.no_reason",
            _("没有写更换理由。"),
            remedy=_("请写明依据，如重新核准文号。"),
            field="reason",
        )
    refuse_taken_code(code, besides=row.pk)
    day = timezone.localtime(now).date()
    ProjectCode.objects.filter(project=row, valid_to=None).update(valid_to=day)
    history, fresh = ProjectCode.objects.get_or_create(
        project=row, code=code, valid_from=day, defaults={"reason": reason.strip()[:200]}
    )
    if not fresh:
        history.valid_to = None
        history.save(update_fields=["valid_to"])
    old_code, row.code, row.code_scheme = row.code, code, scheme_of(code)
    row.updated_at, row.version = now, row.version + 1
    row.save(update_fields=["code", "code_scheme", "updated_at", "version"])
    emit(
        CodeReplaced(project_id=row.pk, subject_id=row.pk, old_code=old_code, new_code=code),
        actor=actor,
        at=now,
        reason=reason.strip(),
    )
    return row
