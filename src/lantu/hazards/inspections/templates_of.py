"""Which tables of the pack an inspection may be made of."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.hazards.inspections.states import InspectionKind
from lantu.packs.load import national
from lantu.packs.safety import CheckTable

MOST_TABLES = 19


def tables_of(kind: str) -> dict[str, CheckTable]:
    """The tables of a kind of inspection by code, in the order of the standard."""
    pack = national()
    match kind:
        case InspectionKind.SAFETY:
            return dict(pack.safety_score.tables)
        case InspectionKind.QUALITY:
            return dict(pack.quality.tables)
        case InspectionKind.ENVIRONMENT:
            return {pack.quality.environment.code: pack.quality.environment}
        case _:
            raise Unacceptable("inspections.unknown_kind", _("检查类别不对。"), field="kind")


def chosen_tables(kind: str, codes: Sequence[str]) -> list[CheckTable]:
    """The chosen tables. Environment has one; quality asks for one lot; safety takes every table that applies on site,
    by default all. Raises Unacceptable for unknown ones.
    """
    known = tables_of(kind)
    if kind == InspectionKind.ENVIRONMENT:
        return list(known.values())
    if not codes and kind == InspectionKind.SAFETY:
        return list(known.values())
    if unknown := [code for code in codes if code not in known]:
        raise Unacceptable(
            "inspections.unknown_table",
            _("没有检查表“%(code)s”。") % {"code": unknown[0][:20]},
            remedy=_("请从列表中选择。"),
            field="tables",
        )
    if not codes or (kind == InspectionKind.QUALITY and len(set(codes)) != 1):
        raise Unacceptable(
            "inspections.no_table",
            _("请选择一个分项（检验批）。"),
            field="tables",
            remedy=_("每次检查一个检验批。"),
        )
    return [table for code, table in known.items() if code in set(codes)]


def table_name(table: CheckTable) -> str:
    english = (get_language() or "").startswith("en") and table.name_en
    return str(table.name_en if english else table.name)


def lots_by_division() -> list[tuple[str, list[tuple[str, str]]]]:
    """The quality tree for choosing: “division · subdivision” and its sub-items."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for lot in national().quality.lots.values():
        groups.setdefault(" · ".join(lot.path), []).append((lot.code, lot.name))
    return list(groups.items())
