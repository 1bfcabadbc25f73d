"""Investment by month, from the projects' own figures: one statement for a whole year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from lantu.projects.models import Project

# Reported amounts are cumulative since the start of the project: what was done in a month is the step from the last
# report before it. The plan of a year is cumulative within the year; where it is not broken down, a twelfth a month.
_DONE_SQL = """
    SELECT area_code, month, sum(invested_yuan - coalesce(before, 0))
    FROM (
        SELECT p.area_code, f.month, f.invested_yuan,
               lag(f.invested_yuan) OVER (PARTITION BY f.project_id ORDER BY f.month) AS before
        FROM projects_monthlyfigure f JOIN ({projects}) p ON p.id = f.project_id
        WHERE f.invested_yuan IS NOT NULL AND f.month <= %s
    ) steps
    WHERE month >= %s
    GROUP BY area_code, month
"""
_PLAN_SQL = """
    SELECT p.area_code, make_date(%s, m.no, 1),
           sum(CASE WHEN jsonb_array_length(y.monthly_yuan) = 12
                    THEN (y.monthly_yuan ->> (m.no - 1))::numeric - coalesce((y.monthly_yuan ->> nullif(m.no - 2, -1))::numeric, 0)
                    ELSE y.planned_yuan / 12 END)
    FROM projects_yearplan y JOIN ({projects}) p ON p.id = y.project_id, generate_series(1, 12) AS m(no)
    WHERE y.year = %s
    GROUP BY p.area_code, m.no
"""


@dataclass
class MonthSum:
    """Yuan planned and done within one month."""

    planned: Decimal = Decimal(0)
    done: Decimal = Decimal(0)


def month_sums(projects: QuerySet[Project], year: int) -> dict[tuple[str, date], MonthSum]:
    """(area code, first of month) → planned and done within that month of ``year``, over these projects.

    Cost grows with the number of projects: for a whole city, read the kept totals instead.
    """
    found: dict[tuple[str, date], MonthSum] = {}
    try:
        inner, parameters = projects.order_by().values("id", "area_code").query.sql_with_params()
    except EmptyResultSet:  # Django sees without asking that this reader has no project
        return found
    with connection.cursor() as cursor:
        cursor.execute(_DONE_SQL.format(projects=inner), [*parameters, date(year, 12, 1), date(year, 1, 1)])
        for area, month, amount in cursor.fetchall():
            found.setdefault((area, month), MonthSum()).done = amount
        cursor.execute(_PLAN_SQL.format(projects=inner), [year, *parameters, year])
        for area, month, amount in cursor.fetchall():
            found.setdefault((area, month), MonthSum()).planned = amount
    return found
