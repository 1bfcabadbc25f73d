"""``pits.yaml``: the tables of pit limits, unfolded into rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantu.calc.pits import SLAB_FACTOR, RangePolicy
from lantu.calc.rules.bands import BAND_LIMITS_PCT
from lantu.packs.model import MARKS, Channel, DeviceType, Threshold, ThresholdLevel
from lantu.packs.parse_thresholds import check_runs
from lantu.packs.reading import Value

BAND_LABELS = ("双项≥70 % 或单项≥85 %", "双项≥85 % 或单项≥100 %", "双项≥100 % 或突变")
RATE_SHARE = 0.70
RATE_READINGS = 3
THREE_READINGS_S = 72_000
"""Three readings at the densest frequency of table 7.0.3 (twice a day) span a day; 20 hours leave room for jitter."""
PAUSE_S = 4 * 86_400
"""The rarest frequency while digging is one reading in three days."""
SUDDEN = 2.0
GRADES = (1, 2, 3)
CHOICES = {"pit_support": "supports", "pipe_kind": "pipes", "road_kind": "roads"}
SEEN = "有第二份公开资料数值相同，仍未核对标准原文。"


@dataclass(frozen=True)
class _Item:
    code: str
    name: str
    name_en: str
    param: str
    types: tuple[str, ...]
    clause: str


@dataclass(frozen=True)
class _Table:
    """What all rows of the file share."""

    basis: str
    effective_from: date
    words: Mapping[str, Mapping[str, str]]
    items: Mapping[str, _Item]
    policy: RangePolicy


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """The limits of one place in the table."""

    item: _Item
    facts: Mapping[str, Any]
    code: str
    words: str
    mm: float
    percent: float | None
    rate: float
    mark: str
    note: str = ""
    missing: str = ""


def parse_pits(
    top: Value,
    channels: Mapping[str, Channel],
    types: Mapping[str, DeviceType],
    problems: list[str],
    policy: RangePolicy = RangePolicy.CONSERVATIVE,
) -> list[Threshold]:
    """Two rules per cell of the tables, and an upper bound where the fact that chooses the cell is unknown."""
    f = top.fields("basis effective_from supports pipes roads items rows unknown")

    def item(entry: Value) -> _Item:
        g = entry.fields("code name name_en param types clause")
        chosen = tuple(place.choice(types) for place in g["types"].items())
        return _Item(
            g["code"].text(), g["name"].text(), g["name_en"].text(), g["param"].choice(channels), chosen,
            g["clause"].text(),
        )  # fmt: skip

    table = _Table(
        basis=f["basis"].text(),
        effective_from=f["effective_from"].day(),
        words={fact: {key: value.text() for key, value in f[name].pairs()} for fact, name in CHOICES.items()},
        items={one.code: one for one in f["items"].each(item, problems)},
        policy=policy,
    )
    rows = f["rows"].each(lambda entry: list(_row(entry, table)), problems)
    unknown = f["unknown"].each(lambda entry: list(_unknown(entry, table)), problems)
    return [threshold for group in (*rows, *unknown) for threshold in group]


def _range(place: Value) -> tuple[float, float]:
    numbers = [entry.number() for entry in place.items()]
    if len(numbers) != 2 or not 0 < numbers[0] <= numbers[1]:
        raise place.problem("a range has two positive numbers, the smaller first", "Write e.g. [20, 30]")
    return numbers[0], numbers[1]


def _row(entry: Value, table: _Table) -> Iterator[Threshold]:
    f = entry.fields("item mm rate mark", "grade support pipe road pct seen")
    item = table.items[f["item"].choice(table.items)]
    pick = table.policy.pick
    for facts, code, words in _places(f, item, table):
        cell = _Cell(
            item=item,
            facts=facts,
            code=code,
            words=words,
            mm=pick(*_range(f["mm"])),
            percent=None if f["pct"].empty else pick(*_range(f["pct"])),
            rate=pick(*_range(f["rate"])),
            mark=f["mark"].choice(MARKS),
            note=SEEN if f["seen"].choice(("true", "false"), "false") == "true" else "",
        )
        yield from _rules(cell, table, entry)


def _places(f: Mapping[str, Value], item: _Item, table: _Table) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Facts, code and words of each place that a row stands for."""
    facts: dict[str, Any] = {}
    code, words = f"pit.{item.code}", []
    if not f["grade"].empty:
        grade = f["grade"].integer()
        if grade not in GRADES:
            raise f["grade"].problem("a pit's grade is 1, 2 or 3", "Write grade: 1")
        facts["pit_grade"], code = grade, f"{code}.g{grade}"
        words.append(f"{('一', '二', '三')[grade - 1]}级")
    for key, fact in (("pipe", "pipe_kind"), ("road", "road_kind")):
        if not f[key].empty:
            kind = f[key].choice(table.words[fact])
            facts[fact], code = kind, f"{code}.{kind}"
            words.append(table.words[fact][kind])
    supports = [place.choice(table.words["pit_support"]) for place in f["support"].items()]
    for support in supports:
        yield (
            {**facts, "pit_support": support},
            f"{code}.{support}",
            "·".join((*words, table.words["pit_support"][support])),
        )
    if not supports:
        yield facts, code, "·".join(words)


def _unknown(entry: Value, table: _Table) -> Iterator[Threshold]:
    """Upper bounds where the fact is missing; for the support one a grade, so that they do not meet the row of no grade."""
    f = entry.fields("item missing mm rate")
    item = table.items[f["item"].choice(table.items)]
    missing = f["missing"].choice(("pit_grade", *CHOICES))
    places: list[tuple[str, dict[str, Any]]] = [(f"no_{missing.split('_')[1]}", {missing: None})]
    if missing == "pit_support":
        places = [(f"g{grade}.no_support", {"pit_grade": grade, missing: None}) for grade in GRADES]
        if item.code in ("top_v", "deep_h"):  # the table has no row for these walls
            places.append(("g1.cement_wall", {"pit_grade": 1, "pit_support": "cement_wall"}))
    for suffix, facts in places:
        cell = _Cell(
            item=item,
            facts=facts,
            code=f"pit.{item.code}.{suffix}",
            words="现场参数未登记，按表内最大值为上限",
            mm=f["mm"].number(),
            percent=None,
            rate=f["rate"].number(),
            mark="D",
            note="超过此值必为超限，低于此值不作“正常”判定。",
            missing="design_limits" if suffix.endswith("cement_wall") else missing,
        )
        yield from _rules(cell, table, entry)


def _rules(cell: _Cell, table: _Table, entry: Value) -> Iterator[Threshold]:
    """The colour band, and 70 % of the rate in three readings running."""
    item = cell.item
    of = f"（{cell.words}）" if cell.words else ""
    fact = (
        {"name": "pit_depth_m"}
        if cell.percent is not None
        else {"name": cell.missing}
        if cell.missing
        else {}
    )
    slab = {"after": "pit_slab_on", "factor": SLAB_FACTOR}
    terms: dict[str, Any] = {"cumulative": cell.mm, "rate": cell.rate, "sharp": SUDDEN}
    if cell.percent is not None:
        terms["percent"] = cell.percent
    shared = {"window_s": 86_400, "per": "day", "gap_s": PAUSE_S}
    levels = tuple(
        ThresholdLevel(severity, limit, label)
        for severity, limit, label in zip((2, 3, 4), BAND_LIMITS_PCT, BAND_LABELS, strict=True)
    )
    band = _rule(
        cell, table, code=f"{cell.code}.band", name=f"{item.name}累计值与速率{of}", kind="band", unit="%（占限值）", levels=levels,
        options={**shared, "compare": "ge", "samples": 2, "terms": terms, "fact": {**fact, **slab}},
    )  # fmt: skip
    check_runs(band, entry)
    yield band
    if cell.missing:
        return
    limit = ThresholdLevel(3, round(cell.rate * RATE_SHARE, 3), "连续三次达 70 %")
    three = _rule(
        cell, table, code=f"{cell.code}.rate70", name=f"{item.name}速率连续三次达 70 %{of}", kind="rate", unit="mm/d",
        levels=(limit,),
        options={
            **shared, "compare": "abs_ge", "samples": RATE_READINGS, "duration_s": THREE_READINGS_S,
            "terms": {"rate": cell.rate}, "fact": slab,
        },
    )  # fmt: skip
    check_runs(three, entry)
    yield three


def _rule(
    cell: _Cell, table: _Table, *, code: str, name: str, kind: str, unit: str,
    levels: tuple[ThresholdLevel, ...], options: dict[str, Any],
) -> Threshold:  # fmt: skip
    return Threshold(
        code=code,
        name=name,
        name_en=cell.item.name_en,
        family="pit",
        param=cell.item.param,
        unit=unit,
        kind=kind,
        levels=levels,
        basis=table.basis,
        clause=f"{cell.item.clause}；预警值应由基坑工程设计方确定（8.0.1），本值仅作缺省",
        mark=cell.mark,
        effective_from=table.effective_from,
        options={"scope": {"device_types": list(cell.item.types), "facts": dict(cell.facts)}, **options},
        note=cell.note,
    )
