"""Inspections from plan to signature, random draws, and findings that become hazards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import make_project

from lantu.core.models import Evidence
from lantu.core.refusals import Denied, Refused
from lantu.hazards.inspections import services as s
from lantu.hazards.inspections.models import Draw, Entry, Inspection
from lantu.hazards.inspections.scoring import fingerprint, score
from lantu.hazards.inspections.services.drawing import redraw
from lantu.hazards.inspections.states import InspectionState as S
from lantu.hazards.inspections.templates_of import lots_by_division, tables_of
from lantu.hazards.models import Hazard
from lantu.hazards.tests.site import HOUR, NOW, photo

TODAY = NOW.date()


def plan(cast: Any, project: Any, kind: str = "safety", tables: Any = ("B.1", "B.13")) -> Inspection:
    return s.plan_inspection(
        project=project, kind=kind, tables=list(tables), inspector=cast.inspector, second=cast.officer,
        planned_on=TODAY, by=cast.inspector, now=NOW,
    )  # fmt: skip


def fill(inspection: Inspection, cast: Any, table: str, **rows: Any) -> None:
    """Every item of a table all right, except those in ``rows`` (i3=… for item 3)."""
    entries = inspection.entries.filter(table=table)
    plain = {"points": 1, "conforming": 1} if inspection.kind != "safety" else {}
    values = {entry.item: plain | rows.get(f"i{entry.item}", {}) for entry in entries}
    s.fill_table(inspection, table=table, rows=values, by=cast.inspector, now=NOW + HOUR)


@pytest.fixture
def begun(cast: Any, site_project: Any) -> Inspection:
    return s.start_inspection(plan(cast, site_project), by=cast.inspector, now=NOW)


def test_the_whole_way(cast: Any, site_project: Any) -> None:
    inspection = plan(cast, site_project)
    assert inspection.duty.holder == cast.inspector
    inspection = s.start_inspection(inspection, by=cast.inspector, now=NOW)
    assert Entry.objects.count() == 20
    fill(inspection, cast, "B.1", i3={"deducted": 4, "finding": "交底无签字"})
    fill(
        inspection,
        cast,
        "B.13",
        i8={"applies": False},
        i1={"deducted": 5, "finding": "一人未戴安全帽", "remedied": True},
    )
    inspection = s.finish_inspection(inspection, by=cast.inspector, now=NOW + 2 * HOUR)
    # B.1: 96; B.13: 85 of 90 = 94.44; (9.6 + 9.444) of 20
    assert (inspection.total, inspection.result, inspection.duty.holder) == (95.22, "excellent", cast.officer)
    assert fingerprint(inspection.sheet) == inspection.sheet_hash
    assert not Hazard.objects.exists()
    inspection = s.sign_inspection(inspection, by=cast.officer, now=NOW + 3 * HOUR)
    assert (inspection.state, inspection.duty.closed_at is not None) == (S.SIGNED, True)


def test_a_guarantee_item_at_zero_fails_the_site(cast: Any, begun: Inspection) -> None:
    fill(begun, cast, "B.1", i4={"deducted": 10, "finding": "没有检查记录"})
    fill(begun, cast, "B.13")
    done = s.finish_inspection(begun, by=cast.inspector, now=NOW + HOUR)
    assert done.result == "failed"
    assert done.sheet["tables"][0]["zero_because"] == "item:4"


def test_a_sheet_is_finished_when_every_item_is_checked(cast: Any, begun: Inspection) -> None:
    fill(begun, cast, "B.1")
    with pytest.raises(Refused, match="还有 10 项没有检查"):
        s.finish_inspection(begun, by=cast.inspector, now=NOW)


def test_a_frozen_sheet_is_not_filled_any_more(cast: Any, begun: Inspection) -> None:
    for table in begun.tables:
        fill(begun, cast, table)
    s.finish_inspection(begun, by=cast.inspector, now=NOW + HOUR)
    with pytest.raises(Refused, match="不能执行"):
        fill(begun, cast, "B.1")


def test_findings_become_hazards_with_photo_and_pin(cast: Any, begun: Inspection) -> None:
    fill(begun, cast, "B.1")
    fill(
        begun,
        cast,
        "B.13",
        i4={"deducted": 6, "finding": "北侧临边无防护 6 m", "grade": 3, "place": "5 层北侧"},
    )
    with pytest.raises(Refused, match="要有照片或图纸定位"):
        s.finish_inspection(begun, by=cast.inspector, now=NOW)
    entry = begun.entries.get(table="B.13", item="4")
    kept = s.add_photos(begun, entry, files=[("a.jpg", photo())], by=cast.inspector, now=NOW)
    s.pin_photo(begun, entry, kept[0], x=0.25, y=0.5, by=cast.inspector, now=NOW)
    s.finish_inspection(begun, by=cast.inspector, now=NOW + HOUR)
    hazard = Hazard.objects.get()
    assert (hazard.grade, hazard.place, hazard.field, hazard.source) == (
        3,
        "5 层北侧",
        "safety",
        "inspection",
    )
    assert (hazard.pin["x"], hazard.pin["y"]) == (0.25, 0.5)
    assert "JGJ 59-2011" in hazard.clause
    shared = Evidence.objects.get(supports_type="hazards.hazard", supports_id=hazard.pk)
    assert shared.sha256 == kept[0].sha256


def test_a_sheet_that_comes_back_opens_no_hazard_twice(cast: Any, begun: Inspection) -> None:
    fill(begun, cast, "B.1")
    pin = {"drawing": "A-05", "x": 0.1, "y": 0.2}
    fill(begun, cast, "B.13", i4={"deducted": 6, "finding": "临边无防护", "grade": 2, "pin": pin})
    done = s.finish_inspection(begun, by=cast.inspector, now=NOW + HOUR)
    first = done.sheet_hash
    back = s.send_back_inspection(done, by=cast.officer, now=NOW + 2 * HOUR, reason="安全网扣分偏少")
    assert (back.state, back.sheet, back.total, back.duty.holder) == (S.IN_PROGRESS, {}, None, cast.inspector)
    s.fill_table(
        back, table="B.13", rows={"2": {"deducted": 5, "finding": "安全网破损"}}, by=cast.inspector, now=NOW
    )
    again = s.finish_inspection(back, by=cast.inspector, now=NOW + 3 * HOUR)
    assert Hazard.objects.count() == 1
    assert again.sheet_hash != first


def test_two_people_and_none_of_the_builder(cast: Any, site_project: Any, begun: Inspection) -> None:
    good = {
        "project": site_project,
        "kind": "environment",
        "tables": [],
        "planned_on": TODAY,
        "by": cast.officer,
        "now": NOW,
    }
    for people, field in (
        ({"inspector": cast.inspector, "second": cast.inspector}, "second"),
        ({"inspector": cast.contractor, "second": cast.officer}, "inspector"),
        ({"inspector": cast.inspector, "second": cast.outsider}, "second"),
    ):
        with pytest.raises(Refused) as refused:
            s.plan_inspection(**good, **people)
        assert refused.value.field == field
    with pytest.raises(Denied):
        s.plan_inspection(**(good | {"by": cast.contractor}), inspector=cast.inspector, second=cast.officer)
    with pytest.raises(Refused, match="由任监督办理"):
        s.fill_table(begun, table="B.1", rows={}, by=cast.officer, now=NOW)
    for table in begun.tables:
        fill(begun, cast, table)
    done = s.finish_inspection(begun, by=cast.inspector, now=NOW)
    with pytest.raises(Refused):
        s.sign_inspection(done, by=cast.inspector, now=NOW)


def test_an_altered_sheet_is_not_signed(cast: Any, begun: Inspection) -> None:
    for table in begun.tables:
        fill(begun, cast, table)
    done = s.finish_inspection(begun, by=cast.inspector, now=NOW)
    Inspection.objects.filter(pk=done.pk).update(sheet=done.sheet | {"total": 100})
    with pytest.raises(Refused, match="与冻结时不一致"):
        s.sign_inspection(done, by=cast.officer, now=NOW)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"deducted": 11, "finding": "很多问题"}, "deducted_1"),
        ({"deducted": -1}, "deducted_1"),
        ({"deducted": 2}, "finding_1"),
        ({"deducted": 2, "finding": "有问题", "grade": 9}, "grade_1"),
    ],
)
def test_bad_rows_are_refused_by_item(cast: Any, begun: Inspection, row: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        s.fill_table(begun, table="B.1", rows={"1": row}, by=cast.inspector, now=NOW)
    assert refused.value.field == field
    with pytest.raises(Refused, match="没有这张检查表"):
        s.fill_table(begun, table="B.1", rows={"99": {}}, by=cast.inspector, now=NOW)


def test_a_lot_passes_by_main_and_general_items(cast: Any, site_project: Any) -> None:
    rebar = next(code for _group, rows in lots_by_division() for code, name in rows if name == "钢筋")
    inspection = s.start_inspection(plan(cast, site_project, "quality", [rebar]), by=cast.inspector, now=NOW)
    fill(inspection, cast, rebar, i4={"points": 10, "conforming": 7, "finding": "间距偏差三处"})
    done = s.finish_inspection(inspection, by=cast.inspector, now=NOW)
    assert (done.result, done.sheet["tables"][0]["failed"]) == ("failed", ["4"])


def test_a_lot_asks_for_what_was_measured(cast: Any, site_project: Any) -> None:
    code = next(iter(tables_of("quality")))
    inspection = s.start_inspection(plan(cast, site_project, "quality", [code]), by=cast.inspector, now=NOW)
    with pytest.raises(Refused, match="没有填抽检点数"):
        s.fill_table(inspection, table=code, rows={"1": {}}, by=cast.inspector, now=NOW)
    with pytest.raises(Refused, match="不能多于"):
        s.fill_table(
            inspection, table=code, rows={"1": {"points": 1, "conforming": 2}}, by=cast.inspector, now=NOW
        )


def test_the_six_hundred_per_cents_hold_or_do_not(cast: Any, site_project: Any) -> None:
    inspection = s.start_inspection(plan(cast, site_project, "environment", []), by=cast.inspector, now=NOW)
    fill(inspection, cast, "six_hundreds", i2={"points": 1, "conforming": 0, "finding": "黄土未覆盖"})
    done = s.finish_inspection(inspection, by=cast.inspector, now=NOW)
    assert (done.result, done.total) == ("failed", 83.33)


def test_a_visit_that_was_called_off_stays_on_record(cast: Any, site_project: Any) -> None:
    inspection = s.void_inspection(plan(cast, site_project), by=cast.officer, now=NOW, reason="工地停工")
    assert (inspection.state, inspection.end_reason) == (S.VOID, "工地停工")
    with pytest.raises(Refused):
        s.start_inspection(inspection, by=cast.inspector, now=NOW)


def test_a_draw_keeps_its_seed_and_its_peers(cast: Any, site_project: Any) -> None:
    projects = [site_project] + [
        make_project(cast.owner.organisation, code=f"2601-371402-04-01-20000{n}", name=f"工程{n}")
        for n in range(4)
    ]
    made = s.draw_inspections(
        kind="environment", tables=[], projects=projects, inspectors=[cast.inspector, cast.officer], count=2,
        planned_on=TODAY, by=cast.officer, now=NOW,
    )  # fmt: skip
    assert len(made.projects) == 5
    assert len(made.drawn_projects) == 2
    assert redraw(made)
    assert Inspection.objects.filter(draw=made).count() == 2
    Draw.objects.filter(pk=made.pk).update(drawn_projects=list(reversed(made.drawn_projects)))
    made.refresh_from_db()
    assert not redraw(made)


def test_a_draw_needs_enough_of_both(cast: Any, site_project: Any) -> None:
    good = {"kind": "environment", "tables": [], "planned_on": TODAY, "now": NOW}
    both = [cast.inspector, cast.officer]
    with pytest.raises(Refused, match="可抽 1 到 1"):
        s.draw_inspections(**good, projects=[site_project], inspectors=both, count=2, by=cast.officer)
    with pytest.raises(Refused, match="至少 2 名"):
        s.draw_inspections(**good, projects=[site_project], inspectors=both[:1], count=1, by=cast.officer)
    with pytest.raises(Refused, match="没有两名可用"):
        s.draw_inspections(
            **good,
            projects=[site_project],
            inspectors=[cast.inspector, cast.supervisor],
            count=1,
            by=cast.officer,
        )
    with pytest.raises(Denied):
        s.draw_inspections(**good, projects=[site_project], inspectors=both, count=1, by=cast.supervisor)


@settings(
    max_examples=40,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.floats(0, 10).map(lambda number: round(number, 1)), min_size=10, max_size=10))
def test_the_score_of_a_sheet_is_what_is_left(points: list[float]) -> None:
    inspection = Inspection(kind="safety", tables=["B.13"])
    entries = [
        Entry(table="B.13", item=str(n), name="x", full=10, checked_at=NOW, deducted=value)
        for n, value in enumerate(points, start=1)
    ]
    assert score(inspection, entries).total == pytest.approx(100 - sum(points), abs=0.02)
