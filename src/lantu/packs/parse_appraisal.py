"""``appraisal.yaml``: calendar, rubric, peer groups and guards of the monthly appraisal."""

from __future__ import annotations

from typing import Any

from lantu.calc.appraisal import Rubric
from lantu.calc.deadlines import Term, parse_term
from lantu.packs.appraisal import AppraisalRules, MonthCalendar, PeerGroup, Worded
from lantu.packs.reading import Value, unique

PARTS = ("plan", "nodes", "safety", "problems", "data")
TOGETHER = 100
LAST_SURE_DAY = 28
SECTORS = ("industry", "transport", "municipal", "water", "energy", "livelihood", "housing", "ecology")
MARKS = ("V", "K", "D", "U")
GUARDS = (
    "spike_jump spike_last_days least_paid_share payment_tolerance round_step round_least_count "
    "round_significance source_tolerance photo_distance"
)


def parse_appraisal(top: Value, problems: list[str]) -> AppraisalRules:
    """The rules of one file; what is wrong is noted with its line."""
    f = top.fields(
        "basis mark calendar method parts safety_subjects grades evidence timeliness late_report_share disagreement_share "
        "bonus_cap deductions veto exclusions ranking peer_groups sample guards burden evidence_types"
    )
    parts = _worded(f["parts"], problems, "full")
    if tuple(parts) != PARTS:
        raise f["parts"].problem("the five parts are expected", f"Give {', '.join(PARTS)} in this order")
    if sum(part.value for part in parts.values()) != TOGETHER:
        raise f["parts"].problem("the full marks do not make 100", "Change them so that they do")
    grades = f["grades"].each(_grade, problems)
    leasts = [grade.value for grade in grades]
    if leasts != sorted(leasts, reverse=True) or not leasts or leasts[-1] != 0:
        raise f["grades"].problem("grades fall from the best to one that begins at 0", "Order them so")
    evidence = {key: _share(place) for key, place in f["evidence"].fields("A B C D").items()}
    timely = f["timeliness"].fields("late_day floor")
    sample = _share(f["sample"].fields("share")["share"])
    if sample < 0.1:
        raise f["sample"].problem("less than a tenth would be looked at", "Write at least 0.1")
    veto = f["veto"].fields("code name name_en")
    return AppraisalRules(
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
        calendar=_calendar(f["calendar"]),
        method=f["method"].choice(("parts", "tasks")),
        rubric=Rubric(
            parts={key: part.value for key, part in parts.items()},
            grades={grade.name: grade.value for grade in grades},
            evidence=evidence,
            late_day=_share(timely["late_day"]),
            late_floor=_share(timely["floor"]),
            bonus_cap=f["bonus_cap"].number(),
            late_report_share=_share(f["late_report_share"]),
            disagreement_share=_share(f["disagreement_share"]),
        ),
        parts=parts,
        grades=grades,
        deductions=_worded(f["deductions"], problems, "points", "code"),
        veto=Worded(veto["code"].text(), veto["name"].text(), veto["name_en"].text()),
        exclusions=_worded(f["exclusions"], problems, "", "code"),
        safety_subjects=f["safety_subjects"].texts(),
        ranking=_numbers(f["ranking"], "least_months bottom bottom_share floor months below_plan"),
        peer_groups=_peers(f["peer_groups"], problems),
        sample_share=sample,
        guards=_numbers(f["guards"], GUARDS),
        burden=_numbers(f["burden"], "minutes_line minutes_correction minutes_verification minutes_question"),
        evidence_types=_worded(f["evidence_types"], problems, ""),
    )


def _numbers(place: Value, names: str) -> dict[str, float]:
    return {key: one.number() for key, one in place.fields(names).items()}


def _share(place: Value) -> float:
    value = place.number()
    if not 0 <= value <= 1:
        raise place.problem(f"{value} is no share", "Write a number from 0 to 1")
    return value


def _worded(place: Value, problems: list[str], number: str, key: str = "key") -> dict[str, Worded]:
    def one(item: Value) -> Worded:
        f = item.fields(f"{key} name name_en {number}")
        value = f[number].number() if number else 0.0
        if value < 0:
            raise f[number].problem("points are not negative", "Write e.g. 2")
        return Worded(f[key].text(), f["name"].text(), f["name_en"].text(), value)

    return unique(place.each(one, problems), lambda row: row.key, place, "the code", problems)


def _grade(item: Value) -> Worded:
    f = item.fields("name name_en least")
    return Worded(f["name"].text(), f["name"].text(), f["name_en"].text(), f["least"].number())


def _peers(place: Value, problems: list[str]) -> dict[str, PeerGroup]:
    def one(item: Value) -> PeerGroup:
        f = item.fields("key name name_en", "sectors lines")
        sectors = tuple(sector.choice(SECTORS) for sector in f["sectors"].items())
        lines = f["lines"].choice(("true", "false"), "false") == "true"
        return PeerGroup(
            key=f["key"].text(),
            name=f["name"].text(),
            name_en=f["name_en"].text(),
            sectors=sectors,
            lines=lines,
        )

    found = unique(place.each(one, problems), lambda row: row.key, place, "the group", problems)
    if not found or list(found.values())[-1].sectors:
        raise place.problem(
            "nobody takes the projects that no group names", "End with a group without sectors"
        )
    return found


def _calendar(place: Value) -> MonthCalendar:
    days = "prefill_day correct_by_day review_by_day freeze_day score_day appeal_by_day publish_day"
    terms = "appeal_term decide_term question_term verify_term sign_term draft_term"
    f = place.fields(f"{days} {terms}")
    numbers = {name: f[name].integer() for name in days.split()}
    for name, day in numbers.items():
        if not 1 <= day <= LAST_SURE_DAY:
            raise f[name].problem(f"{day} is not a day of every month", "Write 1 to 28")
    own = [numbers["prefill_day"], numbers["correct_by_day"]]
    following = [numbers[name] for name in days.split()[2:]]
    if own != sorted(own) or following != sorted(following):
        raise place.problem("the steps do not follow one another", f"Order the days as {days}")
    calendar: dict[str, Any] = {**numbers, **{name: _term(f[name]) for name in terms.split()}}
    return MonthCalendar(**calendar)


def _term(place: Value) -> Term:
    try:
        return parse_term(place.text())
    except ValueError as error:
        raise place.problem(str(error), "Write e.g. 3wd") from None
