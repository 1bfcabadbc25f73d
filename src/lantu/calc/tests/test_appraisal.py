"""The worked example of the domain reference, and what must hold of every score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc import appraisal as ap

RUBRIC = ap.Rubric(
    parts={"plan": 40, "nodes": 20, "safety": 15, "problems": 15, "data": 10},
    grades={"优": 90, "良": 80, "中": 60, "差": 0},
    evidence={"A": 1.0, "B": 0.9, "C": 0.75, "D": 0.5},
)


def task(code="1", weight=1.0, planned=100.0, actual=100.0, **more):
    return ap.TaskFacts(code=code, weight=weight, planned=planned, actual=actual, **more)


def test_worked_example():
    rows = [(5, 100, 0, 100), (3, 80, 0, 95), (2, 100, 4, 90), (4, 50, 0, 80), (1, 100, 12, 100)]
    scores = [
        ap.score_task(task(str(n), w, 100, actual, late_days=late, quality=quality), RUBRIC)
        for n, (w, actual, late, quality) in enumerate(rows)
    ]
    assert [round(one.score, 2) for one in scores] == [100, 76.00, 79.20, 40.00, 64.00]
    assert round(ap.mean_of_tasks(scores), 2) == 74.03


@pytest.mark.parametrize(("days", "value"), [(0, 1.0), (1, 0.97), (16, 0.52), (17, 0.5), (400, 0.5)])
def test_timeliness_has_a_floor(days, value):
    assert ap.timeliness(days) == pytest.approx(value)


def test_what_is_not_planned_or_taken_out_does_not_count():
    assert ap.score_task(task(planned=0, actual=0), RUBRIC).score is None
    assert ap.score_task(task(excluded=True), RUBRIC).score is None
    assert ap.mean_of_tasks([ap.score_task(task(planned=0, actual=0), RUBRIC)]) is None


def test_lines_show_their_fractions():
    tasks = [
        task("a", 30, 50, 40, grade="A", node_due=True, node_late_days=10),
        task("b", 20, 100, 100, grade="D", node_due=True, node_late_days=None, reported_late=True),
        task("c", 50, 0, 5),
    ]
    plan = ap.plan_line(tasks, RUBRIC)
    assert (plan.numerator, plan.denominator, plan.rows) == (3200, 3500, ("a", "b"))
    assert plan.points == pytest.approx(40 * 3200 / 3500)
    nodes = ap.node_line(tasks, RUBRIC)
    assert (nodes.numerator, nodes.denominator) == (pytest.approx(21), 50)
    data = ap.data_line(tasks, RUBRIC)
    assert data.numerator == pytest.approx(30 * 1.0 + 20 * 0.5 * 0.8)


def test_a_part_without_data_is_left_out_and_the_rest_scaled():
    lines = [ap.plan_line([task()], RUBRIC), ap.rate_line("safety", RUBRIC, done=None, of=None)]
    score = ap.add_up(lines, RUBRIC)
    assert (score.base, score.counted_full, score.grade) == (100, 40, "优")
    with pytest.raises(ValueError, match="no part"):
        ap.add_up(lines[1:], RUBRIC)


def test_bonus_is_capped_deductions_are_not_and_a_veto_leaves_nothing():
    lines = [ap.rate_line("safety", RUBRIC, done=3, of=4)]
    assert ap.add_up(lines, RUBRIC, bonus=12).total == pytest.approx(80)
    assert ap.add_up(lines, RUBRIC, bonus=-12).total == pytest.approx(70)
    assert ap.add_up(lines, RUBRIC, deduction=10).total == pytest.approx(65)
    assert (ap.add_up(lines, RUBRIC, veto=True).total, ap.add_up(lines, RUBRIC, veto=True).grade) == (0, "差")


@pytest.mark.parametrize(
    ("total", "grade"), [(90, "优"), (89.995, "优"), (89.99, "良"), (60, "中"), (59.9, "差")]
)
def test_grades_by_the_printed_number(total, grade):
    assert ap.grade_of(total, RUBRIC.grades) == grade


@given(
    st.lists(
        st.tuples(st.floats(0.1, 20), st.floats(0, 100), st.floats(0, 100), st.sampled_from("ABCD")),
        min_size=1,
        max_size=30,
    )
)
def test_a_score_lies_between_0_and_100_and_more_work_never_lowers_it(rows):
    tasks = [task(str(n), w, p, a, grade=g) for n, (w, p, a, g) in enumerate(rows)]
    lines = [ap.plan_line(tasks, RUBRIC), ap.data_line(tasks, RUBRIC)]
    if not any(line.points is not None for line in lines):
        return
    total = ap.add_up(lines, RUBRIC).total
    assert 0 <= total <= 100 + 1e-9
    better = [task(one.code, one.weight, one.planned, 100.0, grade=one.grade) for one in tasks]
    again = ap.add_up([ap.plan_line(better, RUBRIC), ap.data_line(better, RUBRIC)], RUBRIC).total
    assert again >= total - 1e-9


def standing(key, total, **more):
    return ap.Standing(key=key, group=more.pop("group", "g"), total=total, **more)


def test_peers_are_ranked_among_themselves_and_the_young_not_at_all():
    rows = [standing("a", 90), standing("b", 90), standing("c", 70), standing("d", 99, group="h"),
            standing("e", 95, months_running=2)]  # fmt: skip
    assert ap.ranks(rows, least_months=3) == {"a": 1, "b": 1, "c": 3, "d": 1}


def test_a_higher_score_of_one_lowers_nobodys_score_but_only_places():
    before = [standing("a", 80), standing("b", 85)]
    after = [standing("a", 88), standing("b", 85)]
    assert ap.ranks(before, least_months=3)["b"] == 1
    assert ap.ranks(after, least_months=3)["b"] == 2


def test_talks_are_proposed_for_the_last_below_plan_and_for_two_bad_months():
    rows = [
        standing("a", 50, below_plan=True),
        standing("b", 55),
        standing("c", 58, earlier_totals=(59.0,)),
        standing("d", 95),
    ]
    found = ap.talk_list(rows, least_months=3, bottom=2, bottom_share=0.1, floor=60, months=2)
    assert found == {"a": "bottom_below_plan", "c": "twice_below"}


def test_the_sample_covers_every_stratum_and_repeats():
    rows = {f"{grade}{n}": grade for grade in "ABCD" for n in range(7 if grade == "A" else 25)}
    drawn = ap.stratified_sample(rows, share=0.1, seed="2026-05")
    assert drawn == ap.stratified_sample(dict(reversed(rows.items())), share=0.1, seed="2026-05")
    assert [sum(rows[key] == grade for key in drawn) for grade in "ABCD"] == [1, 3, 3, 3]
    assert drawn != ap.stratified_sample(rows, share=0.1, seed="2026-06")
    with pytest.raises(ValueError, match="share"):
        ap.stratified_sample(rows, share=0, seed="x")
