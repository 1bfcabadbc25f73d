"""Make a template of a finished project: take the parts, clean them, prove that nothing is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.calc.anonymise import anonymise, leaks
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.open import open_duty
from lantu.lifecycle.programmes.cases import registry
from lantu.lifecycle.programmes.cases.events import TemplateDrafted, TemplateEdited
from lantu.lifecycle.programmes.cases.models import CaseTemplate
from lantu.lifecycle.programmes.cases.names import known_names
from lantu.lifecycle.programmes.cases.services import passing
from lantu.lifecycle.programmes.cases.states import CaseState, CaseVerb, next_state
from lantu.lifecycle.programmes.services.passing import clean, next_pk, unfit
from lantu.lifecycle.stale import stale_edit
from lantu.projects.models import Project, Status

NAME_LEAST = 4


@transaction.atomic
def take_template(
    project: Project,
    *,
    name: str,
    approver: User,
    by: User,
    now: datetime,
    summary: str = "",
    only: Sequence[str] = (),
    replaces: CaseTemplate | None = None,
    is_demo: bool = False,
) -> CaseTemplate:
    """A draft with every part that the project has (or those of ``only``). ``replaces``: the approved one that this is the
    next version of. Raises Refused for a project that is not finished or has nothing to take.
    """
    require(by, "lifecycle.cases_make", project)
    if project.status != Status.FINISHED and project.actual_finish_on is None:
        raise Refused(
            "cases.not_finished",
            _("“%(name)s”还没有竣工，不能作为经验模板的来源。") % {"name": project.name},
            remedy=_("请选择已竣工的项目。"),
        )
    _must_be_fit(approver, by, replaces)
    title, scope, parts, removed = _content(project, name=name, summary=summary, only=only)
    template = CaseTemplate(
        pk=next_pk("lifecycle_casetemplate"),
        name=title,
        summary=scope,
        sector=project.sector,
        version=1 if replaces is None else replaces.version + 1,
        replaces=replaces,
        source=project,
        parts=parts,
        sha256=passing.fingerprint(parts),
        removed=removed,
        created_by=by,
        created_at=now,
        approver=approver,
        is_demo=is_demo,
    )
    template.duty = open_duty(
        subject_type=passing.SUBJECT,
        subject_id=template.pk,
        now=now,
        actor=by,
        **passing.duty_of(template, now=now),
    )
    template.save(force_insert=True)
    emit(
        TemplateDrafted(
            subject_id=template.pk, before="", after=template.state, name=title, parts=sorted(parts),
            removed=removed, sha256=template.sha256,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return template


def _must_be_fit(approver: User, by: User, replaces: CaseTemplate | None) -> None:
    if approver.pk == by.pk or not may(approver, "lifecycle.cases_approve"):
        raise unfit("approver", _("批准人应是有批准权限的另一位同志。"))
    if replaces is not None and replaces.state != CaseState.APPROVED:
        raise Refused(
            "cases.replaces_unapproved", _("只有已批准的模板可以出新版。"), remedy=_("请先办完上一版。")
        )


def _content(
    project: Project, *, name: str, summary: str, only: Sequence[str]
) -> tuple[str, str, dict[str, Any], dict[str, int]]:
    """Title, scope and parts without names; raises Refused when anything personal would survive."""
    start = project.actual_start_on or project.planned_start_on or project.created_at.date()
    taken: dict[str, Any] = {}
    for part in registry.parts:
        if only and part.key not in only:
            continue
        content = part.take(project, start)
        if content:
            taken[part.key] = content
    if not taken:
        raise Refused(
            "cases.nothing_to_take",
            _("“%(name)s”没有关口、清单、进度计划或工期可以提取。") % {"name": project.name},
            remedy=_("请选择在系统里走过全过程的项目。"),
        )
    known = known_names(project)
    whole, counts = anonymise(
        {"name": clean(name, most=120), "summary": summary[:2000], "parts": taken}, known
    )
    if left := leaks(whole, known):
        raise Refused(
            "cases.names_left",
            _("仍有可识别的名称或号码：%(what)s。") % {"what": "、".join(leak.found for leak in left[:5])},
            remedy=_("请从模板名称和说明中去掉后重试。"),
        )
    if len(whole["name"]) < NAME_LEAST:
        raise unfit(
            "name",
            _("请写模板名称，至少 %(n)d 个字。") % {"n": NAME_LEAST},
            _("例如“老旧小区改造（外墙与管网）”。"),
        )
    return whole["name"], whole["summary"], whole["parts"], {key: n for key, n in sorted(counts.items()) if n}


@transaction.atomic
def edit_template(
    template: CaseTemplate,
    *,
    name: str,
    summary: str,
    drop: Sequence[str],
    edited_no: int,
    by: User,
    now: datetime,
) -> CaseTemplate:
    """Other words, or fewer parts. Words are cleaned of names as well."""
    require(by, "lifecycle.cases_make")
    template = passing.lock(template)
    before, template.state = template.state, next_state(template.state, CaseVerb.EDIT)
    passing.must_hold(template, by, template.created_by)
    known = known_names(template.source)
    words, _counts = anonymise([clean(name, most=120), summary[:2000]], known)
    if edited_no != template.edited_no:
        now_is = {"name": template.name, "summary": template.summary}
        raise stale_edit(
            "cases.changed_meanwhile", CaseTemplate, now_is, {"name": words[0], "summary": words[1]}
        )
    parts = {key: content for key, content in template.parts.items() if key not in drop}
    if not parts:
        raise unfit("drop", _("模板至少要保留一个部分。"))
    if len(words[0]) < NAME_LEAST:
        raise unfit("name", _("请写模板名称，至少 %(n)d 个字。") % {"n": NAME_LEAST})
    template.name, template.summary = words
    template.parts, template.sha256 = parts, passing.fingerprint(parts)
    passing.save(template)
    emit(
        TemplateEdited(
            subject_id=template.pk, before=before, after=template.state, parts=sorted(parts), sha256=template.sha256
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return template
