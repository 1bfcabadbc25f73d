"""What people did about a warning, at hours when people do such things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from lantu.calc.workdays import BEIJING
from lantu.packs.demo import DemoProject, DemoStep
from lantu.packs.load import city, national

SITE_HOURS = (6.5, 20.0)
OFFICE_HOURS = (8.5, 17.5)


@dataclass(frozen=True)
class Story:
    """Steps in order of time, with the end of the rectifying term."""

    due_at: datetime
    late: bool
    returned: bool
    steps: tuple[DemoStep, ...]


def told(
    draw: Random, project: DemoProject, words: Mapping[str, str], *,
    severity: int, raised_at: datetime, outcome: str, late: bool, returned: bool, now: datetime,
) -> Story:  # fmt: skip
    """The story of one warning; an open one ends with the order, a false alarm with two agreeing people."""
    people = {role: party.person for role, party in project.parties.items()}
    clock = city("dezhou").hazard_clocks[severity]
    taken_up = _site(raised_at + timedelta(minutes=draw.uniform(6, 45)), urgent=severity >= 3)
    if outcome == "false_alarm":
        agreed = _site(taken_up + timedelta(hours=draw.uniform(2, 5)))
        steps = (
            DemoStep(
                taken_up, "propose_false", people["contractor"], "现场核查为设备旁消防演练喇叭，非施工噪声。"
            ),
            DemoStep(agreed, "agree_false", people["inspector"], "调阅录像核实，同意判为误报。"),
        )
        return Story(clock.rectify.due_at(taken_up, national().calendar), False, False, steps)
    ordered = _office(taken_up + timedelta(minutes=draw.uniform(20, 100)), urgent=severity >= 3)
    if outcome == "open":
        taken_up, ordered = raised_at + timedelta(minutes=3), raised_at + timedelta(minutes=8)
    due_at = clock.rectify.due_at(ordered, national().calendar)
    steps_list = [
        DemoStep(taken_up, "take_up", people["officer"], words["finding"]),
        DemoStep(ordered, "order", people["officer"], words["measures"]),
    ]
    if outcome == "open":
        return Story(due_at, False, False, tuple(steps_list))
    accepted = _site(ordered + timedelta(minutes=draw.uniform(8, 55)), urgent=severity >= 3)
    steps_list.append(DemoStep(accepted, "accept", people["contractor"], "已收到，立即组织整改。"))
    steps_list += _rectified(draw, people, words, accepted, due_at, late=late, returned=returned)
    if steps_list[-1].at > now:
        raise ValueError(f"{project.key}: a closed warning would be closed in the future")
    return Story(due_at, late, returned, tuple(steps_list))


def _rectified(
    draw: Random, people: Mapping[str, str], words: Mapping[str, str], accepted: datetime, due_at: datetime, *,
    late: bool, returned: bool,
) -> list[DemoStep]:  # fmt: skip
    """From the reply to the close: within the term, or after it where the story is a late one."""
    term = due_at - accepted
    share = draw.uniform(0.10, 0.28) if returned else draw.uniform(0.10, 0.42)
    replied = _site(due_at + timedelta(hours=draw.uniform(5, 30)) if late else accepted + term * share)
    steps = [DemoStep(replied, "reply", people["contractor"], words["reply"])]
    if returned:
        back = _site(replied + timedelta(hours=draw.uniform(1, 3)))
        replied = _site(back + timedelta(hours=draw.uniform(3, 8)))
        steps += [
            DemoStep(back, "return", people["supervisor"], words["returned"]),
            DemoStep(replied, "reply", people["contractor"], f"已按退回意见补充。{words['reply']}"),
        ]
    confirmed = _site(replied + timedelta(hours=draw.uniform(0.7, 3)))
    rechecked = _office(confirmed + timedelta(hours=draw.uniform(1, 4)))
    steps += [
        DemoStep(confirmed, "confirm", people["supervisor"], "现场核对，与回复一致。"),
        DemoStep(rechecked, "recheck", people["inspector"], words["recheck"]),
        DemoStep(
            rechecked + timedelta(minutes=draw.randint(4, 25)),
            "close",
            people["inspector"],
            "复查合格，同意销号。",
        ),
    ]
    return steps


def _site(at: datetime, urgent: bool = False) -> datetime:
    """The same time if people are on site (or called out), else the next morning."""
    return _within(at, SITE_HOURS, urgent)


def _office(at: datetime, urgent: bool = False) -> datetime:
    return _within(at, OFFICE_HOURS, urgent)


def _within(at: datetime, hours: tuple[float, float], urgent: bool) -> datetime:
    local = at.astimezone(BEIJING).replace(second=0, microsecond=0)
    clock = local.hour + local.minute / 60
    if urgent or hours[0] <= clock <= hours[1]:
        return local
    morning = local.replace(hour=int(hours[0]), minute=int(hours[0] % 1 * 60)) + timedelta(
        minutes=local.minute
    )
    return morning if clock < hours[0] else morning + timedelta(days=1)
