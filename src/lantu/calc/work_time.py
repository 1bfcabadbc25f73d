"""Working time: calendars with shifts and exceptions, as a map between moments and working minutes.

The axis counts whole minutes from 1970-01-01 00:00 Beijing time (no summer time since 1992). A calendar is a
row of spans on it; ``work(t)`` counts the working minutes before ``t``, ``start_of(w)`` and ``finish_of(w)`` are
the last and the first moment at which ``w`` minutes have been worked. Friday 17:00 and Monday 08:00 of an office
calendar are therefore one working minute: a start shows the later moment, a finish the earlier.

The three satisfy ``finish_of(w) <= t  <=>  w <= work(t)`` and ``start_of(w) >= t  <=>  w >= work(t)``, on which
``lantu.calc.cpm`` rests. Everything is vectorised over numpy arrays of any shape.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
from numpy.typing import NDArray

from lantu.calc.workdays import BEIJING, WorkCalendar

Minutes = NDArray[np.int64]
Spans = Sequence[Sequence[int]]
DAY = 1440
# From this many values on, a table pays against a binary search of each.
MANY = 4_096
BEIJING_OFFSET = 480
EPOCH = date(1970, 1, 1)
# 1 January 1970 was a Thursday; Monday is 0.
EPOCH_WEEKDAY = 3


class BadCalendar(ValueError):
    """The calendar contradicts itself; ``place`` names the day, e.g. ``week[2]`` or ``2026-10-01``."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


def to_axis(moment: datetime) -> int:
    """Whole minutes on the axis, seconds cut off. Raises ``ValueError`` for a moment without zone."""
    if moment.utcoffset() is None:
        raise ValueError("a time without zone cannot be placed on a calendar")
    return int(moment.timestamp()) // 60 + BEIJING_OFFSET


def from_axis(minute: int) -> datetime:
    """The moment of a minute of the axis, in Beijing time."""
    return datetime.fromtimestamp((int(minute) - BEIJING_OFFSET) * 60, UTC).astimezone(BEIJING)


def axis_of(day: date, at: time = time(0)) -> int:
    """The minute at which ``at`` strikes on ``day`` in Beijing."""
    return (day - EPOCH).days * DAY + at.hour * 60 + at.minute


@dataclass(frozen=True)
class WorkTime:
    """A calendar. ``week``: seven lists, Monday first, of ``(from_minute, to_minute)`` of the day; ``exceptions``:
    days with spans of their own (none: a day off). Raises :class:`BadCalendar` for spans that overlap, are out of
    order or leave the day, and for a week without any work.
    """

    week: tuple[tuple[tuple[int, int], ...], ...]
    exceptions: Mapping[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every span, so that a wrong calendar is told by its place and not by wrong dates."""
        if len(self.week) != 7:
            raise BadCalendar("week", "a week has seven days, Monday first")
        for number, spans in enumerate(self.week):
            _check(f"week[{number}]", spans)
        for day, spans in self.exceptions.items():
            _check(day.isoformat(), spans)
        if not any(self.week):
            raise BadCalendar("week", "no working time in any week")

    @classmethod
    def of(cls, week: Sequence[Spans], exceptions: Mapping[date, Spans] | None = None) -> WorkTime:
        """From plain lists, as they stand in JSON."""
        return cls(
            tuple(_frozen(f"week[{number}]", spans) for number, spans in enumerate(week)),
            {day: _frozen(day.isoformat(), spans) for day, spans in (exceptions or {}).items()},
        )

    @property
    def minutes_per_week(self) -> int:
        """Working minutes of a week without exceptions."""
        return sum(end - start for spans in self.week for start, end in spans)

    def between(self, first: int, last: int) -> WorkLine:
        """The calendar laid out on the axis for the days of ``[first, last]``."""
        low, high = first // DAY, last // DAY + 1
        days = np.arange(low, high, dtype=np.int64)
        weekday = (days + EPOCH_WEEKDAY) % 7
        special = np.array(sorted((day - EPOCH).days for day in self.exceptions), dtype=np.int64)
        ordinary = ~np.isin(days, special)
        starts: list[Minutes] = []
        ends: list[Minutes] = []
        for number, spans in enumerate(self.week):
            chosen = days[ordinary & (weekday == number)] * DAY
            for start, end in spans:
                starts.append(chosen + start)
                ends.append(chosen + end)
        for day, spans in self.exceptions.items():
            index = (day - EPOCH).days
            if low <= index < high:
                for start, end in spans:
                    starts.append(np.array([index * DAY + start], dtype=np.int64))
                    ends.append(np.array([index * DAY + end], dtype=np.int64))
        return WorkLine.of(np.concatenate(starts), np.concatenate(ends), low * DAY, high * DAY)


class WorkLine:
    """A calendar laid out over a stretch of the axis; outside of it answers stop at its ends."""

    __slots__ = ("before", "days", "first", "last", "lists", "offset", "spans", "starts", "total")

    def __init__(self, starts: Minutes, before: Minutes, total: int, first: int, last: int) -> None:
        self.starts = starts
        # Working minutes before each span, with the total at the end.
        self.before = before
        # Axis minute of a span minus its working minute: start + (w - before) = w + offset.
        self.offset = starts - before[:-1]
        self.total = total
        self.first = first
        self.last = last
        self.lists: tuple[list[int], list[int]] | None = None
        self.days: tuple[int, int, Minutes] | None = None
        self.spans: tuple[int, int, Minutes] | None = None

    @classmethod
    def of(cls, starts: Minutes, ends: Minutes, first: int, last: int) -> WorkLine:
        """From spans in any order; spans that touch become one. Raises ``ValueError`` without any span."""
        if starts.size == 0:
            raise ValueError("no working time in this stretch of the calendar")
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
        fresh = np.ones(starts.size, dtype=bool)
        fresh[1:] = starts[1:] != ends[:-1]
        last_of = np.append(fresh[1:], True)
        starts, ends = starts[fresh], ends[last_of]
        before = np.zeros(starts.size + 1, dtype=np.int64)
        np.cumsum(ends - starts, out=before[1:])
        return cls(starts, before, int(before[-1]), first, last)

    def work(self, t: Minutes) -> Minutes:
        """Working minutes before each moment."""
        if t.size < MANY:
            index = self.starts.searchsorted(t, "right")
            index -= 1
        else:
            if self.days is None:
                self.days = _table(self.starts, self.last)
            index = _look_up(self.days, self.starts, t)
        np.maximum(index, 0, out=index)
        done = t - self.offset[index]
        np.minimum(done, self.before[1:][index], out=done)
        return np.maximum(done, 0, out=done)

    def start_of(self, w: Minutes) -> Minutes:
        """The last moment at which ``w`` minutes have been worked: where work goes on."""
        return w + self.offset[self._span_of(w)]

    def finish_of(self, w: Minutes) -> Minutes:
        """The first moment at which ``w`` minutes have been worked: where work ended."""
        return w + self.offset[self._span_of(w - 1)]

    def _span_of(self, w: Minutes) -> Minutes:
        """The span in which minute ``w`` is worked."""
        if w.size < MANY:
            index = self.before.searchsorted(w, "right")
            index -= 1
        else:
            if self.spans is None:
                self.spans = _table(self.before, self.total + 1)
            index = _look_up(self.spans, self.before, w)
        np.minimum(index, self.starts.size - 1, out=index)
        np.maximum(index, 0, out=index)
        return np.asarray(index, dtype=np.int64)

    def shift(self, t: Minutes, by: Minutes) -> Minutes:
        """``t`` moved by working minutes; forwards it ends with the work, backwards it begins with it."""
        w = self.work(t) + by
        return np.where(by > 0, self.finish_of(w), np.where(by < 0, self.start_of(w), t))

    def shift_back(self, t: Minutes, by: Minutes) -> Minutes:
        """The latest moment that :meth:`shift` by ``by`` brings to ``t`` or before it."""
        w = self.work(t) - by
        return np.where(by == 0, t, self.start_of(w))

    def one_work(self, t: int) -> int:
        """:meth:`work` of a single moment, without arrays."""
        starts, before = self._as_lists()
        index = max(bisect_right(starts, t) - 1, 0)
        return max(min(t - starts[index] + before[index], before[index + 1]), 0)

    def one_start(self, w: int) -> int:
        """:meth:`start_of` a single minute, without arrays."""
        starts, before = self._as_lists()
        index = max(min(bisect_right(before, w) - 1, len(starts) - 1), 0)
        return w + starts[index] - before[index]

    def one_finish(self, w: int) -> int:
        """:meth:`finish_of` a single minute, without arrays."""
        starts, before = self._as_lists()
        index = max(min(bisect_left(before, w) - 1, len(starts) - 1), 0)
        return w + starts[index] - before[index]

    def _as_lists(self) -> tuple[list[int], list[int]]:
        if self.lists is None:
            self.lists = (self.starts.tolist(), self.before.tolist())
        return self.lists


def _table(edges: Minutes, last: int) -> tuple[int, int, Minutes]:
    """Buckets no wider than two edges are apart: origin, width, and the last edge at or before each bucket's begin."""
    width = int(np.diff(edges).min()) if edges.size > 1 else DAY
    origin = int(edges[0])
    return origin, width, edges.searchsorted(np.arange(origin, last + width, width), "right") - 1


def _look_up(table: tuple[int, int, Minutes], edges: Minutes, values: Minutes) -> Minutes:
    """``edges.searchsorted(values, "right") - 1`` without a search: each bucket holds one further edge at most."""
    origin, width, index_of = table
    bucket = (values - origin) // width
    np.minimum(bucket, index_of.size - 1, out=bucket)
    index = index_of[np.maximum(bucket, 0, out=bucket)]
    following = np.minimum(index + 1, edges.size - 1)
    index += (edges[following] <= values) & (following > index)
    index[values < origin] = -1
    return index


def always() -> WorkTime:
    """Round the clock: what elapsed lags count."""
    return WorkTime((((0, DAY),),) * 7)


def chinese(calendar: WorkCalendar, day_spans: Spans, years: Sequence[int] | None = None) -> WorkTime:
    """The working days of the national calendar with these spans on each; years without a notice have plain weekends."""
    spans = tuple((int(span[0]), int(span[1])) for span in day_spans)
    wanted = set(years if years is not None else calendar.years)
    exceptions: dict[date, tuple[tuple[int, int], ...]] = {
        day: () for day in calendar.off_days if day.year in wanted
    }
    exceptions.update({day: spans for day in calendar.worked_weekends if day.year in wanted})
    return WorkTime((spans,) * 5 + ((), ()), exceptions)


def _frozen(place: str, spans: Spans) -> tuple[tuple[int, int], ...]:
    try:
        return tuple((int(span[0]), int(span[1])) for span in spans)
    except (TypeError, ValueError, IndexError) as error:
        raise BadCalendar(place, "spans are pairs of minutes of the day") from error


def _check(place: str, spans: Sequence[tuple[int, int]]) -> None:
    previous = 0
    for start, end in spans:
        if not 0 <= start < end <= DAY:
            raise BadCalendar(
                place, f"{start}-{end} is not a span of a day (0 to 1440, the end after the start)"
            )
        if start < previous:
            raise BadCalendar(place, f"{start}-{end} overlaps the span before it or stands before it")
        previous = end
