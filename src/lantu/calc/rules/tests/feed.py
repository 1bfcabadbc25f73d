"""A small bench for rule tests: one or a few slots, fed by hand."""

from collections.abc import Sequence

import numpy as np

from lantu.calc.rules import Book, Compare, Judgement, Kind, Level, Rule, Slot, State, judge_readings

NOON = 1_795_320_000_000
"""Sunday 22 November 2026, 12:00 in Beijing, as unix milliseconds."""
MINUTE = 60_000


def rule(**changes: object) -> Rule:
    """A threshold rule with three levels, changed where the test says."""
    fields: dict = {
        "code": "wind",
        "version": 1,
        "kind": Kind.THRESHOLD,
        "compare": Compare.GE,
        "levels": (Level(2, 10.8), Level(3, 12.0), Level(4, 13.8)),
    }
    return Rule(**{**fields, **changes})


class Bench:
    """Slots over channels 0, 1, …; ``feed`` judges and keeps the transitions."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.book = Book.of(slots)
        self.state = State.blank(self.book)
        self.moves: list[tuple[int, int, int]] = []

    def feed(
        self, values: Sequence[float], *, start: int = NOON, step: int = MINUTE, channel: int = 0
    ) -> Judgement:
        """One reading a ``step`` of one channel, one batch each; returns the last judgement."""
        for index, value in enumerate(values):
            result = self.one(start + index * step, value, channel)
        return result

    def one(self, ts: int, value: float, channel: int = 0) -> Judgement:
        return self.batch([(channel, ts, value)])

    def batch(self, readings: Sequence[tuple[int, int, float]]) -> Judgement:
        channel, ts, value = (np.array(column) for column in zip(*readings, strict=True))
        result = judge_readings(self.book, self.state, channel, ts, value.astype(float))
        self.moves += [(move.slot, move.level_from, move.level_to) for move in result.transitions]
        return result


def bench(one: Rule, **slot: object) -> Bench:
    """A bench with this rule on channel 0, once a minute."""
    return Bench([Slot(**{"rule": one, "channel": 0, "period_s": 60, **slot})])
