"""The life of a risk point, and who may take which step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lantu.core.refusals import Denied, Refused
from lantu.hazards.risk_points import services as s
from lantu.hazards.risk_points.judging import gaps_of, verdict_words
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import PointState as S
from lantu.hazards.risk_points.tests.stories import PIT, draft, point_at, scheme
from lantu.hazards.tests.site import HOUR, NOW

DAY = timedelta(days=1)


def test_a_pit_is_judged_when_it_is_written_down(cast: Any, site_project: Any) -> None:
    point = draft(cast, site_project)
    assert (point.level, point.grade, point.d, point.control_level) == (1, 3, 270, "project")
    assert point.code == "FX-001"
    assert point.controls  # proposed by the pack
    words = verdict_words(point)
    assert words.label == "危大工程"
    assert words.reasons == ["开挖深度 ≥ 3 m"]
    assert "附件1" in words.clause
    assert point.duty.holder == cast.contractor
    assert point.duty.step == "write"


def test_numbers_run_within_a_project(cast: Any, site_project: Any) -> None:
    assert [draft(cast, site_project).no for _ in range(3)] == [1, 2, 3]


def test_a_missing_parameter_is_named_and_never_guessed(cast: Any, site_project: Any) -> None:
    point = draft(cast, site_project, parameters={})
    assert point.level is None
    assert point.missing == ["depth_m", "complex_site"]
    with pytest.raises(Refused, match="开挖深度") as refused:
        s.submit_point(point, by=cast.contractor, now=NOW)
    assert refused.value.field == "depth_m"
    point = s.change_point(point, values={"parameters": {"depth_m": "6.5"}}, by=cast.contractor, now=NOW)
    assert point.level == 2
    assert s.submit_point(point, by=cast.contractor, now=NOW).state == S.SUBMITTED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"place": "x"}, "place"),
        ({"kind": "moon"}, "kind"),
        ({"parameters": {"depth_m": "deep"}}, "depth_m"),
        ({"parameters": {"depth_m": 1000}}, "depth_m"),
        ({"parameters": {"depth_m": 2, "complex_site": "maybe"}}, "complex_site"),
        ({"work_to": date(2026, 6, 1)}, "work_to"),
        ({"work_to": date(2036, 6, 1)}, "work_to"),
        ({"work_from": None}, "work_from"),
        ({"likelihood": 5}, "likelihood"),
        ({"consequence": "x"}, "consequence"),
        ({"control_level": "team"}, "control_level"),
        ({"control_level": "moon"}, "control_level"),
        ({"lon": 200.0, "lat": 37.0}, "lon"),
        ({"lon": 116.3, "lat": None}, "lon"),
        ({"pin": {"drawing": "A-1", "x": 3, "y": 0}}, "pin"),
        ({"controls": ["x"] * 30}, "controls"),
    ],
)
def test_bad_values_are_refused_by_field(cast: Any, site_project: Any, values: Any, field: str) -> None:
    if "work_from" in values:
        values = PIT | values
        with pytest.raises((Refused, TypeError)):
            s.create_point(project=site_project, values=values, by=cast.contractor, now=NOW)
        return
    with pytest.raises(Refused) as refused:
        draft(cast, site_project, **values)
    assert refused.value.field == field
    assert not RiskPoint.objects.exists()


def test_the_responsible_person_belongs_to_the_site(cast: Any, site_project: Any) -> None:
    with pytest.raises(Refused) as refused:
        draft(cast, site_project, responsible=cast.outsider)
    assert refused.value.field == "responsible"


@pytest.mark.parametrize(
    "who", ["supervisor", "inspector", "officer", "county", "outsider", "expert", "director"]
)
def test_only_builders_write(cast: Any, site_project: Any, who: str) -> None:
    with pytest.raises(Denied):
        s.create_point(project=site_project, values=PIT, by=getattr(cast, who), now=NOW)


def test_the_whole_way(cast: Any, site_project: Any) -> None:
    point = point_at(S.SUBMITTED, cast, site_project)
    assert point.duty.holder == cast.supervisor
    point = s.review_point(point, by=cast.supervisor, now=NOW + HOUR)
    assert point.duty.holder == cast.contractor
    assert point.assessments.get().accepted is True
    with pytest.raises(Refused, match="专项方案"):
        s.control_point(point, by=cast.contractor, now=NOW + HOUR)
    assert len(gaps_of(point)) == 10  # nine sections and the approval
    scheme(point, cast, now=NOW + HOUR)
    point.refresh_from_db()
    assert gaps_of(point) == []
    point = s.control_point(point, by=cast.contractor, now=NOW + HOUR)
    assert point.state == S.IN_CONTROL
    assert point.duty.step == "reassess"
    assert point.reassess_due_at - NOW <= 15 * DAY  # orange: fourteen days, and not later than the work's end
    point = s.close_point(point, by=cast.supervisor, now=NOW + 2 * HOUR, reason="回填完成")
    assert (point.state, point.duty.closed_at is not None) == (S.CLOSED, True)


def test_beyond_scale_needs_five_experts_who_agree(cast: Any, site_project: Any) -> None:
    point = point_at(S.REVIEWED, cast, site_project, parameters={"depth_m": 8.0})
    assert point.level == 2
    scheme(point, cast, experts=4)
    with pytest.raises(Refused, match="论证专家只有 4 名"):
        s.control_point(point, by=cast.contractor, now=NOW + HOUR)
    scheme(point, cast, experts=5)
    point.refresh_from_db()
    s.record_scheme(point, by=cast.contractor, now=NOW, sections=point.scheme_sections, approved_on=date(2026, 6, 1),
                    experts=point.experts, expert_result="failed", expert_reviewed_on=date(2026, 6, 2))  # fmt: skip
    with pytest.raises(Refused, match="论证未通过"):
        s.control_point(point, by=cast.contractor, now=NOW + HOUR)
    scheme(point, cast, experts=5)
    assert s.control_point(point, by=cast.contractor, now=NOW + HOUR).state == S.IN_CONTROL


def test_ordinary_work_needs_no_scheme(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project, kind="plain.electric", parameters={})
    assert (point.level, point.state) == (0, S.IN_CONTROL)


def test_nobody_reviews_or_closes_what_their_own_unit_wrote(cast: Any, site_project: Any) -> None:
    point = point_at(S.SUBMITTED, cast, site_project)
    with pytest.raises(Denied):
        s.review_point(point, by=cast.contractor, now=NOW)
    cast.supervisor.organisation = cast.contractor.organisation
    cast.supervisor.save()
    with pytest.raises(Refused, match="同一单位"):
        s.review_point(point, by=cast.supervisor, now=NOW)


def test_the_database_repeats_that_two_people_are_needed(cast: Any, site_project: Any) -> None:
    point = point_at(S.SUBMITTED, cast, site_project)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskPoint.objects.filter(pk=point.pk).update(reviewed_by=cast.contractor)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskPoint.objects.filter(pk=point.pk).update(duty=None)


def test_a_draft_goes_back_and_comes_again(cast: Any, site_project: Any) -> None:
    point = point_at(S.SUBMITTED, cast, site_project)
    point = s.send_back_point(point, by=cast.supervisor, now=NOW, reason="深度与图纸不符")
    assert (point.state, point.duty.holder, point.return_reason) == (
        S.DRAFT,
        cast.contractor,
        "深度与图纸不符",
    )
    with pytest.raises(Refused, match="理由"):
        s.void_point(point, by=cast.contractor, now=NOW, reason="")
    assert s.void_point(point, by=cast.contractor, now=NOW, reason="重复登记").state == S.VOID


def test_a_graver_colour_holds_at_once(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    point = s.reassess_point(
        point, by=cast.contractor, now=NOW + DAY, note="周边开裂，人员密集", consequence=40
    )
    assert (point.grade, point.state) == (4, S.IN_CONTROL)


def test_the_control_level_follows_a_graver_colour(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    point = s.reassess_point(
        point, by=cast.contractor, now=NOW + DAY, note="周边开裂，人员密集", consequence=40
    )
    assert point.control_level == "company"


def test_a_lower_colour_waits_for_a_second_person(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    point = s.reassess_point(
        point, by=cast.contractor, now=NOW + DAY, note="支撑已封闭，变形稳定", likelihood=1
    )
    assert (point.grade, point.state, point.duty.holder) == (3, S.SUBMITTED, cast.supervisor)
    back = s.send_back_point(point, by=cast.supervisor, now=NOW + DAY, reason="监测数据不足一周")
    assert (back.grade, back.state) == (3, S.IN_CONTROL)
    point = s.reassess_point(
        back, by=cast.contractor, now=NOW + 2 * DAY, note="已满一周，变形稳定", likelihood=1
    )
    point = s.review_point(point, by=cast.supervisor, now=NOW + 2 * DAY)
    assert (point.grade, point.state) == (2, S.REVIEWED)


def test_a_supervisor_who_lowers_a_colour_is_judged_by_somebody_else(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    point = s.reassess_point(
        point, by=cast.supervisor, now=NOW + DAY, note="支撑已封闭，变形稳定", likelihood=1
    )
    assert point.duty.holder == cast.inspector
    with pytest.raises(Refused):
        s.review_point(point, by=cast.supervisor, now=NOW + DAY)
    assert s.review_point(point, by=cast.inspector, now=NOW + DAY).grade == 2


def test_work_that_outgrows_its_scheme_leaves_control(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    point = s.reassess_point(
        point, by=cast.contractor, now=NOW + DAY, note="设计变更，加深到 5.5 m", parameters={"depth_m": 5.5}
    )
    assert (point.level, point.state, point.controlled_at) == (2, S.REVIEWED, None)


def test_once_in_control_a_point_is_closed_and_not_voided(cast: Any, site_project: Any) -> None:
    point = point_at(S.IN_CONTROL, cast, site_project)
    with pytest.raises(Refused):
        s.void_point(point, by=cast.supervisor, now=NOW, reason="不想要了")
    with pytest.raises(Denied):
        s.close_point(point, by=cast.contractor, now=NOW, reason="作业结束了")


def test_whoever_acts_on_an_old_page_is_told(cast: Any, site_project: Any) -> None:
    point = point_at(S.SUBMITTED, cast, site_project)
    with pytest.raises(Refused, match="刚刚被其他人更新"):
        s.review_point(point, by=cast.supervisor, now=NOW, version=1)
