"""Guards ask, rates come from duties, the calendar walks by itself."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from PIL import Image, ImageDraw

from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.models import Duty
from lantu.duties.verify import verify_duties
from lantu.lifecycle.checklists.appraisal import services
from lantu.lifecycle.checklists.appraisal.calendar import run_calendar
from lantu.lifecycle.checklists.appraisal.models import (
    ChecklistFact,
    ChecklistQuestion,
)
from lantu.lifecycle.checklists.appraisal.services import Change
from lantu.lifecycle.checklists.tests.stories import (
    YEAR,
    at,
    change,
    frozen,
    in_force,
    opened,
    reported,
    sheet_of,
    verified,
)

pytestmark = pytest.mark.django_db


def test_guards_ask_and_do_not_punish(cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    sheet = sheet_of(cast.contractor)
    changes = change(sheet, "2.1", "100", paid_yuan=Decimal(200_000))
    services.report_sheet(sheet, changes=changes, by=cast.contractor, now=at(5, 28))
    run = services.start_review(verified(cast, run), by=cast.officer, now=at(6, 1), seed="s")
    fact = run.facts.get(code="2.1")
    questions = {question.guard: question for question in fact.questions.all()}
    assert set(questions) == {"last_day_spike", "above_payment"}
    assert questions["above_payment"].duty.holder == cast.contractor
    with pytest.raises(Refused):
        services.answer_question(questions["above_payment"], by=cast.owner, now=at(6, 2), answer="不是我的")
    services.answer_question(
        questions["above_payment"], by=cast.contractor, now=at(6, 2), answer="六月初已支付第二笔"
    )
    run = services.score_month(
        services.freeze_month(run, by=cast.officer, now=at(6, 4)), by=cast.officer, now=at(6, 5)
    )
    assert run.facts.get(code="2.1").final_pct == 100
    assert not list(verify_duties())


def test_duties_on_time_are_rates(cast, site_project):
    in_force(cast, site_project)
    duty = Duty.objects.filter(subject_type="lifecycle.checklist").first()
    run = frozen(cast, opened(cast))
    for number, closed in ((1, at(5, 8)), (2, at(5, 12)), (3, None)):
        Duty.objects.create(
            project=site_project, subject_type="hazards.hazard" if number < 3 else "tests.thing", subject_id=number,
            step="x", title="x", action_label="x", action_url="/", holder=cast.contractor, unit=duty.unit,
            opened_at=at(5, 1), due_at=at(5, 10), original_due_at=at(5, 10), closed_at=closed,
        )  # fmt: skip
    lines = {
        line["part"]: line
        for line in services.score_month(run, by=cast.officer, now=at(6, 5)).scores.get().lines
    }
    assert (lines["safety"]["numerator"], lines["safety"]["denominator"], lines["safety"]["points"]) == (
        1,
        2,
        7.5,
    )
    assert (lines["problems"]["numerator"], lines["problems"]["points"]) == (0, 0)


def test_the_calendar_walks_the_month_by_itself(cast, site_project):
    in_force(cast, site_project)
    assert run_calendar(at(5, 24)) == []
    assert run_calendar(at(5, 25)) == ["open 2026-05"]
    assert run_calendar(at(5, 26)) == []
    assert run_calendar(at(6, 1)) == ["review 2026-05"]
    assert run_calendar(at(6, 3)) == []
    assert run_calendar(at(6, 4)) == ["freeze 2026-05"]
    assert run_calendar(at(6, 5)) == ["score 2026-05"]
    assert run_calendar(at(6, 11)) == [], "publication is for people"
    assert not list(verify_duties())


def test_months_of_others_are_not_touched(cast, site_project):
    in_force(cast, site_project)
    with pytest.raises(Denied):
        services.open_month(date(YEAR, 5, 1), by=cast.contractor, now=at(5, 25))
    opened(cast)
    with pytest.raises(Refused, match="已经开始"):
        opened(cast)
    sheet = sheet_of(cast.contractor)
    other = ChecklistFact.objects.get(code="1.1")
    with pytest.raises(Unacceptable, match="不在这张核对单"):
        services.report_sheet(
            sheet, changes={other.pk: Change(pct=Decimal(1))}, by=cast.contractor, now=at(5, 26)
        )


def _site_photo(quality: int) -> bytes:
    """A drawn site, saved at some quality."""
    picture = Image.new("RGB", (640, 480), (170, 190, 210))
    pen = ImageDraw.Draw(picture)
    for n in range(12):
        x, y = 53 * n % 590, 37 * n * n % 430
        pen.rectangle([x, y, x + 90, y + 60], fill=(19 * n % 255, 83 * n % 255, 47 * n % 255))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_a_photo_shown_before_is_asked_about(cast, site_project, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    in_force(cast, site_project)
    run = opened(cast)
    for person, code, quality in ((cast.contractor, "2.1", 92), (cast.owner, "1.2", 35)):
        fact = run.facts.get(code=code)
        services.add_photo(fact, file=_site_photo(quality), name="现场.jpg", by=person, now=at(5, 26))
    with pytest.raises(Denied):
        services.add_photo(
            run.facts.get(code="2.1"), file=_site_photo(90), name="a.jpg", by=cast.owner, now=at(5, 26)
        )
    run = services.start_review(reported(cast, run), by=cast.officer, now=at(6, 1), seed="s")
    found = run.facts.get(code="1.2").questions.get(guard="photo_seen")
    assert found.values["code"] == "2.1"
    assert found.values["bits"] <= 8
    assert not run.facts.get(code="2.1").questions.filter(guard="photo_seen").exists()
    # A photo without camera time is asked about too, by the findings of the evidence.
    assert run.facts.get(code="2.1").questions.filter(guard="photo_findings").exists()


def test_round_numbers_of_one_person_are_asked_about_once(cast, site_project):
    in_force(cast, site_project)
    run = opened(cast)
    sheet = sheet_of(cast.contractor)
    services.report_sheet(sheet, changes=change(sheet, "2.1", "40"), by=cast.contractor, now=at(5, 26))
    fact = run.facts.get(code="2.1")
    for n in range(12):
        ChecklistFact.objects.create(
            run=run, checklist=fact.checklist, item=fact.item, code=f"x{n}", state="auto_verified", reporter=cast.contractor,
            verifier=cast.supervisor, weight=1, planned_pct=50, pct=5 * n + 5, corrected=True, reported_by=cast.contractor,
            reported_at=at(5, 26),
        )  # fmt: skip
    run = services.start_review(run, by=cast.officer, now=at(6, 1), seed="s")
    assert ChecklistQuestion.objects.filter(guard="round_numbers").count() == 1
