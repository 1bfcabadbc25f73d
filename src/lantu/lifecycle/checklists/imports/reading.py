"""Rows of the table as items of a checklist, with everything that does not fit named by row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.lifecycle.checklists.imports.columns import BY_KEY, FIELDS
from lantu.lifecycle.checklists.imports.opening import RawTable
from lantu.lifecycle.checklists.months import rules
from lantu.lifecycle.checklists.rows import ItemRow, RowProblem, problems_of
from lantu.projects.facts import Unfit
from lantu.projects.sheets.cells import read_cell
from lantu.projects.sheets.columns import BY_KEY as SHEET_COLUMNS
from lantu.projects.sheets.reading import column_letter

TOTALS = ("合计", "总计", "小计")
WAN = Decimal(10_000)
TOP = "G"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass
class Reading:
    """Items as far as they could be read, and the problems."""

    rows: list[ItemRow]
    problems: list[RowProblem]


class _Line:
    """One line of the table with its mapping."""

    def __init__(
        self, number: int, cells: Sequence[Any], columns: Mapping[str, int], problems: list[RowProblem]
    ):
        self.number, self.cells, self.columns, self.problems = number, cells, columns, problems

    def raw(self, key: str) -> Any:
        index = self.columns.get(key)
        return None if index is None or index >= len(self.cells) else self.cells[index]

    def text(self, key: str) -> str:
        value = self.raw(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).replace("\x00", "").strip()

    def place(self, key: str) -> str:
        index = self.columns.get(key)
        letter = "" if index is None else column_letter(index)
        return _("第 %(row)d 行 %(column)s 列") % {"row": self.number, "column": letter or "—"}

    def wrong(self, key: str, detail: str, remedy: str) -> None:
        self.problems.append(RowProblem(self.place(key), detail, remedy))

    def number_of(self, key: str) -> Decimal | None:
        text = self.text(key).replace(",", "").replace("％", "%").rstrip("%")
        if not text:
            return None
        found = _NUMBER.fullmatch(text)
        if found is None:
            self.wrong(key, _("“%(text)s”不是数字。") % {"text": text[:30]}, _("请只填数字。"))
            return None
        try:
            return Decimal(found.group())
        except InvalidOperation:
            return None

    def day(self, key: str, column: str) -> date | None:
        try:
            found: date | None = read_cell(SHEET_COLUMNS[column], self.raw(key), "")
        except Unfit as unfit:
            self.wrong(key, unfit.detail, unfit.remedy)
            return None
        return found


def read_rows(table: RawTable, mapping: Mapping[str, str], year: int) -> Reading:
    """``mapping``: column number (as text) → key. A first-level task becomes a group."""
    problems: list[RowProblem] = []
    columns = {key: int(index) for index, key in mapping.items() if key}
    missing = [field for field in FIELDS if field.required and field.key not in columns]
    if missing:
        names = "、".join(str(field.label) for field in missing)
        problems.append(
            RowProblem(_("列标题"), _("缺少必需的列：%(names)s。") % {"names": names}, _("请在上面指定列。"))
        )
        return Reading([], problems)
    filled = _fill_down(table, columns, problems)
    people = _people(filled, columns)
    rows: list[ItemRow] = []
    groups: dict[str, str] = {}
    for number, cells in filled:
        line = _Line(number, cells, columns, problems)
        title = line.text("title")
        if not title or title.startswith(TOTALS) or line.text("code").startswith(TOTALS):
            continue
        parent = ""
        if group := line.text("group"):
            if group not in groups:
                groups[group] = f"{TOP}{len(groups) + 1}"
                rows.append(
                    ItemRow(code=groups[group], title=group, is_group=True, place=line.place("group"))
                )
            parent = groups[group]
        rows.append(_item(line, title, parent, people, year, number=len(rows) + 1))
    readable = {problem.place.split(" ")[1] for problem in problems if " " in problem.place}
    problems += [one for one in problems_of(rows, year) if not readable or _row_of(one) not in readable]
    return Reading(rows, problems)


def _row_of(problem: RowProblem) -> str:
    parts = problem.place.split(" ")
    return parts[1] if len(parts) > 1 else ""


def _item(
    line: _Line, title: str, parent: str, people: Mapping[str, list[User]], year: int, *, number: int
) -> ItemRow:
    row = ItemRow(
        code=line.text("code") or str(number), title=title, parent=parent,
        place=_("第 %(row)d 行") % {"row": line.number}, definition_of_done=line.text("definition_of_done"),
        owner=_person(line, "owner", people), verifier=_person(line, "verifier", people),
        weight=line.number_of("weight") or Decimal(0), start_on=line.day("start_on", "planned_start_on"),
        due_on=line.day("due_on", "planned_finish_on"), evidence_type=_evidence(line),
        budget_yuan=(line.number_of("budget_yuan") or Decimal(0)) * WAN,
    )  # fmt: skip
    planned = {month: pct for month in range(1, 13) if (pct := line.number_of(f"m{month}")) is not None}
    # Excel keeps 40 % as 0.4: a row whose numbers all lie within 1 states shares.
    factor = 100 if planned and 0 < max(planned.values()) <= 1 else 1
    row.targets = {
        date(year, month, 1): (float(pct * factor), round(float(row.budget_yuan * pct * factor / 100), 2))
        for month, pct in planned.items()
    }
    return row


def _evidence(line: _Line) -> str:
    text = line.text("evidence_type")
    for kind in rules().evidence_types.values():
        if text and (text == kind.key or text in kind.name or kind.name in text):
            return kind.key
    if "照片" in text:
        return "photo"
    if "验收" in text:
        return "acceptance"
    return "measurement" if "计量" in text else "document"


def _people(rows: Sequence[tuple[int, Sequence[Any]]], columns: Mapping[str, int]) -> dict[str, list[User]]:
    """Everybody whom the table names, in one query."""
    names = {
        str(cells[index]).strip()
        for _number, cells in rows
        for key in ("owner", "verifier")
        if (index := columns.get(key)) is not None and index < len(cells) and cells[index]
    }
    found: dict[str, list[User]] = {}
    people = User.objects.filter(is_active=True, display_name__in=names, organisation__isnull=False)
    for person in people.select_related("organisation"):
        found.setdefault(person.display_name, []).append(person)
    return found


def _person(line: _Line, key: str, people: Mapping[str, list[User]]) -> User | None:
    name = line.text(key)
    if not name:
        return None
    if re.search(r"[、,，;；/ ]", name):
        line.wrong(
            key,
            _("“%(name)s”不止一人。") % {"name": name[:30]},
            _("%(field)s只写一人。") % {"field": BY_KEY[key].label},
        )
        return None
    found = people.get(name, [])
    unit = line.text("unit")
    if len(found) > 1 and key == "owner" and unit:
        found = [
            one
            for one in found
            if one.organisation and unit in (one.organisation.name, one.organisation.short_name)
        ]
    if len(found) == 1:
        return found[0]
    if found:
        line.wrong(
            key, _("有 %(n)d 位“%(name)s”。") % {"n": len(found), "name": name}, _("请补上责任单位全称。")
        )
    else:
        line.wrong(
            key, _("没有名为“%(name)s”的在岗人员。") % {"name": name[:30]}, _("请核对姓名，或先登记人员。")
        )
    return None


def _fill_down(
    table: RawTable, columns: Mapping[str, int], problems: list[RowProblem]
) -> list[tuple[int, list[Any]]]:
    """Values of vertically merged cells, where one value for several rows makes sense; the rest is a problem with its place."""
    rows = [(number, list(cells)) for number, cells in table.rows]
    by_number = dict(rows)
    keys = {index: key for key, index in columns.items()}
    for top, left, bottom, right in table.merged:
        for index in range(left, right + 1):
            key = keys.get(index)
            if key is None or bottom == top:
                continue
            place = f"{column_letter(index)}{top}:{column_letter(index)}{bottom}"
            if key not in BY_KEY or not BY_KEY[key].fills_down:
                label = BY_KEY[key].label if key in BY_KEY else key
                problems.append(
                    RowProblem(
                        place,
                        _("“%(label)s”列有合并单元格，分不清属于哪一行。") % {"label": label},
                        _("请取消合并，每行填一个值。"),
                    )
                )
                continue
            source = by_number.get(top)
            for number in range(top + 1, bottom + 1):
                cells = by_number.get(number)
                if cells is not None and source is not None and index < len(cells) and index < len(source):
                    cells[index] = source[index]
    return rows
