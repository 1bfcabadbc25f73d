"""Earned value and earned schedule of a project at one moment.

Formulas and the worked example: docs/algorithms/earned_value.md. Sources: PMI, Practice Standard for Earned Value
Management; W. Lipke, Schedule is Different (2003), for the earned schedule. An index whose divisor is zero is None: it says nothing, which is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class EarnedValue:
    """Money in one unit throughout; times in periods of the plan's curve.

    ``eac_typical`` = BAC/CPI (the past goes on), ``eac_atypical`` = AC + BAC − EV (the rest goes by plan), ``eac_both`` =
    AC + (BAC − EV)/(CPI·SPI). ``es`` earned schedule, ``spi_t`` = ES/AT, ``sv_t`` = ES − AT, ``ieac_t`` = planned duration /
    SPI(t).
    """

    bac: float
    pv: float
    ev: float
    ac: float
    sv: float
    cv: float
    spi: float | None
    cpi: float | None
    eac_typical: float | None
    eac_atypical: float
    eac_both: float | None
    etc: float | None
    vac: float | None
    tcpi: float | None
    tcpi_eac: float | None
    at: float
    es: float | None
    spi_t: float | None
    sv_t: float | None
    ieac_t: float | None


def earned_value(*, planned: Sequence[float], at: float, ev: float, ac: float) -> EarnedValue:
    """``planned``: cumulative planned value at periods 0, 1, 2 …, ending at BAC; ``at``: periods gone by (may be broken).

    Raises ``ValueError`` for a curve that falls, is empty, or for an ``at`` before its beginning.
    """
    if len(planned) < 2 or any(later < earlier for earlier, later in pairwise(planned)):
        raise ValueError("the planned curve needs two points and never falls")
    if at < 0:
        raise ValueError("the status lies before the plan")
    bac, pv = planned[-1], planned_at(planned, at)
    spi, cpi = _ratio(ev, pv), _ratio(ev, ac)
    eac = _ratio(bac, cpi)
    both = None if not spi or not cpi else ac + (bac - ev) / (cpi * spi)
    es = earned_schedule(planned, ev)
    spi_t = _ratio(es, at)
    return EarnedValue(
        bac=bac,
        pv=pv,
        ev=ev,
        ac=ac,
        sv=ev - pv,
        cv=ev - ac,
        spi=spi,
        cpi=cpi,
        eac_typical=eac,
        eac_atypical=ac + bac - ev,
        eac_both=both,
        etc=None if eac is None else eac - ac,
        vac=None if eac is None else bac - eac,
        tcpi=_ratio(bac - ev, bac - ac),
        tcpi_eac=None if eac is None else _ratio(bac - ev, eac - ac),
        at=at,
        es=es,
        spi_t=spi_t,
        sv_t=es - at,
        ieac_t=_ratio(planned_duration(planned), spi_t),
    )


def planned_at(planned: Sequence[float], at: float) -> float:
    """Planned value at a broken period; after the last one it stays at BAC."""
    whole = int(at)
    if whole >= len(planned) - 1:
        return planned[-1]
    return planned[whole] + (planned[whole + 1] - planned[whole]) * (at - whole)


def planned_duration(planned: Sequence[float]) -> float:
    """The first period at which everything is planned to be done."""
    return float(next(period for period, value in enumerate(planned) if value >= planned[-1]))


def earned_schedule(planned: Sequence[float], ev: float) -> float:
    """The moment at which ``ev`` was planned to be earned; everything earned: the planned duration."""
    if ev >= planned[-1]:
        return planned_duration(planned)
    count = max(period for period, value in enumerate(planned) if value <= max(ev, planned[0]))
    step = planned[count + 1] - planned[count]
    return count + max(ev - planned[count], 0.0) / step


def _ratio(top: float | None, bottom: float | None) -> float | None:
    if top is None or not bottom:
        return None
    return top / bottom
