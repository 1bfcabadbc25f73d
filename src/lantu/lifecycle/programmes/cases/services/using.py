"""Put a template to work: foresee first, then make exactly what was foreseen, through the rooms' own services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.programmes.cases import registry
from lantu.lifecycle.programmes.cases.events import TemplateUsed
from lantu.lifecycle.programmes.cases.models import CaseTemplate, CaseUse
from lantu.lifecycle.programmes.cases.services import passing
from lantu.lifecycle.programmes.cases.states import CaseState
from lantu.lifecycle.programmes.services.passing import unfit
from lantu.projects.models import Project, Status

FURTHEST_DAYS = 366 * 5


@dataclass(frozen=True)
class PartPreview:
    key: str
    label: str
    makes: bool
    lines: list[registry.Line]
    problem: str


@dataclass(frozen=True)
class Preview:
    """What would be made from ``starts_on`` on. ``sha256`` over all of it: to be handed back with the confirmation."""

    parts: list[PartPreview]
    sha256: str

    @property
    def ready(self) -> list[str]:
        return [part.key for part in self.parts if part.makes and not part.problem]


def foresee_use(
    template: CaseTemplate, *, project: Project, starts_on: date, by: User, now: datetime
) -> Preview:
    """Every part with its days shifted on the working calendar, and what stands against it. Nothing is written."""
    require(by, "lifecycle.cases_use", project)
    _must_fit(template, project, starts_on, now)
    target = registry.Target(project=project, starts_on=starts_on, by=by, now=now)
    found = []
    for part in registry.parts:
        if part.key not in template.parts:
            continue
        foreseen = part.foresee(template.parts[part.key], target)
        found.append(
            PartPreview(part.key, str(part.label), part.make is not None, foreseen.lines, foreseen.problem)
        )
    plain = [
        {"key": part.key, "problem": part.problem, "lines": [_plain(line) for line in part.lines]}
        for part in found
    ]
    return Preview(found, passing.fingerprint([template.sha256, project.pk, starts_on.isoformat(), plain]))


def _plain(line: registry.Line) -> dict[str, Any]:
    return asdict(line) | {"on": line.on.isoformat() if line.on else None}


def _must_fit(template: CaseTemplate, project: Project, starts_on: date, now: datetime) -> None:
    if template.state != CaseState.APPROVED:
        raise Refused(
            "cases.not_approved",
            _("模板当前为“%(state)s”，不能套用。") % {"state": template.get_state_display()},
            remedy=_("请选择可用的模板。"),
        )
    if project.status in (Status.FINISHED, Status.CANCELLED):
        raise Refused(
            "cases.project_over",
            _("“%(name)s”已竣工或取消，不能套用模板。") % {"name": project.name},
            remedy=_("请选择正在推进的项目。"),
        )
    today = timezone.localtime(now).date()
    if not today - timedelta(days=FURTHEST_DAYS) <= starts_on <= today + timedelta(days=FURTHEST_DAYS):
        raise unfit("starts_on", _("开始日期应在前后五年之内。"), _("请核对日期。"))


@transaction.atomic
def use_template(
    template: CaseTemplate,
    *,
    project: Project,
    starts_on: date,
    wanted: Sequence[str],
    preview_sha256: str,
    by: User,
    now: datetime,
) -> CaseUse:
    """Make the parts ``wanted``. Raises Refused when the preview would read differently now: look again first."""
    template = passing.lock(template)
    Project.objects.select_for_update().only("pk").get(pk=project.pk)
    if CaseUse.objects.filter(template=template, project=project).exists():
        raise Refused(
            "cases.used_already",
            _("这个项目已经套用过这个模板。"),
            remedy=_("需要调整的，请在关口、清单、进度页上修改。"),
        )
    preview = foresee_use(template, project=project, starts_on=starts_on, by=by, now=now)
    if preview.sha256 != preview_sha256:
        raise Refused(
            "cases.preview_is_old",
            _("预览之后模板或项目有了变化，没有生成。"),
            remedy=_("请重新预览后再确认。"),
        )
    ready = set(preview.ready)
    chosen = [part for part in registry.parts if part.key in wanted]
    if not chosen or any(part.key not in ready for part in chosen):
        names = "、".join(str(part.label) for part in chosen if part.key not in ready)
        raise unfit(
            "parts",
            _("不能生成：%(names)s。") % {"names": names or _("没有选择任何部分")},
            _("请只选择预览中没有问题的部分。"),
        )
    target = registry.Target(project=project, starts_on=starts_on, by=by, now=now)
    made = {part.key: part.make(template.parts[part.key], target) for part in chosen if part.make is not None}
    use = CaseUse.objects.create(
        template=template,
        project=project,
        starts_on=starts_on,
        preview_sha256=preview.sha256,
        made=made,
        by=by,
        at=now,
    )
    emit(
        TemplateUsed(
            project_id=project.pk, subject_id=use.pk, template_id=template.pk, starts_on=starts_on.isoformat(), made=made
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return use
