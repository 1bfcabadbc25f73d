import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.jgj59 import Grade, ItemResult, TableScore, grade_of, summarise, table_score


def items(*deducted, guarantee=6):
    return [
        ItemResult(code=str(number), full=10, guarantee=number < guarantee, deducted=points)
        for number, points in enumerate(deducted)
    ]


def table(score):
    return TableScore(score=score, got=score, of=100, guarantee_got=60, guarantee_of=60)


def test_a_table_loses_what_is_deducted():
    assert table_score(items(2, 0, 3, 0, 0, 0, 1, 0, 0, 0)).score == 94


def test_no_item_loses_more_than_it_has():
    assert table_score(items(0, 0, 0, 0, 0, 0, 99, 0, 0, 0)).score == 90


def test_a_guarantee_item_at_zero_makes_the_table_zero():
    found = table_score(items(10, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    assert (found.score, found.zero_because) == (0, "item:0")


def test_less_than_forty_guarantee_points_make_the_table_zero():
    assert table_score(items(4, 4, 4, 4, 4, 1, 0, 0, 0, 0)).zero_because == "subtotal"
    assert table_score(items(4, 4, 4, 4, 4, 0, 0, 0, 0, 0)).score == 80  # exactly forty


def test_a_general_item_at_zero_is_no_reason():
    assert table_score(items(0, 0, 0, 0, 0, 0, 10, 0, 0, 0)).zero_because == ""


def test_items_that_do_not_apply_rebase_the_table():
    found = items(0, 0, 0, 0, 0, 0, 4, 0, 0, 0)
    found[9] = ItemResult(code="9", full=10, guarantee=False, applies=False)
    assert table_score(found).score == round(86 / 90 * 100, 2)


def test_the_summary_of_the_standard_rebases_72_5_of_90_to_80_56():
    groups = [(f"g{n}", 10, {f"t{n}": table(score)}) for n, score in enumerate((80, 80, 80, 80, 80, 80, 80))]
    groups.append(("civil", 15, {"B2": table(80)}))
    groups.append(("tools", 5, {"B19": table(90)}))
    groups.append(("crane", 10, {}))
    found = summarise(groups)
    assert (found.got, found.of, found.total) == (72.5, 90, 80.56)
    assert found.grade == Grade.EXCELLENT


def test_tables_of_one_group_are_averaged():
    found = summarise([("scaffold", 10, {"B3": table(90), "B8": table(70)})])
    assert (found.groups[0].score, found.groups[0].points, found.total) == (80, 8, 80)


@pytest.mark.parametrize(
    ("total", "zero", "grade"),
    [(80, False, "excellent"), (79.99, False, "acceptable"), (70, False, "acceptable"), (69.99, False, "failed"),
     (95, True, "failed")],
)  # fmt: skip
def test_grades(total, zero, grade):
    assert grade_of(total, any_zero=zero) == grade


def test_one_table_at_zero_fails_the_site():
    found = summarise([("a", 10, {"B1": table(100)}), ("b", 10, {"B2": table(0)})])
    assert (found.zeros, found.grade) == (("B2",), Grade.FAILED)


def test_nothing_inspected_has_no_score_and_no_grade():
    assert table_score([]).score is None
    found = summarise([("a", 10, {})])
    assert (found.total, found.grade) == (None, None)


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="negative"):
        table_score(items(-1))
    with pytest.raises(ValueError, match="weight"):
        summarise([("a", 0, {})])


@given(st.lists(st.floats(0, 12), min_size=10, max_size=10), st.integers(0, 9), st.floats(0.01, 10))
def test_deducting_more_never_raises_the_score(points, where, more):
    worse = [*points]
    worse[where] += more
    assert (table_score(items(*worse)).score or 0) <= (table_score(items(*points)).score or 0)


@given(st.lists(st.tuples(st.sampled_from([5, 10, 15]), st.floats(0, 100)), min_size=1, max_size=10))
def test_a_total_lies_between_its_tables(rows):
    found = summarise([(str(n), weight, {str(n): table(score)}) for n, (weight, score) in enumerate(rows)])
    scores = [score for _weight, score in rows]
    assert min(scores) - 0.01 <= found.total <= max(scores) + 0.01
