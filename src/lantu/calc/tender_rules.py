"""Time limits and shares of public tendering, checked as dates are entered.

The rules are data of the national pack (招标投标法, 实施条例, 发展改革委令第16号); this module only counts. A limit
of n days is counted as the Civil Code does (§§201–203): the day of the event is not counted, and a last day that is a
day of rest moves to the next working day. A shortest period is kept when the later date is not before that day; a
longest one when it is not after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from lantu.calc.workdays import BEIJING, WorkCalendar, add_natural_days, add_working_days


class RuleKind(StrEnum):
    """``after_at_least``/``after_at_most``: days between two dates; ``share``: one amount of another; ``panel``: the
    evaluation committee; ``not_before``: the second date is never earlier."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    NOT_BEFORE = "not_before"
    SHARE = "share"
    PANEL = "panel"


@dataclass(frozen=True, kw_only=True)
class TenderRule:
    """``first`` and ``second`` name dates (or amounts, for a share: ``second`` at most ``limit`` % of ``first``)."""

    code: str
    label: str
    kind: RuleKind
    first: str
    second: str
    limit: float
    basis: str
    mark: str
    working: bool = False


class Standing(StrEnum):
    """How a record stands to a rule. ``pending``: the second date is still to come, its limit is known."""

    KEPT = "kept"
    BROKEN = "broken"
    PENDING = "pending"
    LATE = "late"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One rule applied. ``limit_on``: earliest or latest lawful day; ``value``: days or percent that are there."""

    rule: TenderRule
    standing: Standing
    limit_on: date | None = None
    value: float | None = None


Dates = Mapping[str, date | None]
Amounts = Mapping[str, Decimal | int | None]


def limit_day(rule: TenderRule, first: date, calendar: WorkCalendar) -> date:
    """The earliest (shortest period) or latest (longest period) lawful second day."""
    if rule.kind is RuleKind.NOT_BEFORE:
        return first
    start = datetime.combine(first, time(9), BEIJING)
    if rule.working:
        return add_working_days(start, int(rule.limit), calendar).date()
    return add_natural_days(start, int(rule.limit), calendar).date()


def check_tender(
    rules: Iterable[TenderRule],
    dates: Dates,
    amounts: Amounts,
    *,
    calendar: WorkCalendar,
    today: date,
) -> tuple[Finding, ...]:
    """Every rule with how the record stands to it on ``today``; rules whose first value is missing are ``unknown``."""
    return tuple(_judge(rule, dates, amounts, calendar, today) for rule in rules)


def _judge(rule: TenderRule, dates: Dates, amounts: Amounts, calendar: WorkCalendar, today: date) -> Finding:
    if rule.kind is RuleKind.SHARE:
        return _share(rule, amounts)
    if rule.kind is RuleKind.PANEL:
        return _panel(rule, amounts)
    first, second = dates.get(rule.first), dates.get(rule.second)
    if first is None:
        return Finding(rule, Standing.UNKNOWN)
    limit_on = limit_day(rule, first, calendar)
    if second is None:
        late = rule.kind is RuleKind.AT_MOST and today > limit_on
        return Finding(rule, Standing.LATE if late else Standing.PENDING, limit_on)
    kept = second <= limit_on if rule.kind is RuleKind.AT_MOST else second >= limit_on
    return Finding(rule, Standing.KEPT if kept else Standing.BROKEN, limit_on, float((second - first).days))


def _share(rule: TenderRule, amounts: Amounts) -> Finding:
    whole, part = amounts.get(rule.first), amounts.get(rule.second)
    if not whole or part is None:
        return Finding(rule, Standing.UNKNOWN)
    percent = float(Decimal(part) * 100 / Decimal(whole))
    kept = Decimal(part) * 100 <= Decimal(whole) * Decimal(str(rule.limit))
    return Finding(rule, Standing.KEPT if kept else Standing.BROKEN, None, round(percent, 2))


def _panel(rule: TenderRule, amounts: Amounts) -> Finding:
    """The committee: at least ``limit`` people, an odd number, at least two thirds of them experts."""
    people, experts = amounts.get(rule.first), amounts.get(rule.second)
    if people is None or experts is None:
        return Finding(rule, Standing.UNKNOWN)
    kept = people >= Decimal(str(rule.limit)) and int(people) % 2 == 1 and experts * 3 >= people * 2
    return Finding(rule, Standing.KEPT if kept else Standing.BROKEN, None, float(people))


@dataclass(frozen=True)
class Section:
    """A contract section for the test of splitting: what kind, how much, whether it was tendered."""

    name: str
    kind: str
    estimate_yuan: Decimal
    tendered: bool


@dataclass(frozen=True)
class Avoided:
    """Sections that should have been tendered: one above the threshold, or several that only together exceed it."""

    kind: str
    names: tuple[str, ...]
    sum_yuan: Decimal
    threshold_yuan: Decimal
    split: bool


def avoided_tenders(
    sections: Sequence[Section], thresholds_yuan: Mapping[str, Decimal]
) -> tuple[Avoided, ...]:
    """Direct awards of one project that the thresholds forbid: single ones, and splits of the same kind."""
    found: list[Avoided] = []
    for kind, threshold in thresholds_yuan.items():
        direct = [one for one in sections if one.kind == kind and not one.tendered]
        found += [
            Avoided(kind, (one.name,), one.estimate_yuan, threshold, split=False)
            for one in direct
            if one.estimate_yuan >= threshold
        ]
        small = [one for one in direct if one.estimate_yuan < threshold]
        total = sum((one.estimate_yuan for one in small), Decimal(0))
        if len(small) > 1 and total >= threshold:
            found.append(Avoided(kind, tuple(one.name for one in small), total, threshold, split=True))
    return tuple(found)


def earliest_lawful(finding: Finding) -> date | None:
    """The day to enter instead, where a shortest period was broken."""
    kinds = (RuleKind.AT_LEAST, RuleKind.NOT_BEFORE)
    broken = finding.standing is Standing.BROKEN and finding.rule.kind in kinds
    return finding.limit_on if broken else None


def days_left(finding: Finding, today: date) -> int | None:
    """Days until the limit of a pending rule."""
    return None if finding.limit_on is None else (finding.limit_on - today) // timedelta(days=1)
