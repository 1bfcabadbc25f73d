"""Crane groups of a project: what stands, and the form that describes a group."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.monitoring.cranes.forms import CRANE_TYPE, CraneGroupForm, filled, heads
from lantu.monitoring.cranes.models import CraneGroup
from lantu.monitoring.cranes.selectors import pairs_of, visible_groups
from lantu.monitoring.cranes.services.set_group import set_group
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible


@require_http_methods(["GET", "POST"])
def groups(request: HttpRequest, code: str) -> HttpResponse:
    """The groups of a project; ``?group=`` opens one in the form, else the form is for a new one."""
    require(request.user, "monitoring.read")
    project = get_visible(request.user, code)
    standing = list(visible_groups(request.user).filter(project=project))
    chosen = _chosen(request, standing)
    may_set = may(request.user, "monitoring.set_crane_group", project)
    form = CraneGroupForm(
        request.POST or None, devices=_cranes(project, standing, chosen), initial=_initial(chosen)
    )
    if request.method == "POST":
        require(request.user, "monitoring.set_crane_group", project)
        if form.is_valid() and _keep(request, form, project, standing, chosen):
            messages.success(request, _("群塔已登记，下一分钟起按此判定。"))
            return HttpResponseRedirect(reverse("monitoring:crane_groups", args=[project.code]))
    context: dict[str, Any] = {
        "project": project, "tab": "monitoring", "form": form, "heads": heads(), "chosen": chosen,
        "may_set": may_set, "crane_groups": [(group, pairs_of(group)) for group in standing],
    }  # fmt: skip
    return render(request, "monitoring/crane_groups.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, standing: list[CraneGroup]) -> CraneGroup | None:
    wanted = request.GET.get("group", "")
    if not wanted:
        return None
    found = next((group for group in standing if str(group.pk) == wanted), None)
    if found is None:
        raise Missing("monitoring.crane_group_unknown", _("没有这组群塔，或您无权查看。"))
    return found


def _cranes(project: Project, standing: list[CraneGroup], chosen: CraneGroup | None) -> list[Device]:
    """Cranes of the site that belong to no other group; a retired one stays only in the group that it is in."""
    elsewhere = {one.device_id for group in standing if group != chosen for one in group.members.all()}
    mine = {one.device_id for one in chosen.members.all()} if chosen else set()
    rows = Device.objects.filter(project=project, type__code=CRANE_TYPE).exclude(pk__in=elsewhere)
    return [row for row in rows.order_by("code") if row.pk in mine or row.status != DeviceStatus.RETIRED]


def _initial(chosen: CraneGroup | None) -> dict[str, Any]:
    return {"name": chosen.name, **filled(list(chosen.members.all()))} if chosen else {}


def _keep(
    request: HttpRequest,
    form: CraneGroupForm,
    project: Project,
    standing: list[CraneGroup],
    chosen: CraneGroup | None,
) -> bool:
    """What is refused stands above the form. A known name would describe that other group anew: it is asked about."""
    assert isinstance(request.user, User)
    name = form.cleaned_data["name"].strip()
    if any(group.name == name for group in standing if group != chosen):
        form.add_error("name", _("本项目已有同名群塔，请从列表打开它修改。"))
        return False
    try:
        set_group(
            project=project,
            name=chosen.name if chosen else name,
            cranes=form.cranes(),
            now=timezone.now(),
            actor=request.user,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
