"""Registration, provisioning by spreadsheet, labels, status."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.monitoring.devices.forms import ChangeForm, DeviceForm, SheetForm
from lantu.monitoring.devices.imports.models import DeviceImport
from lantu.monitoring.devices.imports.sheet import COLUMNS, template
from lantu.monitoring.devices.models import Device, DeviceType
from lantu.monitoring.devices.selectors import find_devices, get_device
from lantu.monitoring.devices.services.add_channels import add_channels
from lantu.monitoring.devices.services.change_device import CHANGEABLE, change_device
from lantu.monitoring.devices.services.change_status import change_status
from lantu.monitoring.devices.services.import_devices import apply_import, check_sheet, hand_out_tokens
from lantu.monitoring.devices.services.register import register_device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.projects.models import Project
from lantu.projects.selectors import UNDER_CONSTRUCTION, visible_projects
from lantu.projects.views.listing import XLSX

LABELS_AT_ONCE = 240
UNITS_OFFERED = 400
REGISTER = "monitoring.register_device"


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _projects(person: User) -> Any:
    """Projects for which this person may register devices."""
    rows = visible_projects(person).filter(UNDER_CONSTRUCTION).order_by("name")
    mine = [project.pk for project in rows if may(person, REGISTER, project)]
    return Project.objects.filter(pk__in=mine).order_by("name")


def _units() -> Any:
    return Organisation.objects.order_by("name").values_list("name", flat=True)[:UNITS_OFFERED]


@require_http_methods(["GET", "POST"])
def new_device(request: HttpRequest) -> HttpResponse:
    """Register one device; its token is issued on its page."""
    require(request.user, REGISTER)
    person = _person(request)
    form = DeviceForm(
        request.POST or None, projects=_projects(person), initial={"project": request.GET.get("project", "")}
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        project, kind = values.pop("project"), values.pop("type")
        require(person, REGISTER, project)
        try:
            device = register_device(
                project=project, type_code=kind.code, now=timezone.now(), actor=person, **values
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已登记。下一步：签发口令，写入设备。"))
            return HttpResponseRedirect(device.get_absolute_url())
    context = {
        "form": form,
        "units": _units(),
        "types": DeviceType.objects.all(),
        "title": pgettext("button", "登记设备"),
    }
    return render(request, "monitoring/device_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_device(request: HttpRequest, code: str) -> HttpResponse:
    """Correct place, dates, facts, unit."""
    device = get_device(request.user, code)
    require(request.user, REGISTER, device.project)
    form = ChangeForm.of(device, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in CHANGEABLE}
        # What no line of text can say (a table of design values) stays as it is.
        values["facts"] |= {
            name: value for name, value in device.facts.items() if isinstance(value, dict | list)
        }
        by: dict[str, Any] = {
            "reason": form.cleaned_data["reason"],
            "now": timezone.now(),
            "actor": _person(request),
        }
        try:
            with transaction.atomic():
                change_device(device, values=values, **by)
                add_channels(device, form.cleaned_data["channels"], **by)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已更正。"))
            return HttpResponseRedirect(device.get_absolute_url())
    context = {"form": form, "units": _units(), "device": device, "title": _("更正设备资料")}
    return render(request, "monitoring/device_form.html", context, status=422 if form.errors else 200)


@require_POST
def set_status(request: HttpRequest, code: str) -> HttpResponse:
    """In service, under maintenance, retired: with the reason."""
    device = get_device(request.user, code)
    require(request.user, REGISTER, device.project)
    status, reason = request.POST.get("status", ""), request.POST.get("reason", "").strip()
    if status not in DeviceStatus.values or len(reason) < 4:
        raise Unacceptable(
            "monitoring.status_reason",
            _("请选择状态，并写明理由。"),
            remedy=_("例如：月度检修。"),
            field="reason",
        )
    change_status(
        device, status=DeviceStatus(status), reason=reason[:200], now=timezone.now(), actor=_person(request)
    )
    messages.success(request, _("设备状态已变更。"))
    return HttpResponseRedirect(device.get_absolute_url())


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a sheet; it is checked at once and nothing is registered yet."""
    require(request.user, REGISTER)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = check_sheet(file=file, name=file.name, actor=_person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(run.get_absolute_url())
    runs = DeviceImport.objects.filter(started_by=_person(request)).defer("rows", "errors")[:10]
    context = {"form": form, "runs": runs, "columns": COLUMNS, "types": DeviceType.objects.all()}
    return render(request, "monitoring/device_import.html", context, status=422 if form.errors else 200)


def _run(request: HttpRequest, pk: int) -> DeviceImport:
    """A sheet of this person's. Raises Missing."""
    require(request.user, REGISTER)
    run = DeviceImport.objects.filter(pk=pk if pk < 2**63 else 0, started_by=_person(request)).first()
    if run is None:
        raise Missing("monitoring.no_import", _("没有这次设备导入。"), remedy=_("请从导入页面进入。"))
    return run


@require_GET
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Preview: what would be registered, or which cell is wrong and why."""
    run = _run(request, pk)
    codes = (
        ",".join(row["code"] for row in run.rows if "code" in row) if run.state == run.State.APPLIED else ""
    )
    type_names = {kind.code: kind.label for kind in DeviceType.objects.all()}
    return render(
        request, "monitoring/device_import_run.html", {"run": run, "codes": codes, "type_names": type_names}
    )


@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    run = apply_import(_run(request, pk), actor=_person(request), now=timezone.now())
    messages.success(request, _("已登记 %(count)s 台设备。") % {"count": len(run.rows)})
    return HttpResponseRedirect(run.get_absolute_url())


@require_POST
def import_tokens(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The sheet of tokens: once."""
    sheet = hand_out_tokens(_run(request, pk), actor=_person(request), now=timezone.now())
    response = FileResponse(sheet, as_attachment=True, filename=f"device-tokens-{pk}.xlsx", content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def import_template(request: HttpRequest) -> FileResponse:
    require(request.user, REGISTER)
    return FileResponse(template(), as_attachment=True, filename="devices-template.xlsx", content_type=XLSX)


@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """QR labels for printing, 24 on a sheet of A4: of a project, or of the devices named."""
    require(request.user, "monitoring.read")
    asked = request.GET.get("project", "")
    codes = [code for code in request.GET.get("codes", "").split(",") if code][:LABELS_AT_ONCE]
    rows = find_devices(request.user, now=timezone.now(), project=asked).exclude(status=DeviceStatus.RETIRED)
    if codes:
        rows = rows.filter(code__in=codes)
    elif not asked:
        rows = rows.none()
    shown = [{"device": device, "qr": _qr(request, device)} for device in rows[:LABELS_AT_ONCE]]
    sheets = [shown[start : start + 24] for start in range(0, len(shown), 24)]
    return render(
        request, "monitoring/labels.html", {"sheets": sheets, "count": len(shown), "project": asked}
    )


def _qr(request: HttpRequest, device: Device) -> str:
    """The address of the device's page as inline SVG: drawn by the library from our own URL, so safe."""
    out = BytesIO()
    address = request.build_absolute_uri(reverse("monitoring:device", args=[device.code]))
    segno.make(address, error="m").save(
        out,
        kind="svg",
        scale=1,
        border=1,
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308
