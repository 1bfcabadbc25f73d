"""The spreadsheet of devices: its columns, and reading it row by row with every problem named."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import may
from lantu.core.refusals import Unacceptable
from lantu.monitoring.devices.facts import checked_facts
from lantu.monitoring.devices.models import CODE_PATTERN, Device, DeviceType
from lantu.monitoring.devices.services.change_device import check_place
from lantu.monitoring.gateway.hj212.models import MN, PW, Hj212Station
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects
from lantu.projects.sheets.opening import opened_sheets
from lantu.projects.sheets.reading import column_letter

MAX_ROWS = 500
HEAD_ROWS = 12
DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
FACT = re.compile(r"^([a-z][a-z0-9_]*)\s*[=＝:：]\s*(.+)$")


@dataclass(frozen=True)
class Column:
    """A column by its heading; ``aliases`` are other headings that mean it."""

    key: str
    heading: Any
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""


COLUMNS = (
    Column(
        "code",
        gettext_lazy("设备编码"),
        True,
        ("编码", "编号", "设备编号", "device_code", "code"),
        "DZ-YC-001",
    ),
    Column("name", gettext_lazy("设备名称"), True, ("名称", "name"), "1 号扬尘噪声监测仪"),
    Column(
        "project", gettext_lazy("项目代码"), True, ("项目", "项目编码", "project"), "2601-371402-04-01-100001"
    ),
    Column("type", gettext_lazy("设备类型"), True, ("类型", "type"), "dust_noise"),
    Column("place", gettext_lazy("安装部位"), False, ("部位", "位置", "安装位置"), "主出入口"),
    Column("lon", gettext_lazy("经度"), False, ("lon", "longitude"), "116.3075"),
    Column("lat", gettext_lazy("纬度"), False, ("lat", "latitude"), "37.4536"),
    Column("owner", gettext_lazy("责任单位"), False, ("设备责任单位", "运维单位"), ""),
    Column("installed_on", gettext_lazy("安装日期"), False, (), "2026-11-01"),
    Column(
        "calibrated_until", gettext_lazy("检定有效期至"), False, ("检定有效期", "校准有效期至"), "2027-11-01"
    ),
    Column("mn", gettext_lazy("MN"), False, ("设备唯一标识", "设备唯一标识 MN"), ""),
    Column("pw", gettext_lazy("PW"), False, ("访问密码", "访问密码 PW"), ""),
    Column("facts", gettext_lazy("现场参数"), False, ("参数", "facts"), "pit_depth_m=8.2; pit_grade=2"),
)


@dataclass
class Outcome:
    """Cleaned rows and named problems of a sheet."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def blame(self, row: int, place: tuple[str, str], detail: str, remedy: str) -> None:
        self.errors.append(
            {"row": row, "letter": place[0], "heading": place[1], "detail": detail, "remedy": remedy}
        )


class _Known:
    """What rows refer to, looked up once."""

    def __init__(self, actor: User) -> None:
        self.projects = {project.code: project for project in visible_projects(actor)}
        self.types = {}
        for kind in DeviceType.objects.all():
            self.types[kind.code] = self.types[kind.label] = kind.code
        self.units = {}
        for pk, name, short in Organisation.objects.values_list("pk", "name", "short_name"):
            self.units[name] = pk
            if short:
                self.units.setdefault(short, pk)
        self.codes = set(Device.objects.values_list("code", flat=True))
        self.stations = set(Hj212Station.objects.values_list("mn", flat=True))
        self.actor = actor
        self._may: dict[int, bool] = {}

    def may_register(self, project: Project) -> bool:
        if project.pk not in self._may:
            self._may[project.pk] = may(self.actor, "monitoring.register_device", project)
        return self._may[project.pk]


def read_sheet(file: IO[bytes], name: str, *, actor: User) -> Outcome:
    """Read the first sheet that has the headings. Raises Unacceptable for a file that is no spreadsheet."""
    with opened_sheets(file, name) as sheets:
        for sheet in sheets:
            found = _walk(sheet.rows, actor)
            if found is not None:
                return found
    raise Unacceptable(
        "monitoring.sheet_no_headings",
        _("没有找到列标题：至少需要 设备编码、设备名称、项目代码、设备类型。"),
        remedy=_("请下载模板，把内容粘贴进去。"),
        field="file",
    )


def _headings(values: tuple[Any, ...]) -> dict[str, int]:
    names = {
        alias.lower(): column.key for column in COLUMNS for alias in (str(column.heading), *column.aliases)
    }
    found: dict[str, int] = {}
    for index, value in enumerate(values):
        key = names.get(str(value or "").strip().rstrip("*＊ ").lower())
        if key is not None:
            found.setdefault(key, index)
    return found


def _walk(rows: Any, actor: User) -> Outcome | None:
    """None when none of the first rows holds the headings."""
    out = Outcome()
    places: dict[str, int] = {}
    known: _Known | None = None
    for number, values in enumerate(rows, start=1):
        if not places:
            found = _headings(values)
            if {"code", "project"} <= set(found):
                places, known = found, _Known(actor)
                _missing_columns(out, number, places)
            elif number >= HEAD_ROWS:
                return None
            continue
        if all(value in (None, "") for value in values):
            continue
        if len(out.rows) >= MAX_ROWS:
            out.blame(
                number, ("", ""), _("一次最多登记 %(most)s 台。") % {"most": MAX_ROWS}, _("请分成几个表。")
            )
            break
        assert known is not None
        out.rows.append(_row(out, number, values, places, known))
    if not places:
        return None
    if not out.rows and not out.errors:
        out.blame(0, ("", ""), _("列标题下面没有数据行。"), _("请填写后再上传。"))
    return out


def _missing_columns(out: Outcome, number: int, places: dict[str, int]) -> None:
    for column in COLUMNS:
        if column.required and column.key not in places:
            out.blame(number, ("", str(column.heading)), _("缺少必填的列。"), _("请加上这一列，或改用模板。"))


def _row(
    out: Outcome, number: int, values: tuple[Any, ...], places: dict[str, int], known: _Known
) -> dict[str, Any]:
    row: dict[str, Any] = {"row": number}
    for column in COLUMNS:
        if column.key not in places:
            continue
        index = places[column.key]
        value = values[index] if index < len(values) else None
        place = (column_letter(index), str(column.heading))
        text = str(value).strip() if value is not None else ""
        if not text:
            if column.required:
                out.blame(number, place, _("必填项是空的。"), _("请填写。"))
            continue
        try:
            row[column.key] = READERS[column.key](value, known)
        except _Bad as bad:
            out.blame(number, place, bad.detail, bad.remedy)
    _whole_row(out, number, row, places, known)
    return row


def _whole_row(out: Outcome, number: int, row: dict[str, Any], places: dict[str, int], known: _Known) -> None:
    """What only shows when the row is seen together."""
    code = row.get("code")
    if code is not None:
        place = (column_letter(places["code"]), str(COLUMNS[0].heading))
        if any(other.get("code") == code for other in out.rows):
            out.blame(
                number, place, _("编码 %(code)s 在本表中重复。") % {"code": code}, _("每台设备一个编码。")
            )
        elif code in known.codes:
            out.blame(
                number, place, _("编码 %(code)s 已登记。") % {"code": code}, _("请换一个编码，或删去这一行。")
            )
    mn = row.get("mn")
    if mn is not None and (mn in known.stations or any(other.get("mn") == mn for other in out.rows)):
        place = (column_letter(places["mn"]), "MN")
        out.blame(number, place, _("MN %(mn)s 已被使用或重复。") % {"mn": mn}, _("每台数采仪一个 MN。"))
    if "pw" in row and not str(row.get("mn") or ""):
        out.blame(number, (column_letter(places["pw"]), "PW"), _("有访问密码而没有 MN。"), _("请填写 MN。"))
    try:
        check_place(row.get("lon"), row.get("lat"))
    except Unacceptable as refusal:
        out.blame(number, ("", str(COLUMNS[5].heading)), refusal.detail, refusal.remedy)


class _Bad(ValueError):
    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.detail, self.remedy = detail, remedy


def _code(value: Any, known: _Known) -> str:
    text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value).strip()
    if re.fullmatch(CODE_PATTERN, text) is None:
        raise _Bad(
            _("编码“%(text)s”不可用。") % {"text": text[:40]},
            _("只能用字母、数字、短横线和下划线，最多 40 个字符。"),
        )
    return text


def _text(most: int) -> Callable[[Any, _Known], str]:
    def read(value: Any, known: _Known) -> str:
        text = str(value).strip()
        if len(text) > most or not text.isprintable():
            raise _Bad(_("文字超过 %(most)s 个字或含控制字符。") % {"most": most}, _("请缩短。"))
        return text

    return read


def _project(value: Any, known: _Known) -> str:
    code = str(value).strip()
    project = known.projects.get(code)
    if project is None:
        raise _Bad(
            _("没有代码为 %(code)s 的项目，或您无权查看。") % {"code": code[:40]}, _("请核对项目代码。")
        )
    if not known.may_register(project):
        raise _Bad(
            _("您不能为项目 %(code)s 登记设备。") % {"code": code[:40]},
            _("请由该项目的参建单位或局经办登记。"),
        )
    return code


def _type(value: Any, known: _Known) -> str:
    found = known.types.get(str(value).strip())
    if found is None:
        codes = "、".join(sorted(set(known.types.values())))
        raise _Bad(
            _("没有“%(text)s”这种设备类型。") % {"text": str(value)[:40]},
            _("可用：%(codes)s。") % {"codes": codes},
        )
    return str(found)


def _degrees(value: Any, known: _Known) -> float:
    try:
        return float(str(value).strip().rstrip("°"))
    except ValueError:
        raise _Bad(
            _("“%(text)s”不是度数。") % {"text": str(value)[:30]}, _("请写十进制度，例如 116.3075。")
        ) from None


def _unit(value: Any, known: _Known) -> int:
    found = known.units.get(str(value).strip())
    if found is None:
        raise _Bad(
            _("没有登记“%(text)s”这个单位。") % {"text": str(value)[:60]}, _("请填写已登记单位的全称。")
        )
    return int(found)


def _day(value: Any, known: _Known) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = DATE.match(str(value).strip())
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass  # the 31st of February is no date either
    raise _Bad(_("“%(text)s”不是日期。") % {"text": str(value)[:30]}, _("请写成 2026-11-01。"))


def read_facts(text: str) -> dict[str, Any]:
    """“pit_depth_m=8.2; pit_grade=2” → facts; numbers as numbers. Raises ValueError with the part that is wrong."""
    facts: dict[str, Any] = {}
    for part in re.split(r"[;；\n]+", text):
        if not part.strip():
            continue
        found = FACT.match(part.strip())
        if found is None:
            raise ValueError(part.strip()[:60])
        word = found[2].strip()
        try:
            number = float(word)
        except ValueError:
            facts[found[1]] = word[:80]
        else:
            if not math.isfinite(number):
                raise ValueError(part.strip()[:60])
            facts[found[1]] = int(number) if number == int(number) and "." not in word else number
    return facts


def _mn(value: Any, known: _Known) -> str:
    text = str(value).strip()
    try:
        MN(text)
    except ValidationError as error:
        raise _Bad(_("MN“%(text)s”不可用。") % {"text": text[:40]}, str(error.messages[0])) from error
    return text


def _pw(value: Any, known: _Known) -> str:
    text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value).strip()
    try:
        PW(text)
    except ValidationError as error:
        raise _Bad(_("访问密码不可用。"), str(error.messages[0])) from error
    return text


def _facts(value: Any, known: _Known) -> dict[str, Any]:
    try:
        return checked_facts(read_facts(str(value)))
    except ValueError as error:
        raise _Bad(
            _("现场参数“%(text)s”看不懂。") % {"text": str(error)},
            _("请写成 pit_depth_m=8.2，多个用分号隔开。"),
        ) from error
    except Unacceptable as refusal:
        raise _Bad(refusal.detail, refusal.remedy) from refusal


READERS: dict[str, Callable[[Any, _Known], Any]] = {
    "code": _code, "name": _text(120), "project": _project, "type": _type, "place": _text(120), "lon": _degrees,
    "lat": _degrees, "owner": _unit, "installed_on": _day, "calibrated_until": _day, "facts": _facts,
    "mn": _mn, "pw": _pw,
}  # fmt: skip


def _book(title: str, head: list[str], rows: list[list[str]]) -> BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    sheet.append(head)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(color="FFFFFF", bold=True), PatternFill("solid", fgColor="0F4C9C")
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"  # a name that begins with “=” stays a name
    for index in range(len(head)):
        sheet.column_dimensions[column_letter(index)].width = 24
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return out


def template() -> BytesIO:
    """An empty sheet with the headings and one line that shows what is meant."""
    head = [f"{column.heading}{'*' if column.required else ''}" for column in COLUMNS]
    return _book(_("设备"), head, [[column.example for column in COLUMNS]])


def token_sheet(rows: list[list[str]]) -> BytesIO:
    """Code, name, MQTT user, password and topic of each device."""
    return _book(
        _("设备口令"), [_("设备编码"), _("设备名称"), _("MQTT 用户名"), _("MQTT 密码"), _("MQTT 主题")], rows
    )
