"""What surrounds a sheet: marking a finding on its photo, and the result on paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.refusals import Missing
from lantu.hazards.forms import whole
from lantu.hazards.inspections import selectors, services
from lantu.hazards.inspections.states import Result

SHOWN_WIDTH = 320


@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Tap on a photo to mark the finding: the picture itself is the button and sends where it was touched."""
    user: Any = request.user
    require(user, "inspections.read")
    inspection = selectors.get_visible_inspection(user, pk)
    item = selectors.entry_of(inspection, entry)
    photos = selectors.photos_of([item])[item.pk]
    if request.method == "POST":
        chosen = next((photo for photo in photos if str(photo.pk) == request.POST.get("photo", "")), None)
        if chosen is None:
            raise Missing("inspections.unknown_photo", _("没有这张照片。"))
        x, y = whole(request.POST, "pin.x") or 0, whole(request.POST, "pin.y") or 0
        width, height = shown_size(chosen)
        services.pin_photo(
            inspection,
            item,
            chosen,
            x=min(x / width, 1.0),
            y=min(y / height, 1.0),
            by=user,
            now=timezone.now(),
        )
        messages.success(request, _("已标出位置。"))
        return HttpResponseRedirect(reverse("hazards:inspection_table", args=[pk, item.table]))
    return render(
        request,
        "hazards/inspections/pin.html",
        {
            "inspection": inspection,
            "entry": item,
            "photos": [(photo, *shown_size(photo)) for photo in photos],
        },
    )


def shown_size(photo: Evidence) -> tuple[int, int]:
    """Width and height in which a photo is shown for touching, in CSS pixels."""
    ratio = (photo.height or 3) / (photo.width or 4)
    return SHOWN_WIDTH, max(round(SHOWN_WIDTH * ratio), 1)


@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The result for printing: summary, tables, findings, signatures. Raises Missing before the sheet is finished."""
    require(request.user, "inspections.read")
    inspection = selectors.get_visible_inspection(request.user, pk)
    if not inspection.sheet:
        raise Missing(
            "inspections.not_finished",
            _("检查还没有完成，没有可打印的检查表。"),
            remedy=_("请在检查完成后再打印。"),
        )
    sheet = inspection.sheet
    return render(
        request,
        "hazards/inspections/paper.html",
        {
            "inspection": inspection,
            "sheet": sheet,
            "result_label": Result(inspection.result).label,
            "findings": [row for row in sheet["entries"] if row["finding"]],
            "not_applicable": [row["name"] for row in sheet["entries"] if not row["applies"]],
        },
    )
