"""What a pack says of programmes, templates of cases and monthly bulletins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lane:
    """One of the parallel lanes of a programme, e.g. 征迁."""

    key: str
    label: str
    label_en: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeRules:
    """Lanes that a programme begins with, and the clocks. Terms in working days; days are days of the month."""

    basis: str = ""
    mark: str = "D"
    lanes: tuple[Lane, ...] = ()
    draft_working_days: int = 10
    approve_working_days: int = 3
    confirm_working_days: int = 2
    check_day: int = 5
    behind_points: float = 10.0
    case_draft_working_days: int = 5
    case_approve_working_days: int = 5
    bulletin_series: str = ""
    bulletin_prepare_day: int = 1
    bulletin_prepare_working_days: int = 3
    bulletin_sign_working_days: int = 2
    bulletin_most_rows: int = 200
