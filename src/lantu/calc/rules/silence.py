"""Silence is a rule too: a device that has not spoken for three periods."""

from __future__ import annotations

import numpy as np

from lantu.calc.rules.book import Bools, Floats, Ints

PERIODS = 3


def silent(last_ts_ms: Ints, period_s: Floats, now_ms: int, periods: float = PERIODS) -> Bools:
    """True for each device or channel quiet for more than ``periods`` of its own period.

    ``last_ts_ms int64[n]``: newest valid reading, or the time of connection where there was none;
    ``period_s float64[n]``. Silence asks the owner of the equipment and never lowers a risk.
    """
    quiet_ms = now_ms - np.asarray(last_ts_ms, np.int64)
    return quiet_ms > np.asarray(period_s, np.float64) * 1000 * periods
