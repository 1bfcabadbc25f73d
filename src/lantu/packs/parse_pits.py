"""``pits.yaml``: the table of pit limits, unfolded into rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantu.calc.pits import RangePolicy
from lantu.packs.model import MARKS, Channel, Threshold, ThresholdLevel
from lantu.packs.parse_thresholds import check_runs
from lantu.packs.reading import Value

BANDS = ((2, 0.70, "预警值 70 %"), (3, 0.85, "预警值 85 %"), (4, 1.00, "预警值"))
"""Colours by utilisation of the cumulative limit."""
RATE_SHARE = 0.70
RATE_READINGS = 3
"""A rate also alarms at 70 % in three readings running (GB 50497-2019)."""
GRADES = (1, 2, 3)
POLICY = RangePolicy.CONSERVATIVE


@dataclass(frozen=True)
class _Item:
    code: str
    name: str
    name_en: str
    param: str


@dataclass(frozen=True)
class _Table:
    """What all rows of the file share."""

    basis: str
    clause: str
    effective_from: date
    supports: Mapping[str, str]
    items: Mapping[str, _Item]


def parse_pits(top: Value, channels: Mapping[str, Channel], problems: list[str]) -> list[Threshold]:
    """Three rules per cell of the table and an upper bound where grade or support is unknown."""
    f = top.fields("basis clause effective_from supports items rows unknown")

    def item(entry: Value) -> _Item:
        g = entry.fields("code name name_en param")
        return _Item(g["code"].text(), g["name"].text(), g["name_en"].text(), g["param"].choice(channels))

    table = _Table(
        basis=f["basis"].text(),
        clause=f["clause"].text(),
        effective_from=f["effective_from"].day(),
        supports={key: value.text() for key, value in f["supports"].pairs()},
        items={one.code: one for one in f["items"].each(item, problems)},
    )
    cells = f["rows"].each(lambda entry: list(_cell(entry, table)), problems)
    unknown = f["unknown"].each(lambda entry: list(_unknown(entry, table)), problems)
    return [threshold for group in (*cells, *unknown) for threshold in group]


def _range(place: Value) -> tuple[float, float]:
    numbers = [entry.number() for entry in place.items()]
    if len(numbers) != 2 or not 0 < numbers[0] <= numbers[1]:
        raise place.problem("a range has two positive numbers, the smaller first", "Write e.g. [20, 30]")
    return numbers[0], numbers[1]


def _cell(entry: Value, table: _Table) -> Iterator[Threshold]:
    f = entry.fields("item grade mm rate mark", "support pct")
    item = table.items[f["item"].choice(table.items)]
    grade = f["grade"].integer()
    if grade not in GRADES:
        raise f["grade"].problem("a pit's grade is 1, 2 or 3", "Write grade: 1")
    limit, rate = POLICY.pick(*_range(f["mm"])), POLICY.pick(*_range(f["rate"]))
    percent = None if f["pct"].empty else POLICY.pick(*_range(f["pct"]))
    mark = f["mark"].choice(MARKS)
    supports = [place.choice(table.supports) for place in f["support"].items()]
    for support in supports or [""]:
        facts: dict[str, Any] = {"pit_grade": grade}
        words = f"{('一', '二', '三')[grade - 1]}级"
        code = f"pit.{item.code}.g{grade}"
        if support:
            facts["pit_support"] = support
            words += f"·{table.supports[support]}"
            code += f".{support}"
        rules = [
            _rule(table, item, mark, facts, code=f"{code}.cumulative", name=f"{item.name}累计超限（{words}）",
                  levels=_bands(limit, percent), options={"fact": {"name": "pit_depth_m"}} if percent else {}),
            _rate(table, item, mark, facts, code=f"{code}.rate", name=f"{item.name}速率超限（{words}）",
                  limit=rate, label="预警值", samples=1),
            _rate(table, item, mark, facts, code=f"{code}.rate70", name=f"{item.name}速率连续三次达 70 %（{words}）",
                  limit=round(rate * RATE_SHARE, 3), label="连续三次达 70 %", samples=RATE_READINGS),
        ]  # fmt: skip
        for rule in rules:
            check_runs(rule, entry)
            yield rule


def _unknown(entry: Value, table: _Table) -> Iterator[Threshold]:
    """Upper bounds: one where the grade is missing, one a grade where the support is."""
    f = entry.fields("item mm mark")
    item = table.items[f["item"].choice(table.items)]
    limit = POLICY.pick(*_range(f["mm"]))
    places: list[tuple[str, dict[str, Any], str]] = [("no_grade", {"pit_grade": None}, "pit_grade")]
    by_support = any(item.code == code for code in ("top_h", "top_v"))
    if by_support:
        places += [(f"g{g}.no_support", {"pit_grade": g, "pit_support": None}, "pit_support") for g in GRADES]
    for suffix, facts, missing in places:
        rule = _rule(
            table, item, f["mark"].choice(MARKS), facts,
            code=f"pit.{item.code}.{suffix}", name=f"{item.name}超过表内最大值（现场参数缺失）",
            levels=(ThresholdLevel(4, limit, "上限"),), options={"fact": {"name": missing}},
            note="安全等级或支护形式未登记：超过此值必为超限，低于此值不作“正常”判定。",
        )  # fmt: skip
        check_runs(rule, entry)
        yield rule


def _bands(limit: float, percent: float | None) -> tuple[ThresholdLevel, ...]:
    return tuple(
        ThresholdLevel(
            severity,
            round(limit * share, 3),
            label,
            percent=None if percent is None else round(percent * share, 5),
        )
        for severity, share, label in BANDS
    )


def _rate(
    table: _Table, item: _Item, mark: str, facts: dict[str, Any], *,
    code: str, name: str, limit: float, label: str, samples: int,
) -> Threshold:  # fmt: skip
    return _rule(
        table, item, mark, facts, code=code, name=name, levels=(ThresholdLevel(3, limit, label),),
        options={"per": "day", "window_s": 86_400, "samples": samples}, kind="rate", unit="mm/d",
    )  # fmt: skip


def _rule(
    table: _Table, item: _Item, mark: str, facts: dict[str, Any], *,
    code: str, name: str, levels: tuple[ThresholdLevel, ...], options: dict[str, Any],
    kind: str = "threshold", unit: str = "mm", note: str = "",
) -> Threshold:  # fmt: skip
    return Threshold(
        code=code,
        name=name,
        name_en=item.name_en,
        family="pit",
        param=item.param,
        unit=unit,
        kind=kind,
        levels=levels,
        basis=table.basis,
        clause=table.clause,
        mark=mark,
        effective_from=table.effective_from,
        options={"compare": "abs_ge", "scope": {"device_types": ["pit"], "facts": facts}, **options},
        note=note,
    )
