"""``jgj59.yaml`` and ``quality_tree.yaml``: check lists of safety, quality and environment."""

from __future__ import annotations

import re

from lantu.packs.model import MARKS
from lantu.packs.reading import Value, unique
from lantu.packs.safety import CheckItem, CheckTable, Lot, QualityTree, SafetyScore, ScoreGroup

_ITEM = re.compile(r"(.+?)(!?) (\d+(?:\.\d+)?)")
TABLE_FULL = 100
GUARANTEE_FULL = 60
WEIGHTS_TOGETHER = 100


def parse_jgj59(top: Value, problems: list[str]) -> SafetyScore:
    """Groups whose weights make 100, tables whose items make 100, guarantee items none or 60."""
    f = top.fields("basis clause effective_from groups tables")
    basis = f["basis"].text()

    def group(item: Value) -> ScoreGroup:
        g = item.fields("code name name_en weight")
        return ScoreGroup(g["code"].text(), g["name"].text(), g["name_en"].text(), g["weight"].number())

    groups = unique(
        f["groups"].each(group, problems), lambda one: one.code, f["groups"], "the group", problems
    )
    if sum(one.weight for one in groups.values()) != WEIGHTS_TOGETHER:
        problems.append(str(f["groups"].problem("the weights do not make 100", "Compare with appendix A")))

    def table(item: Value) -> CheckTable:
        g = item.fields("code group name name_en mark items")
        items = tuple(_scored(entry, number) for number, entry in enumerate(g["items"].items(), start=1))
        guarantee = sum(one.full for one in items if one.main)
        if sum(one.full for one in items) != TABLE_FULL or guarantee not in (0, GUARANTEE_FULL):
            raise g["items"].problem(
                "the items do not make 100 points, or the guarantee items 60", "Compare with appendix B"
            )
        return CheckTable(
            code=g["code"].text(),
            name=g["name"].text(),
            name_en=g["name_en"].text(),
            group=g["group"].choice(groups),
            mark=g["mark"].choice(MARKS),
            basis=basis,
            items=items,
        )

    tables = unique(
        f["tables"].each(table, problems), lambda one: one.code, f["tables"], "the table", problems
    )
    return SafetyScore(
        basis=basis,
        clause=f["clause"].text(),
        effective_from=f["effective_from"].day(),
        groups=tuple(groups.values()),
        tables=tables,
    )


def _scored(place: Value, number: int) -> CheckItem:
    found = _ITEM.fullmatch(place.text())
    if found is None:
        raise place.problem(
            f"“{place.text()}” is no item", "Write e.g. 安全检查! 10, “!” for a guarantee item"
        )
    return CheckItem(str(number), found.group(1), float(found.group(3)), found.group(2) == "!")


def parse_quality(top: Value, problems: list[str]) -> QualityTree:
    """The tree with one check list per sub-item: its own, or the two default items."""
    f = top.fields("basis clause mark effective_from general_share default_items divisions lots environment")
    basis, mark = f["basis"].text(), f["mark"].choice(MARKS)
    share = f["general_share"].number()
    if not 0 < share <= 1:
        raise f["general_share"].problem("a share lies between 0 and 1", "Write e.g. 0.8")
    lots = unique(
        [lot for found in f["divisions"].each(_division, problems) for lot in found],
        lambda lot: lot.code,
        f["divisions"],
        "the sub-item",
        problems,
    )
    by_name = {lot.name: lot for lot in lots.values()}
    tables: dict[str, CheckTable] = {}

    def own(item: Value) -> None:
        g = item.fields("item basis mark checks")
        lot = by_name[g["item"].choice(by_name)]
        tables[lot.code] = _table(
            g["checks"],
            code=lot.code,
            name=lot.name,
            group="/".join(lot.path),
            basis=g["basis"].text(),
            mark=g["mark"].choice(MARKS),
        )

    f["lots"].each(own, problems)
    for lot in lots.values():
        if lot.code not in tables:
            tables[lot.code] = _table(
                f["default_items"],
                code=lot.code,
                name=lot.name,
                group="/".join(lot.path),
                basis=basis,
                mark=mark,
            )
    e = f["environment"].fields("code name name_en basis mark checks")
    environment = _table(
        e["checks"],
        code=e["code"].text(),
        name=e["name"].text(),
        basis=e["basis"].text(),
        mark=e["mark"].choice(MARKS),
        name_en=e["name_en"].text(),
    )
    return QualityTree(
        basis=basis,
        clause=f["clause"].text(),
        mark=mark,
        effective_from=f["effective_from"].day(),
        general_share=share,
        lots=lots,
        tables=tables,
        environment=environment,
    )


def _division(item: Value) -> list[Lot]:
    f = item.fields("code name name_en subdivisions")
    code, name = f["code"].text(), f["name"].text()
    found = []
    for number, entry in enumerate(f["subdivisions"].items(), start=1):
        g = entry.fields("name name_en items")
        for place, lot in enumerate(g["items"].texts(), start=1):
            found.append(Lot(f"{code}{number:02d}{place:02d}", lot, (name, g["name"].text())))
    return found


def _table(
    checks: Value, *, code: str, name: str, basis: str, mark: str, group: str = "", name_en: str = ""
) -> CheckTable:
    items = tuple(
        CheckItem(str(number), text.removesuffix("!"), 0.0, text.endswith("!"))
        for number, text in enumerate(checks.texts(), start=1)
    )
    if not items:
        raise checks.problem("there is nothing to check", "Name at least one item")
    return CheckTable(code=code, name=name, name_en=name_en, group=group, mark=mark, basis=basis, items=items)
