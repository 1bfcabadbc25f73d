import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.calc.draws import draw

NAMES = ["p1", "p2", "p3", "p4", "p5"]


def test_a_draw_can_be_repeated():
    assert draw("2026-11-22/9f3c", NAMES, 2) == draw("2026-11-22/9f3c", NAMES, 2)
    assert len({draw(str(seed), NAMES, 2) for seed in range(50)}) > 5


def test_more_than_there_are_cannot_be_drawn():
    with pytest.raises(ValueError, match="6 of 5"):
        draw("x", NAMES, 6)
    with pytest.raises(ValueError, match="seed"):
        draw("", NAMES, 1)


@given(st.text(min_size=1), st.sets(st.text(), min_size=1, max_size=30), st.data())
def test_a_draw_does_not_depend_on_the_order_of_the_list(seed, names, data):
    count = data.draw(st.integers(0, len(names)))
    shuffled = data.draw(st.permutations(sorted(names)))
    found = draw(seed, shuffled, count)
    assert found == draw(seed, names, count)
    assert len(set(found)) == count


@given(st.text(min_size=1), st.sets(st.text(), min_size=2, max_size=20))
def test_a_loser_who_was_never_listed_changes_nothing(seed, names):
    last = draw(seed, names, len(names))[-1]
    assert draw(seed, names - {last}, len(names) - 1) == draw(seed, names, len(names) - 1)
