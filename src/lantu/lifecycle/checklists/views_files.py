"""The published month on paper: print, Word in the layout of GB/T 9704, Excel."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.lifecycle.checklists import selectors
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth
from lantu.lifecycle.checklists.appraisal.presenting import month_view
from lantu.lifecycle.checklists.appraisal.report import report_of, sheet_rows, word_bytes
from lantu.lifecycle.checklists.appraisal.states import RunState
from lantu.projects.sheets.plainxlsx import write_sheet

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _published(request: HttpRequest, month: str) -> AppraisalMonth:
    require(request.user, "lifecycle.checklists_read")
    run = selectors.get_month(request.user, month)
    if run.state != RunState.PUBLISHED:
        raise Refused(
            "appraisal.not_published",
            _("%(month)s 的考核还没有公布。") % {"month": run},
            remedy=_("公布后才能打印和下载通报。"),
        )
    return run


@require_GET
def paper(request: HttpRequest, month: str) -> HttpResponse:
    """The report for printing."""
    run = _published(request, month)
    view = month_view(run, request.user, now=timezone.now())
    return render(request, "lifecycle/checklists/paper.html", view | {"report": report_of(run, request.user)})


@require_GET
def word(request: HttpRequest, month: str) -> HttpResponse:
    """The report as docx."""
    run = _published(request, month)
    response = HttpResponse(word_bytes(report_of(run, request.user)), content_type=WORD_TYPE)
    response["Content-Disposition"] = _named(f"{run} 月度考核通报.docx")
    return response


@require_GET
def excel(request: HttpRequest, month: str) -> FileResponse:
    """Every line of every score as a table."""
    run = _published(request, month)
    user: Any = request.user
    headings, rows = sheet_rows(run, user)
    response = FileResponse(write_sheet(_("考核明细"), headings, rows), content_type=EXCEL_TYPE)
    response["Content-Disposition"] = _named(f"{run} 月度考核明细.xlsx")
    return response


def _named(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"
