"""Interlocks, forecasts, tender rules and the lamp of a gate: by hand and by property."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.forecasts import quantile, remaining_days
from lantu.calc.gate_lamps import GateFacts, GateLampRules, GateReason, gate_lamp
from lantu.calc.interlocks import Circle, Link, Step, UnknownStep, cost_of_waiting_yuan, interlocks
from lantu.calc.lamps import Lamp
from lantu.calc.tender_rules import (
    RuleKind,
    Section,
    Standing,
    TenderRule,
    avoided_tenders,
    check_tender,
    earliest_lawful,
)
from lantu.calc.workdays import WorkCalendar, plain_weekends

CALENDAR = plain_weekends()
MONDAY = date(2026, 6, 1)


def steps(*codes: str, days: int = 1) -> list[Step]:
    return [Step(code, "main", "g", days) for code in codes]


def test_a_missing_step_blocks_only_what_needs_it() -> None:
    graph = interlocks(
        steps("land", "permit", "start", "utilities"),
        [Link("land", "start", "无净地不得开工"), Link("permit", "start")],
    )
    assert graph.blockers("start", {"permit"}) == ("land",)
    assert graph.blockers("utilities", set()) == ()
    assert graph.held_up_by("land", {"permit"}) == ("start",)
    assert graph.roots("start", set()) == ("land", "permit")


def test_a_circle_is_named_in_the_order_of_waiting() -> None:
    with pytest.raises(Circle) as caught:
        interlocks(
            steps("a", "b", "c", "d"), [Link("a", "b"), Link("b", "c"), Link("c", "a"), Link("c", "d")]
        )
    circle = caught.value.steps
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b", "c"}


def test_an_unknown_step_is_named() -> None:
    with pytest.raises(UnknownStep, match="nowhere"):
        interlocks(steps("a"), [Link("nowhere", "a")])


def test_forward_days_skip_weekends_and_keep_what_is_done() -> None:
    graph = interlocks(steps("a", "b", days=5), [Link("a", "b")])
    assert graph.finishes(MONDAY, CALENDAR) == {"a": date(2026, 6, 8), "b": date(2026, 6, 15)}
    done = {"a": date(2026, 6, 3)}
    assert graph.finishes(MONDAY, CALENDAR, done)["b"] == date(2026, 6, 10)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
def test_forward_links_always_make_an_order(pairs: list[tuple[int, int]]) -> None:
    links = [Link(str(min(a, b)), str(max(a, b))) for a, b in pairs if a != b]
    graph = interlocks(steps(*map(str, range(12))), links)
    place = {code: index for index, code in enumerate(graph.order)}
    layers = graph.layers()
    assert sorted(graph.order) == sorted(map(str, range(12)))
    for link in links:
        assert place[link.needs] < place[link.step]
        assert layers[link.needs] < layers[link.step]
        assert link.step in graph.held_up_by(link.needs, set())


def test_cost_of_waiting() -> None:
    assert cost_of_waiting_yuan(Decimal(500_000_000), 250) == 2_000_000
    with pytest.raises(ValueError, match="working day"):
        cost_of_waiting_yuan(1, 0)


@given(st.lists(st.floats(0, 500), min_size=5, max_size=60), st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values: list[float], share: float) -> None:
    assert quantile(sorted(values), share) == pytest.approx(float(np.quantile(values, share)), abs=1e-9)


def test_a_forecast_counts_what_has_been_waited() -> None:
    days = [4.0, 6, 8, 10, 12, 14, 16, 18, 20]
    fresh = remaining_days(days)
    assert fresh is not None
    assert (fresh.n, fresh.p50, fresh.p80) == (9, 12.0, 16.8)
    later = remaining_days(days, waited=10)
    assert later is not None
    assert (later.n, later.p50) == (5, 6.0)


def test_a_forecast_abstains_under_five_cases() -> None:
    assert remaining_days([3, 4, 5, 6]) is None
    assert remaining_days([3, 4, 5, 6, 7], waited=4) is None


RULES = (
    TenderRule(
        code="bid", label="", kind=RuleKind.AT_LEAST, first="sale", second="due", limit=20, basis="", mark="K"
    ),
    TenderRule(
        code="sign",
        label="",
        kind=RuleKind.AT_MOST,
        first="award",
        second="signed",
        limit=30,
        basis="",
        mark="K",
    ),
    TenderRule(
        code="bond", label="", kind=RuleKind.SHARE, first="price", second="bond", limit=10, basis="", mark="K"
    ),
    TenderRule(
        code="panel",
        label="",
        kind=RuleKind.PANEL,
        first="people",
        second="experts",
        limit=5,
        basis="",
        mark="K",
    ),
)


def found(
    dates: dict[str, date], amounts: dict[str, int] | None = None, today: date = MONDAY
) -> dict[str, Standing]:
    rows = check_tender(RULES, dates, amounts or {}, calendar=CALENDAR, today=today)
    return {row.rule.code: row.standing for row in rows}


def test_the_day_of_the_event_is_not_counted_and_rest_rolls_on() -> None:
    # 20 days after Monday 1 June is Sunday 21 June: Monday 22 is the earliest lawful day.
    (bid, *_rest) = check_tender(
        RULES, {"sale": MONDAY, "due": date(2026, 6, 21)}, {}, calendar=CALENDAR, today=MONDAY
    )
    assert (bid.standing, earliest_lawful(bid)) == (Standing.BROKEN, date(2026, 6, 22))
    assert found({"sale": MONDAY, "due": date(2026, 6, 22)})["bid"] is Standing.KEPT
    assert found({"sale": MONDAY})["bid"] is Standing.PENDING
    assert found({})["bid"] is Standing.UNKNOWN


def test_longest_periods_turn_late_with_the_day() -> None:
    assert found({"award": MONDAY}, today=date(2026, 7, 1))["sign"] is Standing.PENDING
    assert found({"award": MONDAY}, today=date(2026, 7, 2))["sign"] is Standing.LATE
    assert found({"award": MONDAY, "signed": date(2026, 7, 2)})["sign"] is Standing.BROKEN


@pytest.mark.parametrize(
    ("amounts", "bond", "panel"),
    [
        ({"price": 1000, "bond": 100, "people": 5, "experts": 4}, Standing.KEPT, Standing.KEPT),
        ({"price": 1000, "bond": 101, "people": 5, "experts": 3}, Standing.BROKEN, Standing.BROKEN),
        ({"price": 1000, "people": 6, "experts": 6}, Standing.UNKNOWN, Standing.BROKEN),
    ],
)
def test_shares_and_the_committee(amounts: dict[str, int], bond: Standing, panel: Standing) -> None:
    standing = found({}, amounts)
    assert (standing["bond"], standing["panel"]) == (bond, panel)


def test_direct_awards_single_and_split() -> None:
    sections = [
        Section("A", "works", Decimal(5_000_000), tendered=False),
        Section("B", "services", Decimal(600_000), tendered=False),
        Section("C", "services", Decimal(500_000), tendered=False),
        Section("D", "services", Decimal(9_000_000), tendered=True),
    ]
    rows = avoided_tenders(sections, {"works": Decimal(4_000_000), "services": Decimal(1_000_000)})
    assert [(row.names, row.split) for row in rows] == [(("A",), False), (("B", "C"), True)]


LAMP = GateLampRules()


def lamp(**facts: object) -> tuple[Lamp, tuple[GateReason, ...]]:
    values: dict[str, object] = {"state": "preparing", "due_on": date(2026, 6, 30)} | facts
    return gate_lamp(GateFacts(**values), today=MONDAY, calendar=CALENDAR, rules=LAMP)  # type: ignore[arg-type]


def test_the_lamp_of_a_gate() -> None:
    assert lamp() == (Lamp.GREEN, ())
    assert lamp(state="not_started") == (Lamp.GREY, ())
    assert lamp(state="suspended", due_on=date(2025, 1, 1)) == (Lamp.GREY, ())
    assert lamp(due_on=date(2026, 6, 5), hard_missing=2) == (Lamp.YELLOW, (GateReason.NEAR,))
    assert lamp(due_on=date(2026, 5, 29)) == (Lamp.YELLOW, (GateReason.OVERDUE,))
    assert lamp(due_on=date(2026, 5, 1)) == (Lamp.RED, (GateReason.OVERDUE_LONG,))
    assert lamp(state="passed", due_on=date(2026, 5, 1)) == (Lamp.GREEN, ())
    assert lamp(state="conditional", conditions_open=1) == (Lamp.YELLOW, (GateReason.CONDITION_OPEN,))
    assert lamp(state="conditional", conditions_open=1, conditions_overdue=1) == (
        Lamp.RED, (GateReason.CONDITION_OVERDUE,),
    )  # fmt: skip
    assert lamp(state="not_started", before_overdue=True)[0] is Lamp.RED
    assert lamp(without_permit=True) == (Lamp.RED, (GateReason.NO_PERMIT,))


@given(
    st.sampled_from(
        ["not_started", "preparing", "submitted", "reviewing", "returned", "passed", "conditional", "held"]
    ),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.integers(0, 9),
)
def test_without_a_permit_is_always_red(state: str, due_on: date, missing: int) -> None:
    facts = GateFacts(state=state, due_on=due_on, hard_missing=missing, without_permit=True)
    calendar: WorkCalendar = CALENDAR
    first = gate_lamp(facts, today=MONDAY, calendar=calendar, rules=LAMP)
    assert first[0] is Lamp.RED
    assert first == gate_lamp(facts, today=MONDAY, calendar=calendar, rules=LAMP)
