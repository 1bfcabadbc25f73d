"""The 2026 calendar of the State Council's notice, for tests of pure methods."""

from datetime import date

from lantu.calc.workdays import WorkCalendar

OFF_2026 = "0101 0102 0216 0217 0218 0219 0220 0223 0406 0501 0504 0505 0619 0925 1001 1002 1005 1006 1007"
WORKED_2026 = "0104 0214 0228 0509 0920 1010"


def _days(year: int, text: str) -> frozenset[date]:
    return frozenset(date(year, int(day[:2]), int(day[2:])) for day in text.split())


CALENDAR = WorkCalendar(_days(2026, OFF_2026), _days(2026, WORKED_2026), frozenset({2026}))
