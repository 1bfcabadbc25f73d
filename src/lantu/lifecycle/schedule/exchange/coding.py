"""A code for every row of a file: its own where it has one, unique in any case."""

from __future__ import annotations

from collections import Counter

from lantu.lifecycle.schedule.exchange.neutral import Kind, NeutralSchedule

CODE_LENGTH = 60


def codes_of(project: NeutralSchedule) -> dict[str, str]:
    """A code for each uid: the file's own where it has one, told apart by ``~2`` where it repeats, else ``#uid``.

    Summaries are coded by the path of their short names, so that they are stable from export to export.
    """
    taken: Counter[str] = Counter()
    codes: dict[str, str] = {}
    paths: dict[str, str] = {}
    leaves = [activity for activity in project.activities if activity.kind is not Kind.SUMMARY]
    for activity in project.activities:
        if activity.kind is Kind.SUMMARY:
            above = paths.get(activity.parent_uid, "")
            own = activity.code or activity.uid
            # Some programs already write the whole path as the code of a node.
            paths[activity.uid] = own if not above or own.startswith(f"{above}.") else f"{above}.{own}"
    for activity in leaves:
        codes[activity.uid] = _free(activity.code or f"#{activity.uid}", taken)
    for uid, path in paths.items():
        codes[uid] = _free(path, taken)
    return codes


def _free(wanted: str, taken: Counter[str]) -> str:
    code = wanted[:CODE_LENGTH]
    while code in taken:
        taken[wanted] += 1
        mark = f"~{taken[wanted]}"
        code = wanted[: CODE_LENGTH - len(mark)] + mark
    taken[code] += 1
    return code
