"""What a newer file changes against the mirror before it: by code, in plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SHOWN_EACH = 100
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One activity as either side has it. Times are local, without zone."""

    name: str
    start_at: datetime | None
    finish_at: datetime | None
    duration_min: int
    percent: float


LinkKey = tuple[str, str, str]


def difference(
    before: Mapping[str, Line],
    after: Mapping[str, Line],
    links_before: Mapping[LinkKey, int],
    links_after: Mapping[LinkKey, int],
) -> dict[str, Any]:
    """Counts, and up to 100 of each: added, gone, moved (by finish), renamed, other lengths, percents that went back.

    Links are keyed by (from code, to code, kind) with their lag in minutes.
    """
    both = [code for code in before if code in after]
    moved = [row for code in both if (row := _moved(code, before[code], after[code]))]
    moved.sort(key=lambda row: -abs(row["days"]))
    renamed = [
        [code, before[code].name, after[code].name] for code in both if before[code].name != after[code].name
    ]
    longer = [
        [code, after[code].name, before[code].duration_min, after[code].duration_min]
        for code in both
        if before[code].duration_min != after[code].duration_min
    ]
    back = [
        [code, after[code].name, before[code].percent, after[code].percent]
        for code in both
        if after[code].percent < before[code].percent
    ]
    added = [[code, line.name] for code, line in after.items() if code not in before]
    gone = [[code, line.name] for code, line in before.items() if code not in after]
    new_links = [[*key] for key in links_after if key not in links_before]
    lost_links = [[*key] for key in links_before if key not in links_after]
    lags = [
        [*key, links_before[key], links_after[key]]
        for key in links_after
        if key in links_before and links_before[key] != links_after[key]
    ]
    named: dict[str, list[Any]] = {
        "added": added,
        "gone": gone,
        "moved": moved,
        "renamed": renamed,
        "lengths": longer,
        "percent_back": back,
        "links_added": new_links,
        "links_gone": lost_links,
        "lags": lags,
    }
    ends = [_latest(before), _latest(after)]
    return {
        "counts": {key: len(rows) for key, rows in named.items()},
        "rows": {key: rows[:SHOWN_EACH] for key, rows in named.items()},
        "finish": [_text(end) for end in ends],
        "finish_days": round((ends[1] - ends[0]) / DAY, 1) if ends[0] and ends[1] else None,
    }


def _moved(code: str, before: Line, after: Line) -> dict[str, Any] | None:
    if (before.start_at, before.finish_at) == (after.start_at, after.finish_at):
        return None
    shift = (after.finish_at - before.finish_at) / DAY if before.finish_at and after.finish_at else 0.0
    return {
        "code": code,
        "name": after.name,
        "start": [_text(before.start_at), _text(after.start_at)],
        "finish": [_text(before.finish_at), _text(after.finish_at)],
        "days": round(shift, 1),
    }


def _latest(lines: Mapping[str, Line]) -> datetime | None:
    return max((line.finish_at for line in lines.values() if line.finish_at), default=None)


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None
