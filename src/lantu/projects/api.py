"""The register over the API: the same services as the pages, money in yuan, dates as ISO 8601."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.projects.models import ImportRun, MonthlyFigure, Party, Project
from lantu.projects.schemas import (
    CodeIn,
    GeometryIn,
    ImportOut,
    ListQuery,
    MonthIn,
    MonthOut,
    PartyIn,
    PartyOut,
    ProjectDetail,
    ProjectIn,
    ProjectOut,
    ProjectPatch,
    YearIn,
    find_unit,
)
from lantu.projects.selectors import ProjectFilter, find_projects, get_visible, rows_for_export
from lantu.projects.services.apply_import import ask_to_apply
from lantu.projects.services.change_project import change_project
from lantu.projects.services.register_project import register_project
from lantu.projects.services.replace_code import replace_code
from lantu.projects.services.report_month import report_month
from lantu.projects.services.set_geometry import set_geometry
from lantu.projects.services.set_party import set_party
from lantu.projects.services.set_year_plan import set_year_plan
from lantu.projects.services.start_import import start_import
from lantu.projects.sheets.writing import export_projects

router = Router(tags=["重点工程"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def caller(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined]


@router.get("/projects", response=Page[ProjectOut], summary="项目列表")
def list_projects(
    request: HttpRequest, wanted: Query[ListQuery], cursor: str | None = None, limit: int = 100
) -> dict[str, Any]:
    """Projects that the caller may see, newest change first."""
    require(caller(request), "projects.read")
    rows = find_projects(caller(request), ProjectFilter.from_query(wanted.dict()))
    return page_of(rows, cursor=cursor, limit=limit, order="-updated_at")


@router.get("/projects.xlsx", summary="导出 Excel")
def export(request: HttpRequest, wanted: Query[ListQuery]) -> FileResponse:
    """The selection as .xlsx, with the columns that an import takes."""
    require(caller(request), "projects.export")
    file = export_projects(rows_for_export(caller(request), ProjectFilter.from_query(wanted.dict())))
    return FileResponse(file, as_attachment=True, filename="projects.xlsx", content_type=XLSX)


@router.get("/projects/{code}", response=ProjectDetail, summary="一个项目")
def read_project(request: HttpRequest, code: str) -> Project:
    """By its present or a past code."""
    require(caller(request), "projects.read")
    return get_visible(caller(request), code)


@router.post("/projects", response={201: ProjectDetail}, summary="登记项目")
def create_project(request: HttpRequest, body: ProjectIn) -> Status[Project]:
    return Status(201, register_project(values=body.values(), actor=caller(request), now=timezone.now()))


@router.patch("/projects/{code}", response=ProjectDetail, summary="修改项目")
def patch_project(request: HttpRequest, code: str, body: ProjectPatch) -> Project:
    """Only the fields given; 409 with the differences when somebody else wrote first."""
    project = get_visible(caller(request), code)
    return change_project(
        project=project,
        values=body.values(),
        version=body.version,
        actor=caller(request),
        now=timezone.now(),
        reason=body.reason,
    )


@router.post("/projects/{code}/months", response=MonthOut, summary="报送月度进度")
def post_month(request: HttpRequest, code: str, body: MonthIn) -> MonthlyFigure:
    """Three truths, cumulative; what is not given stays as it was."""
    given = body.dict(exclude={"month"})
    try:
        month = date.fromisoformat(f"{body.month}-01")
    except ValueError as error:
        raise Unacceptable(
            "projects.no_such_month", _("没有这个月份。"), remedy=_("请写成 2026-11 这样。"), field="month"
        ) from error
    project = get_visible(caller(request), code)
    return report_month(project=project, month=month, actor=caller(request), now=timezone.now(), **given)


@router.put("/projects/{code}/geometry", response=ProjectDetail, summary="设定位置")
def put_geometry(request: HttpRequest, code: str, body: GeometryIn) -> Project:
    project = get_visible(caller(request), code)
    return set_geometry(project=project, actor=caller(request), now=timezone.now(), **body.dict())


@router.put("/projects/{code}/parties", response=PartyOut, summary="设置参建单位")
def put_party(request: HttpRequest, code: str, body: PartyIn) -> Party:
    """One unit and one responsible person a role."""
    project = get_visible(caller(request), code)
    contact = User.objects.filter(username=body.contact).first()
    if contact is None:
        raise Unacceptable(
            "projects.unknown_person",
            _("没有这个用户名。"),
            remedy=_("请核对责任人的用户名。"),
            field="contact",
        )
    return set_party(
        project=project,
        role=body.role,
        organisation=find_unit(body.organisation, "organisation"),
        contact=contact,
        actor=caller(request),
        now=timezone.now(),
        reason=body.reason,
    )


@router.post("/projects/{code}/code", response=ProjectDetail, summary="更换代码")
def post_code(request: HttpRequest, code: str, body: CodeIn) -> Project:
    project = get_visible(caller(request), code)
    return replace_code(project=project, actor=caller(request), now=timezone.now(), **body.dict())


@router.put("/projects/{code}/year", response={204: None}, summary="设定年度计划")
def put_year(request: HttpRequest, code: str, body: YearIn) -> Status[None]:
    project = get_visible(caller(request), code)
    set_year_plan(project=project, actor=caller(request), now=timezone.now(), **body.dict())
    return Status(204, None)


def _run(request: HttpRequest, pk: int) -> ImportRun:
    require(caller(request), "projects.import")
    run = ImportRun.objects.filter(pk=pk).first()
    if run is None:
        raise Missing("projects.no_import", _("没有这次导入。"))
    return run


@router.post("/project-imports", response={202: ImportOut}, summary="上传项目清单")
def post_import(
    request: HttpRequest, file: File[UploadedFile], may_add_units: Form[bool] = False
) -> Status[ImportRun]:
    """The file is checked by a worker; read the run until its state is ready, then apply it."""
    name = file.name or "projects.xlsx"
    run = start_import(
        file=file, name=name, actor=caller(request), now=timezone.now(), may_add_units=may_add_units
    )
    return Status(202, run)


@router.get("/project-imports/{pk}", response=ImportOut, summary="导入进度")
def get_import(request: HttpRequest, pk: int) -> ImportRun:
    return _run(request, pk)


@router.post("/project-imports/{pk}/apply", response={202: ImportOut}, summary="确认导入")
def apply_import_run(request: HttpRequest, pk: int) -> Status[ImportRun]:
    """All rows or none; the work is done by a worker."""
    return Status(202, ask_to_apply(run=_run(request, pk), actor=caller(request), now=timezone.now()))
