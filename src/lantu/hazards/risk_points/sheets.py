"""Risk points as a spreadsheet: columns, reading with errors by row and column, writing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.calc.lec import CONTROL_LEVELS, assess
from lantu.core.refusals import Refused
from lantu.hazards.risk_points.judging import kind_of, level_label, works
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.services.writing import create_point
from lantu.hazards.risk_points.states import ControlLevel
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects
from lantu.projects.sheets.opening import opened_sheets

MOST_ROWS = 500
MOST_PROBLEMS = 200
# Key, heading. What is entered about the work follows after these, one column per parameter of the pack.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("project", "项目代码"),
    ("name", "风险点"),
    ("place", "部位"),
    ("kind", "作业类别"),
    ("work_from", "作业开始"),
    ("work_to", "作业结束"),
    ("likelihood", "L"),
    ("exposure", "E"),
    ("consequence", "C"),
    ("control_level", "管控层级"),
    ("responsible", "管控责任人账号"),
    ("controls", "管控措施（分号分隔）"),
    ("lon", "经度"),
    ("lat", "纬度"),
)
REQUIRED = ("project", "name", "place", "kind", "work_from", "work_to")
TRUTHS = {True: "是", False: "否"}


def headings() -> list[tuple[str, str]]:
    """All columns: key and heading; a parameter's key is ``p_`` and its own."""
    parameters = [
        (f"p_{one.key}", f"{one.name}（{one.unit}）" if one.unit else f"{one.name}（是/否）")
        for one in works().parameters.values()
    ]
    return [*COLUMNS, *parameters]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is wrong: ``row`` as the spreadsheet numbers it, ``column`` its heading."""

    row: int
    column: str
    what: str
    remedy: str


@dataclass(kw_only=True)
class Preview:
    """``rows``: plain values ready for :func:`apply_rows`; nothing is stored while there is trouble."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)


class _Undo(Exception):
    """Roll back a rehearsal."""


def read_points(file: IO[bytes], name: str, *, by: User, now: datetime) -> Preview:
    """Read a workbook and rehearse every row as if it were stored. Raises Unacceptable for a file that cannot be read."""
    preview = Preview()
    with opened_sheets(file, name) as sheets:
        sheet = next(iter(sheets), None)
        grid = iter(sheet.rows) if sheet is not None else iter(())
        columns = _columns(next(grid, ()), preview)
        if not preview.troubles:
            for number, cells in enumerate(grid, start=2):
                if all(cell is None or str(cell).strip() == "" for cell in cells):
                    continue
                if len(preview.rows) >= MOST_ROWS:
                    preview.troubles.append(
                        _trouble(
                            number, "", _("一次最多导入 %(n)d 行。") % {"n": MOST_ROWS}, _("请分批导入。")
                        )
                    )
                    break
                _read_row(number, dict(zip(columns, cells, strict=False)), preview)
    if not preview.rows and not preview.troubles:
        preview.troubles.append(_trouble(1, "", _("表里没有数据。"), _("请先下载模板，从第二行开始填写。")))
    if not preview.troubles:
        _rehearse(preview, by=by, now=now)
    del preview.troubles[MOST_PROBLEMS:]
    return preview


def _trouble(row: int, column: str, what: str, remedy: str) -> Trouble:
    return Trouble(row=row, column=column, what=what, remedy=remedy)


def _columns(first: Iterable[Any], preview: Preview) -> list[str]:
    known = {heading: key for key, heading in headings()}
    known |= {heading.split("（")[0]: key for key, heading in headings()}
    found = [known.get(str(cell or "").strip().replace("*", ""), "") for cell in first]
    names = dict(headings())
    for key in REQUIRED:
        if key not in found:
            preview.troubles.append(_trouble(1, names[key], _("缺少这一列。"), _("请使用模板的列标题。")))
    return found


def _read_row(number: int, cells: dict[str, Any], preview: Preview) -> None:
    names = dict(headings())
    row: dict[str, Any] = {"row": number}
    for key, cell in cells.items():
        if not key or cell is None or str(cell).strip() == "":
            continue
        try:
            row[key] = _read(key, cell)
        except ValueError:
            what = _("“%(value)s”无法识别。") % {"value": str(cell)[:40]}
            preview.troubles.append(_trouble(number, names[key], what, _remedy(key)))
    for key in REQUIRED:
        if cells.get(key) is None or str(cells[key]).strip() == "":
            preview.troubles.append(_trouble(number, names[key], _("没有填写。"), _remedy(key)))
    preview.rows.append(row)


def _remedy(key: str) -> str:
    if key in {"work_from", "work_to"}:
        return _("请填成 2026-11-23。")
    if key == "kind":
        return _("请填模板“作业类别”表里的名称或代码。")
    if key == "control_level":
        return _("可选：公司级、项目级、班组级、岗位级。")
    if key in {"lon", "lat", "likelihood", "exposure", "consequence"} or key.startswith("p_"):
        return _("请填数字；是否类的填“是”或“否”。")
    return _("请按模板填写。")


def _read(key: str, cell: Any) -> Any:
    """A cell as a plain value. Raises ValueError for what cannot be one."""
    text = str(cell).strip().replace("\x00", "")
    if key in {"work_from", "work_to"}:
        if isinstance(cell, datetime | date):
            return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
        return date.fromisoformat(text.replace("/", "-").replace(".", "-")).isoformat()
    if key in {"lon", "lat", "likelihood", "exposure", "consequence"}:
        return float(text)
    if key == "kind":
        found = next((one.code for one in works().kinds.values() if text in {one.code, one.name}), None)
        if found is None:
            raise ValueError(text)
        return found
    if key == "control_level":
        labels = {str(label): value for value, label in ControlLevel.choices}
        labels |= {label.removesuffix("级"): value for label, value in labels.items()}
        if text not in labels:
            raise ValueError(text)
        return labels[text]
    if key == "controls":
        return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    if key.startswith("p_"):
        parameter = works().parameters[key.removeprefix("p_")]
        if not parameter.boolean:
            return float(text)
        if text not in TRUTHS.values():
            raise ValueError(text)
        return text == TRUTHS[True]
    return text[:200]


def _rehearse(preview: Preview, *, by: User, now: datetime) -> None:
    """Create every row and roll back: what the services refuse is said by row and column."""
    names = dict(headings())
    try:
        with transaction.atomic():
            for row in preview.rows:
                try:
                    with transaction.atomic():
                        point = _create(row, by=by, now=now)
                except Refused as refused:
                    key = refused.field or ""
                    heading = names.get(key) or names.get(f"p_{key}", "")
                    preview.troubles.append(_trouble(row["row"], heading, refused.detail, refused.remedy))
                else:
                    preview.shown.append(
                        {
                            "row": row["row"],
                            "project": point.project.name,
                            "name": point.name,
                            "place": point.place,
                            "grade": point.grade,
                            "level": level_label(point.level, point.at_least)[0],
                        }
                    )
            raise _Undo
    except _Undo:
        pass


def _create(row: dict[str, Any], *, by: User, now: datetime) -> RiskPoint:
    project = visible_projects(by).filter(code=row["project"]).first()
    if project is None:
        raise Refused(
            "risk_points.unknown_project",
            _("没有这个项目，或您无权查看。"),
            remedy=_("请核对项目代码。"),
            field="project",
            status=422,
        )
    values: dict[str, Any] = {
        key: value for key, value in row.items() if key not in {"row", "project"} and not key.startswith("p_")
    }
    values["work_from"] = date.fromisoformat(row["work_from"])
    values["work_to"] = date.fromisoformat(row["work_to"])
    # Columns of other kinds of work may be filled in too; only those that this kind asks for are read.
    values["parameters"] = {
        key.removeprefix("p_"): value for key, value in row.items() if key.startswith("p_")
    }
    if "responsible" in row:
        values["responsible"] = _person(row["responsible"], project)
    return create_point(project=project, values=values, by=by, now=now)


def _person(username: str, project: Project) -> User:
    found = User.objects.filter(username=username, is_active=True).select_related("organisation").first()
    if found is None or not may(found, "risk_points.control", project):
        raise Refused(
            "risk_points.unknown_person",
            _("没有账号“%(name)s”，或不是本项目人员。") % {"name": username[:40]},
            remedy=_("请填登录账号；留空则由导入人负责。"),
            field="responsible",
            status=422,
        )
    return found


@transaction.atomic
def apply_rows(rows: list[dict[str, Any]], *, by: User, now: datetime) -> list[RiskPoint]:
    """Store rows that :func:`read_points` found sound: all of them or none. Raises Refused for the first bad one."""
    return [_create(row, by=by, now=now) for row in rows]


def template_book() -> bytes:
    """An empty workbook with headings, one example, and the kinds of work on a second sheet."""
    example = {
        "project": "2601-371402-04-01-100001",
        "name": "2 号楼基坑开挖",
        "place": "2 号楼北侧",
        "kind": "土方开挖、支护、降水",
        "work_from": date(2026, 11, 23),
        "work_to": date(2026, 12, 20),
        "p_depth_m": 6.5,
    }
    return _book([[example.get(key, "") for key, _heading in headings()]])


def export_book(points: Iterable[RiskPoint]) -> bytes:
    """The points in the form of the template, so that they can be read again, with what was judged behind."""
    return _book(_lines(points), extra=["编号", "等级", "D", "危大判定", "判定条款", "状态", "复评期限"])


def _lines(points: Iterable[RiskPoint]) -> Iterator[list[Any]]:
    for point in points:
        values: dict[str, Any] = {
            "project": point.project.code,
            "name": point.name,
            "place": point.place,
            "kind": kind_of(point.kind).name,
            "work_from": point.work_from,
            "work_to": point.work_to,
            "likelihood": point.likelihood,
            "exposure": point.exposure,
            "consequence": point.consequence,
            "control_level": ControlLevel(point.control_level).label,
            "responsible": point.responsible.username,
            "controls": "；".join(point.controls),
            "lon": point.lon,
            "lat": point.lat,
        }
        for key, value in point.parameters.items():
            values[f"p_{key}"] = TRUTHS[value] if isinstance(value, bool) else value
        due = point.duty.due_at.strftime("%Y-%m-%d") if point.duty and point.is_open else ""
        yield [
            *(_safe(values.get(key)) for key, _heading in headings()),
            point.code, point.get_grade_display(), point.d, level_label(point.level, point.at_least)[0],
            point.clause, point.get_state_display(), due,
        ]  # fmt: skip


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is written as text."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"}:
        return f"'{value}"
    return value


def _book(lines: Iterable[list[Any]], *, extra: list[str] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("风险点")
    sheet.append([*(heading for _key, heading in headings()), *(extra or [])])
    for line in lines:
        sheet.append([str(cell) if cell.__class__.__module__.startswith("django") else cell for cell in line])
    kinds = book.create_sheet("作业类别")
    kinds.append(["代码", "名称", "类别", "L", "E", "C", "缺省管控层级"])
    for kind in works().kinds.values():
        level = CONTROL_LEVELS[assess(*kind.lec).colour]
        kinds.append(
            [
                kind.code,
                kind.name,
                works().categories[kind.category].name,
                *kind.lec,
                str(ControlLevel(level).label),
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
