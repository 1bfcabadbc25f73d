"""``quiet_days.yaml``: days on which a rule with a calendar holds, e.g. entrance examinations."""

from __future__ import annotations

from lantu.packs.model import MARKS, QuietPeriod
from lantu.packs.reading import Value


def parse_quiet(top: Value, problems: list[str]) -> dict[str, tuple[QuietPeriod, ...]]:
    """Periods by calendar."""
    found: dict[str, tuple[QuietPeriod, ...]] = {}
    for key, place in top.pairs():
        found[key] = place.each(_period, problems)
    return found


def _period(item: Value) -> QuietPeriod:
    f = item.fields("name name_en first last basis mark")
    first, last = f["first"].day(), f["last"].day()
    if last < first:
        raise f["last"].problem("the period ends before it begins", "Correct one of the two dates")
    return QuietPeriod(
        f["name"].text(), f["name_en"].text(), first, last, f["basis"].text(), f["mark"].choice(MARKS)
    )
