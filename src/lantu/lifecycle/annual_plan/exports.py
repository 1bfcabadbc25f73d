"""The plan as files: the document with its tables as Word, all rows as Excel, and open data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _

from lantu.lifecycle.annual_plan.facts import MONTHS, WAN, wan
from lantu.lifecycle.annual_plan.models import PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.publishing import open_data
from lantu.lifecycle.annual_plan.tables import by_division
from lantu.lifecycle.annual_plan.word import render_plan
from lantu.projects.areas import area_names
from lantu.projects.models import Category, PlanClass
from lantu.projects.sheets.plainxlsx import write_sheet

FILES = ("docx", "xlsx", "json")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def make_file(kind: str, version: PlanVersion, items: Sequence[PlanVersionItem]) -> tuple[bytes, str, str]:
    """(bytes, content type, file name) of one of :data:`FILES`. Raises KeyError for another kind."""
    makers: dict[str, tuple[Callable[[PlanVersion, Sequence[PlanVersionItem]], bytes], str]] = {
        "docx": (_word, _DOCX),
        "xlsx": (_excel, _XLSX),
        "json": (
            lambda v, rows: orjson.dumps(open_data(v, list(rows)), option=orjson.OPT_INDENT_2),
            "application/json",
        ),
    }
    make, content_type = makers[kind]
    return make(version, items), content_type, f"{version.plan.title}_v{version.number}.{kind}"


HEADINGS = (
    (lambda: _("序号"), 6), (lambda: _("项目代码"), 27), (lambda: _("项目名称"), 36), (lambda: _("县市区"), 14),
    (lambda: _("投资类别"), 12), (lambda: _("计划类别"), 10), (lambda: _("建设单位"), 26),
    (lambda: _("建设内容及规模"), 40), (lambda: _("总投资（万元）"), 14), (lambda: _("年度投资（万元）"), 16),
    (lambda: _("年度目标"), 30), (lambda: _("计划开工"), 12), (lambda: _("计划竣工"), 12),
    (lambda: _("资金来源"), 28), (lambda: _("用地（亩）"), 10), (lambda: _("能耗（tce）"), 10),
    (lambda: _("责任部门"), 18), (lambda: _("责任领导"), 12), (lambda: _("准入得分"), 10),
)  # fmt: skip


def _excel(version: PlanVersion, items: Sequence[PlanVersionItem]) -> bytes:
    """One sheet: a row for each project with its twelve months; importing it back reads the same."""
    headings = [(name(), width, False) for name, width in HEADINGS]
    headings += [(_("%(n)d月") % {"n": n}, 10, False) for n in range(1, MONTHS + 1)]
    with write_sheet(version.plan.title[:31], headings, _rows(items)) as file:
        return file.read()


def _rows(items: Sequence[PlanVersionItem]) -> Iterable[list[Any]]:
    areas = area_names()
    for number, item in enumerate(items, start=1):
        p = item.proposal
        yield [
            number, item.code, item.name, areas.get(item.area_code, item.area_code), str(item.get_category_display()),
            str(item.get_plan_class_display()), p.owner_org.name, p.summary, _wan(item.total_yuan),
            _wan(item.annual_yuan), item.annual_goal, p.starts_on, p.finishes_on, _funds(p.funds), p.land_mu,
            p.energy_tce, p.lead_unit.name if p.lead_unit else "", str(p.leader) if p.leader else "", item.score,
            *(_wan(Decimal(str(amount))) for amount in item.monthly_yuan),
        ]  # fmt: skip


def _wan(yuan: Decimal) -> Decimal:
    return (Decimal(yuan) / WAN).normalize() + 0


def _funds(funds: Iterable[Any]) -> str:
    return "；".join(
        f"{entry.get('source')}，{wan(Decimal(str(entry.get('yuan') or 0)))}"
        + (f"，{entry['year']}" if entry.get("year") else "")
        for entry in funds
    )


def _word(version: PlanVersion, items: Sequence[PlanVersionItem]) -> bytes:
    totals = version.totals
    return render_plan(
        version,
        areas=by_division(totals, "area_code", area_names()),
        classes=by_division(totals, "plan_class", dict(PlanClass.choices)),
        categories=by_division(totals, "category", dict(Category.choices)),
        items=items,
        area_words=area_names(),
    )
