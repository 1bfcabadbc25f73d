"""What a spreadsheet would do to the register, row by row: shared by the check, the import and the marked copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation
from lantu.core.refusals import Unacceptable
from lantu.projects.codes import tidy_code
from lantu.projects.facts import Problem, check_facts, label_of
from lantu.projects.geometry import SoundGeometry, sound_geometry
from lantu.projects.models import Project, ProjectCode
from lantu.projects.services.change_project import OWN_SERVICE, same_value
from lantu.projects.sheets.columns import BY_KEY
from lantu.projects.sheets.reading import Heading, OpenedTable, SheetRow

CHUNK = 500
UNIT_FIELDS = ("owner_org", "lead_unit")
SAME_PLACE_DEGREES = 1e-6


@dataclass(frozen=True)
class CellProblem:
    """``letter`` is empty when the trouble is with the row as a whole."""

    row: int
    letter: str
    heading: str
    detail: str
    remedy: str

    def sentence(self) -> str:
        """第 12 行 F 列“总投资”：…"""
        if not self.letter:
            place = _("第 %(row)s 行：") % {"row": self.row}
        else:
            place = _("第 %(row)s 行 %(letter)s 列“%(heading)s”：") % {
                "row": self.row,
                "letter": self.letter,
                "heading": self.heading,
            }
        between = " " if (get_language() or "").startswith("en") else ""
        return f"{place}{self.detail}{between}{self.remedy}"


@dataclass
class PlannedRow:
    """``project`` None: a new one. ``changes``: field → (before, after)."""

    row: SheetRow
    project: Project | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    place: SoundGeometry | None = None
    new_units: dict[str, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if self.problems:
            return "error"
        if self.project is None:
            return "new"
        return "changed" if self.changes or self.place else "unchanged"


class Units:
    """Organisations by every name people write: full, short, credit code."""

    def __init__(self) -> None:
        self.by_word: dict[str, Organisation] = {}
        for unit in Organisation.objects.only("id", "name", "short_name", "uscc"):
            for word in (unit.short_name, unit.uscc, unit.name):
                if word:
                    self.by_word[word] = unit

    def find(self, word: str) -> Organisation | None:
        return self.by_word.get(word) or self.by_word.get(word.replace(" ", ""))


def plan_rows(table: OpenedTable, *, may_add_units: bool) -> Iterator[PlannedRow]:
    """Yield the plan of each row of the table, in order."""
    headings = {heading.column.key: heading for heading in table.headings.known}
    units = Units()
    first_seen: dict[str, int] = {}
    chunk: list[SheetRow] = []
    for row in table.rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _plan_chunk(chunk, headings, units, first_seen, may_add_units)
            chunk = []
    yield from _plan_chunk(chunk, headings, units, first_seen, may_add_units)


def _plan_chunk(
    rows: list[SheetRow],
    headings: dict[str, Heading],
    units: Units,
    first_seen: dict[str, int],
    may_add: bool,
) -> Iterator[PlannedRow]:
    codes = {row.number: tidy_code(row.values.get("code") or "") for row in rows}
    owners = dict(ProjectCode.objects.filter(code__in=codes.values()).values_list("code", "project_id"))
    owners |= dict(Project.objects.filter(code__in=codes.values()).values_list("code", "pk"))
    known = Project.objects.select_related("owner_org", "lead_unit").in_bulk(list(set(owners.values())))
    for row in rows:
        planned = PlannedRow(row=row, project=known.get(owners.get(codes[row.number], 0)))
        for heading, problem in row.problems:
            planned.problems.append(_cell_problem(row, heading, problem))
        _plan(planned, headings, units, may_add)
        code = codes[row.number]
        if code and code in first_seen:
            detail = _("项目代码与第 %(row)s 行重复。") % {"row": first_seen[code]}
            remedy = _("同一项目只保留一行。")
            planned.problems.append(_cell_problem(row, headings.get("code"), Problem("code", detail, remedy)))
        elif code:
            first_seen[code] = row.number
        yield planned


def _cell_problem(row: SheetRow, heading: Heading | None, problem: Problem) -> CellProblem:
    letter, text = (
        (heading.letter, BY_KEY[heading.column.key].heading.split("（")[0]) if heading else ("", "")
    )
    return CellProblem(row.number, letter, text, problem.detail, problem.remedy)


def _plan(planned: PlannedRow, headings: dict[str, Heading], units: Units, may_add: bool) -> None:
    row, current = planned.row, planned.project
    values = dict(row.values)
    lon, lat = values.pop("lon", None), values.pop("lat", None)
    problems = [*_place(planned, lon, lat)]
    for name in UNIT_FIELDS:
        if name in values:
            word = str(values.pop(name))
            unit = units.find(word)
            if unit is not None:
                values[name] = unit
            elif may_add and name == "owner_org":
                planned.new_units[name] = word
            else:
                problems.append(_unknown_unit(name, word, may_add))
    if planned.new_units:
        values["owner_org"] = Organisation(name=planned.new_units["owner_org"])
    hurt = {problem.field for _h, problem in row.problems} | {problem.field for problem in problems}
    clean, found = check_facts(values, current=current)
    problems += [problem for problem in found if problem.field not in hurt]
    planned.values = clean
    if current is not None:
        planned.changes = {
            name: (getattr(current, name), value)
            for name, value in clean.items()
            if name not in OWN_SERVICE and not same_value(getattr(current, name), value)
        }
    planned.problems += [_cell_problem(row, headings.get(problem.field), problem) for problem in problems]


def _unknown_unit(name: str, word: str, may_add: bool) -> Problem:
    remedy = (
        _("请核对单位全称，或先登记该单位。")
        if may_add or name != "owner_org"
        else _("请核对单位全称；确是新单位的，可在导入时勾选“自动登记新的建设单位”。")
    )
    return Problem(name, _("没有登记“%(unit)s”这个单位。") % {"unit": word[:40]}, remedy)


def _place(planned: PlannedRow, lon: Any, lat: Any) -> Iterator[Problem]:
    """The point of the row, unless the project already lies there."""
    if lon is None and lat is None:
        return
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        yield Problem(missing, _("经度和纬度只填了一个。"), _("请两个都填，或都留空。"))
        return
    current = planned.project
    if current is not None and current.lon is not None and current.lat is not None:
        if abs(current.lon - lon) < SAME_PLACE_DEGREES and abs(current.lat - lat) < SAME_PLACE_DEGREES:
            return
        if current.geometry and current.geometry.get("type") != "Point":
            yield Problem("lon", _("该项目已有线状或面状范围，不能用一个点覆盖。"), _("请在项目页修改位置。"))
            return
    try:
        planned.place = sound_geometry({"type": "Point", "coordinates": [lon, lat]})
    except Unacceptable as refusal:
        yield Problem("lon", refusal.detail, refusal.remedy)


def change_words(name: str, value: Any) -> str:
    """A value of the preview as people read it."""
    if value is None or value in ("", []):
        return _("（空）")
    choices = dict(getattr(Project._meta.get_field(name), "flatchoices", None) or [])
    if value in choices:
        return str(choices[value])
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return str(value)


def preview_line(planned: PlannedRow) -> dict[str, Any]:
    """One line of the preview: row number, kind, name, and for a change each field before and after."""
    name = planned.values.get("name") or (planned.project.name if planned.project else "")
    changes = [
        [label_of(key), change_words(key, before), change_words(key, after)]
        for key, (before, after) in planned.changes.items()
    ]
    if planned.place and planned.project is not None:
        before = f"{planned.project.lon}, {planned.project.lat}" if planned.project.lon else _("（空）")
        changes.append([_("位置"), before, f"{planned.place.lon}, {planned.place.lat}"])
    code = planned.project.code if planned.project else planned.values.get("code", "")
    return {"row": planned.row.number, "kind": planned.kind, "code": code, "name": name, "changes": changes}
