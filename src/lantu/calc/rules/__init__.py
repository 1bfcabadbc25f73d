"""Three-valued monitoring rules over streams of readings.

A rule judges TRUE, FALSE or NOT_YET; where an input is missing it abstains with a reason and is
never read as normal. Use it so::

    book = Book.of([Slot(rule=pm10_hour, channel=17, period_s=60), ...])   # when rules change
    state = State.blank(book)                                             # or state.load(slot, row)
    result = judge_readings(book, state, channel, ts_ms, value)           # for every batch
    for move in result.transitions: ...                                   # raise or clear alerts
    rows = {slot: state.row(slot) for slot in result.changed}             # store with the batch

**To resume** after a stop: load the stored rows, then judge the readings that are stored since,
at most one window back. Samples a row has already seen are left out as late, and because a row is
stored whenever its lasting state changes, that pass gives no transition that was not given before.

Sources and worked examples: ``docs/algorithms/rules.md``.
"""

from lantu.calc.rules.book import Book, Expanded
from lantu.calc.rules.definition import (
    DAY,
    NIGHT,
    SEVERITIES,
    Compare,
    HoursOfDay,
    Kind,
    Level,
    Per,
    Reason,
    Rule,
    Slot,
    Stat,
    Verdict,
)
from lantu.calc.rules.judge import Judgement, judge, judge_readings
from lantu.calc.rules.levels import Transition, explain
from lantu.calc.rules.placing import Placed, in_scope, place
from lantu.calc.rules.silence import silent
from lantu.calc.rules.state import State

__all__ = [
    "DAY",
    "NIGHT",
    "SEVERITIES",
    "Book",
    "Compare",
    "Expanded",
    "HoursOfDay",
    "Judgement",
    "Kind",
    "Level",
    "Per",
    "Placed",
    "Reason",
    "Rule",
    "Slot",
    "Stat",
    "State",
    "Transition",
    "Verdict",
    "explain",
    "in_scope",
    "judge",
    "judge_readings",
    "place",
    "silent",
]
