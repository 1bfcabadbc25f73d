"""Design values of a project: what the designer says in place of the standard's table."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.core.services.keep_evidence import keep_evidence
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.rules.overrides.forms import LimitForm
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.rules.overrides.selectors import visible_overrides
from lantu.monitoring.rules.overrides.services.set_limit import set_limit
from lantu.monitoring.rules.overrides.services.withdraw_limit import withdraw_limit
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import ENGINE_KINDS
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible


def _items() -> list[tuple[str, str]]:
    """Rules that judge readings; variants by grade and support share the part of their code before the last dots."""
    found: dict[str, str] = {}
    for version in versions_in_force(timezone.localdate()):
        if version.kind in ENGINE_KINDS:
            code = version.rule.code
            shared = ".".join(code.split(".")[:2]) if code.startswith("pit.") else code
            found.setdefault(shared, f"{version.rule.name} ({shared})")
    return sorted(found.items())


@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a project: what holds, its history, and the form."""
    require(request.user, "monitoring.read")
    project = get_visible(request.user, code)
    devices = Device.objects.filter(project=project).exclude(status=DeviceStatus.RETIRED)
    may_set = may(request.user, "monitoring.set_design_limit", project)
    form = LimitForm(request.POST or None, request.FILES or None, items=_items(), devices=devices)
    if request.method == "POST":
        require(request.user, "monitoring.set_design_limit", project)
        if form.is_valid() and _keep(request, form, project):
            messages.success(request, _("设计限值已登记，自今日起按设计限值判定。"))
            return HttpResponseRedirect(reverse("monitoring:design_limits", args=[project.code]))
    rows = visible_overrides(request.user).filter(project=project)
    context = {
        "project": project, "tab": "monitoring", "rows": rows.filter(withdrawn_at=None),
        "past": rows.exclude(withdrawn_at=None), "form": form, "may_set": may_set, "names": dict(_items()),
    }  # fmt: skip
    return render(request, "monitoring/design_limits.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: LimitForm, project: Project) -> bool:
    """Document and limits together; what is refused stands at its field."""
    assert isinstance(request.user, User)
    given: dict[str, Any] = form.cleaned_data
    now = timezone.now()
    try:
        with transaction.atomic():
            evidence = keep_evidence(
                file=given["file"], name=given["file"].name, project_id=project.pk, uploaded_by=request.user,
                supports_type="projects.project", supports_id=project.pk, now=now,
            )  # fmt: skip
            set_limit(
                project=project, item=given["item"], limits=form.limits(), evidence=evidence,
                document_no=given["document_no"], now=now, actor=request.user, device=given["device"],
                clause=given["clause"], reason=given["reason"],
            )  # fmt: skip
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A design value no longer holds."""
    found: ProjectRuleOverride | None = (
        visible_overrides(request.user).filter(pk=pk if 0 < pk < 2**63 else 0).first()
    )
    if found is None:
        raise Missing("monitoring.override_unknown", _("没有这条设计限值，或您无权查看。"))
    require(request.user, "monitoring.set_design_limit", found.project)
    assert isinstance(request.user, User)
    withdraw_limit(found, reason=request.POST.get("reason", ""), now=timezone.now(), actor=request.user)
    messages.success(request, _("已撤回，自今日起按规则表判定。"))
    return HttpResponseRedirect(reverse("monitoring:design_limits", args=[found.project.code]))
