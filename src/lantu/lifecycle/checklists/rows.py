"""One item on its way into a checklist, and everything that is wrong with a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.checklists.months import first_of, linear_pct, months_of, rules
from lantu.lifecycle.checklists.sources import source_keys

TOGETHER = Decimal(100)
TOLERANCE = Decimal("0.01")
SHOWN_AT_MOST = 8


@dataclass(kw_only=True)
class ItemRow:
    """``place`` is where the row stands, e.g. “第 7 行”. ``targets``: month → (cumulative percent, cumulative yuan)."""

    code: str
    title: str
    place: str = ""
    is_group: bool = False
    parent: str = ""
    definition_of_done: str = ""
    owner: User | None = None
    verifier: User | None = None
    weight: Decimal = Decimal(0)
    start_on: date | None = None
    due_on: date | None = None
    evidence_type: str = "document"
    source: str = ""
    source_ref: str = ""
    budget_yuan: Decimal = Decimal(0)
    targets: Mapping[date, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class RowProblem:
    """``place``: row, and column where there is one."""

    place: str
    detail: str
    remedy: str

    def text(self) -> str:
        return f"{self.place}：{self.detail}{self.remedy}" if self.place else f"{self.detail}{self.remedy}"


def fill_targets(row: ItemRow, year: int) -> dict[date, tuple[float, float]]:
    """The twelve months of a leaf: as given, a month without its own number keeps the one before; nothing given at all means
    in proportion to time."""
    assert row.start_on is not None
    assert row.due_on is not None
    budget = float(row.budget_yuan)
    if not row.targets:
        found = {month: linear_pct(row.start_on, row.due_on, month) for month in months_of(year)}
        return {month: (pct, round(budget * pct / 100, 2)) for month, pct in found.items()}
    filled, last = {}, (0.0, 0.0)
    for month in months_of(year):
        last = row.targets.get(month, last)
        filled[month] = last
    return filled


def problems_of(rows: Sequence[ItemRow], year: int, *, whole: bool = True) -> list[RowProblem]:
    """Everything wrong with the rows; ``whole``: the weights must make 100 too."""
    found: list[RowProblem] = []
    seen: dict[str, ItemRow] = {}
    leaves = [row for row in rows if not row.is_group]
    for row in rows:
        place = row.place or row.code
        if not row.code.strip() or not row.title.strip():
            found.append(RowProblem(place, _("缺少编号或名称。"), _("请补上。")))
        if row.code in seen:
            found.append(
                RowProblem(
                    place,
                    _("编号 %(code)s 与%(other)s重复。")
                    % {"code": row.code, "other": seen[row.code].place or row.code},
                    _("请各用一个编号。"),
                )
            )
        if row.parent and (row.parent not in seen or not seen[row.parent].is_group):
            found.append(
                RowProblem(
                    place, _("上级 %(code)s 不在前面。") % {"code": row.parent}, _("请把上级排在前面。")
                )
            )
        seen.setdefault(row.code, row)
        if not row.is_group:
            found += _of_leaf(row, place, year)
    if whole:
        found += _of_weights(leaves)
    return found


def _of_weights(leaves: Sequence[ItemRow]) -> list[RowProblem]:
    if not leaves:
        return [RowProblem("", _("清单里没有子任务。"), _("请至少列一项。"))]
    total = sum((row.weight for row in leaves), Decimal(0))
    if abs(total - TOGETHER) <= TOLERANCE:
        return []
    return [
        RowProblem(
            _("权重列"),
            _("%(n)d 项权重合计为 %(total)s，应为 100。") % {"n": len(leaves), "total": f"{total:f}"},
            _("请调整使合计为 100（差 %(gap)s）。") % {"gap": f"{TOGETHER - total:+f}"},
        )
    ]


def _of_leaf(row: ItemRow, place: str, year: int) -> list[RowProblem]:
    found = []

    def wrong(detail: str, remedy: str) -> None:
        found.append(RowProblem(place, detail, remedy))

    if row.weight <= 0:
        wrong(_("权重应大于 0。"), _("请填写占 100 的份额。"))
    if row.owner is None or row.owner.organisation_id is None:
        wrong(_("没有责任人，或责任人没有单位。"), _("每项只写一位责任人。"))
    if row.verifier is None:
        wrong(_("没有核验人。"), _("请指定责任人以外的一人核验。"))
    if row.owner is not None and row.verifier is not None and row.owner.pk == row.verifier.pk:
        wrong(_("核验人与责任人都是%(who)s。") % {"who": row.owner}, _("请由另一人核验。"))
    if row.start_on is None or row.due_on is None:
        wrong(_("缺少开始或完成时限。"), _("请填到日，如 2026-03-01。"))
    elif row.due_on < row.start_on:
        wrong(_("完成时限早于开始。"), _("请核对两个日期。"))
    elif row.due_on.year < year or row.start_on.year > year:
        wrong(_("起止不在 %(year)d 年内。") % {"year": year}, _("请列入相应年度的清单。"))
    kinds = rules().evidence_types
    if row.evidence_type not in kinds:
        wrong(
            _("没有佐证类型“%(kind)s”。") % {"kind": row.evidence_type},
            _("可用：%(list)s。") % {"list": "、".join(kind.name for kind in kinds.values())},
        )
    if row.source and row.source not in source_keys():
        wrong(_("没有自动来源“%(key)s”。") % {"key": row.source}, _("请从列表中选择，或留空。"))
    if row.source and row.evidence_type == "photo":
        wrong(_("已有自动来源，不应再要照片。"), _("佐证类型请改为“系统数据”。"))
    found += _of_targets(row, place, year)
    return found


def _of_targets(row: ItemRow, place: str, year: int) -> list[RowProblem]:
    before, found = 0.0, []
    for month in sorted(row.targets):
        pct, yuan = row.targets[month]
        where = _("%(place)s，%(month)s") % {"place": place, "month": f"{month:%Y-%m}"}
        if month.year != year or month != first_of(month):
            found.append(RowProblem(where, _("不是本年度的月份。"), _("请核对列标题。")))
        elif not 0 <= pct <= 100 or yuan < 0:
            found.append(RowProblem(where, _("计划应在 0 到 100 之间。"), _("请填累计百分比。")))
        elif pct < before:
            found.append(
                RowProblem(
                    where,
                    _("累计计划 %(pct)g 低于上月的 %(before)g。") % {"pct": pct, "before": before},
                    _("请填累计数，不填当月数。"),
                )
            )
        before = max(before, pct)
    return found


def refuse(found: Sequence[RowProblem], *, code: str = "checklists.unfit") -> None:
    """Raise Unacceptable naming the places, if there are any."""
    if not found:
        return
    said = " ".join(problem.text() for problem in found[:SHOWN_AT_MOST])
    more = len(found) - SHOWN_AT_MOST
    raise Unacceptable(
        code,
        said,
        remedy=_("另有 %(n)d 处。") % {"n": more} if more > 0 else _("改正后再提交。"),
        field="rows",
    )


def row_of(item: Any, targets: Mapping[date, tuple[float, float]]) -> ItemRow:
    """A stored item as a row again."""
    return ItemRow(
        code=item.code, title=item.title, is_group=item.is_group, parent=item.parent.code if item.parent else "",
        definition_of_done=item.definition_of_done, owner=item.owner, verifier=item.verifier, weight=item.weight,
        start_on=item.start_on, due_on=item.due_on, evidence_type=item.evidence_type, source=item.source,
        source_ref=item.source_ref, budget_yuan=item.budget_yuan, targets=targets,
    )  # fmt: skip
