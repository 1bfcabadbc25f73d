"""The matrix as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from lantu.lifecycle.gates.words import reason_words
from lantu.projects.areas import area_names
from lantu.projects.models import Project, Stage

FILLS = {"red": "F8D0CC", "yellow": "FCEBC2", "green": "D5EFDD", "grey": "EDEFF2"}


def make_sheet(projects: Iterable[Project], *, now: datetime) -> io.BytesIO:
    """One row a project; for each gate its state, day and holder. Text that begins like a formula stays text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("关口"))
    bold = Font(bold=True)
    heads = [_("项目代码"), _("项目名称"), _("县市区"), _("灯色")]
    for label in Stage.labels:
        heads += [str(label), _("时限或通过日期"), _("当前责任人"), _("说明")]
    row = []
    for text in heads:
        cell = WriteOnlyCell(sheet, value=text)
        cell.font = bold
        row.append(cell)
    sheet.freeze_panes = "C2"
    sheet.append(row)
    areas = area_names()
    for project in projects:
        gates = {gate.stage: gate for gate in project.matrix_gates}  # type: ignore[attr-defined]
        cells = [
            _text(sheet, text)
            for text in (
                project.code,
                project.name,
                areas.get(project.area_code, project.area_code),
                str(project.get_lamp_display()),
            )
        ]
        for stage in Stage.values:
            gate = gates.get(stage)
            if gate is None:
                cells += [_text(sheet, "") for _cell in range(4)]
                continue
            state = _text(sheet, str(gate.get_state_display()))
            state.fill = PatternFill("solid", fgColor=FILLS[gate.lamp])
            holder = f"{gate.duty.holder}（{gate.duty.unit}）" if gate.is_open and gate.duty else ""
            day = gate.passed_on or gate.due_on
            cells += [
                state,
                _text(sheet, day.isoformat()),
                _text(sheet, holder),
                _text(sheet, reason_words(gate.lamp_codes)),
            ]
        sheet.append(cells)
    sheet.append([_("截至 %(at)s") % {"at": f"{timezone.localtime(now):%Y-%m-%d %H:%M}"}])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _text(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
