"""``programmes.yaml``: lanes and clocks of programmes, templates of cases and bulletins."""

from __future__ import annotations

from lantu.packs.model import MARKS
from lantu.packs.programmes import Lane, ProgrammeRules
from lantu.packs.reading import Value, unique

MOST_DAYS = 366
LAST_DAY = 28


def parse_programmes(top: Value, problems: list[str]) -> ProgrammeRules:
    """The rules; whatever is wrong is added to ``problems``."""
    f = top.fields("mark basis lanes programme case bulletin")
    lanes = unique(f["lanes"].each(_lane, problems), lambda lane: lane.key, f["lanes"], "the lane", problems)
    p = f["programme"].fields(
        "draft_working_days approve_working_days confirm_working_days check_day behind_points"
    )
    c = f["case"].fields("draft_working_days approve_working_days")
    b = f["bulletin"].fields("series prepare_day prepare_working_days sign_working_days most_rows")
    return ProgrammeRules(
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
        lanes=tuple(lanes.values()),
        draft_working_days=_within(p["draft_working_days"]),
        approve_working_days=_within(p["approve_working_days"]),
        confirm_working_days=_within(p["confirm_working_days"]),
        check_day=_within(p["check_day"], LAST_DAY),
        behind_points=p["behind_points"].number(),
        case_draft_working_days=_within(c["draft_working_days"]),
        case_approve_working_days=_within(c["approve_working_days"]),
        bulletin_series=b["series"].text(),
        bulletin_prepare_day=_within(b["prepare_day"], LAST_DAY),
        bulletin_prepare_working_days=_within(b["prepare_working_days"]),
        bulletin_sign_working_days=_within(b["sign_working_days"]),
        bulletin_most_rows=_within(b["most_rows"], 20_000),
    )


def _lane(item: Value) -> Lane:
    f = item.fields("key label label_en")
    return Lane(f["key"].text(), f["label"].text(), f["label_en"].text())


def _within(place: Value, most: int = MOST_DAYS) -> int:
    number = place.integer()
    if not 1 <= number <= most:
        raise place.problem(f"{number} is out of range", f"Write a whole number from 1 to {most}")
    return number
