from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.lamps import (
    RULES_VERSION,
    Lamp,
    LampReason,
    LampRules,
    ProjectFacts,
    months_between,
    project_lamp,
)

TODAY = date(2026, 11, 22)
SOUND = ProjectFacts(
    under_construction=True,
    planned_start_on=date(2025, 9, 1),
    planned_finish_on=date(2027, 9, 1),
    actual_start_on=date(2025, 9, 10),
    plan_pct=60,
    physical_pct=58,
    has_permit=True,
    entered_statistics=True,
)


def lamp(**changes: object) -> tuple[Lamp, tuple[LampReason, ...]]:
    verdict = project_lamp(replace(SOUND, **changes), today=TODAY)
    return verdict.lamp, verdict.reasons


def test_a_sound_project_is_green_and_says_by_which_rules():
    verdict = project_lamp(SOUND, today=TODAY)
    assert (verdict.lamp, verdict.version, verdict.behind_points) == (Lamp.GREEN, RULES_VERSION, 2)


@pytest.mark.parametrize(
    ("physical", "expected"),
    [
        (50.1, (Lamp.GREEN, ())),
        (50, (Lamp.YELLOW, (LampReason.BEHIND,))),
        (30, (Lamp.YELLOW, (LampReason.BEHIND,))),
        (29.9, (Lamp.RED, (LampReason.FAR_BEHIND,))),
    ],
)
def test_points_behind_the_schedule(physical, expected):
    assert lamp(physical_pct=physical) == expected


def test_construction_without_a_permit_is_red_whatever_else():
    assert lamp(has_permit=False, physical_pct=100)[0] is Lamp.RED
    assert lamp(has_permit=None) == (Lamp.GREEN, ())  # not known is not the same as missing


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"open_red_warnings": 1}, (Lamp.RED, (LampReason.RED_WARNING,))),
        ({"open_orange_warnings": 1}, (Lamp.YELLOW, (LampReason.ORANGE_WARNING,))),
        ({"overdue_hazards": 1}, (Lamp.YELLOW, (LampReason.OVERDUE_HAZARD,))),
        ({"funds_required_yuan": 100, "funds_received_yuan": 99}, (Lamp.RED, (LampReason.FUNDS_SHORT,))),
        ({"funds_required_yuan": 100, "funds_received_yuan": None}, (Lamp.GREEN, ())),
        ({"planned_finish_on": date(2026, 11, 1)}, (Lamp.YELLOW, (LampReason.FINISH_MISSED,))),
        (
            {"entered_statistics": False, "actual_start_on": date(2026, 10, 20)},
            (Lamp.YELLOW, (LampReason.STATISTICS_LATE,)),
        ),
        (
            {"entered_statistics": False, "actual_start_on": date(2026, 9, 20)},
            (Lamp.RED, (LampReason.STATISTICS_VERY_LATE,)),
        ),
    ],
)
def test_each_reason(changes, expected):
    assert lamp(**changes) == expected


def test_a_missed_start_turns_yellow_then_red():
    waiting = {"under_construction": False, "actual_start_on": None, "plan_pct": None, "physical_pct": None}
    assert lamp(**waiting, planned_start_on=date(2026, 11, 1)) == (Lamp.YELLOW, (LampReason.START_MISSED,))
    assert lamp(**waiting, planned_start_on=date(2026, 8, 1)) == (Lamp.RED, (LampReason.START_MISSED_LONG,))
    assert lamp(**waiting, planned_start_on=date(2027, 3, 1)) == (Lamp.GREY, (LampReason.NOT_DUE,))


def test_what_is_paused_or_finished_is_not_judged():
    assert lamp(paused=True, open_red_warnings=1) == (Lamp.GREY, (LampReason.PAUSED,))
    assert lamp(finished=True) == (Lamp.GREY, ())


def test_without_figures_there_is_no_green():
    assert lamp(plan_pct=None) == (Lamp.GREY, (LampReason.NO_FIGURES,))


def test_all_reasons_are_told_the_gravest_first():
    assert lamp(has_permit=False, overdue_hazards=1)[1] == (LampReason.NO_PERMIT, LampReason.OVERDUE_HAZARD)


def test_a_city_may_set_its_own_limits():
    rules = LampRules(behind_points=1, version="city-3")
    verdict = project_lamp(SOUND, today=TODAY, rules=rules)
    assert (verdict.lamp, verdict.version) == (Lamp.YELLOW, "city-3")


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 8, 22), TODAY, 3),
        (date(2026, 8, 23), TODAY, 2),
        (date(2025, 11, 22), TODAY, 12),
        (date(2027, 1, 1), TODAY, 0),
    ],
)
def test_whole_months(first, last, months):
    assert months_between(first, last) == months


ORDER = [Lamp.GREEN, Lamp.YELLOW, Lamp.RED]


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_more_progress_never_worsens_the_lamp(plan, less, more):
    less, more = min(less, more), max(less, more)
    worse, better = lamp(plan_pct=plan, physical_pct=less)[0], lamp(plan_pct=plan, physical_pct=more)[0]
    assert ORDER.index(better) <= ORDER.index(worse)
