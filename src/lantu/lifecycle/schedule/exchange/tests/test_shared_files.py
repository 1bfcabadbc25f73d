"""Every schedule file of the shared data: counts and dates against two oracles, P6's own and MPXJ's."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.lifecycle.schedule.exchange import mspdi, pmxml
from lantu.lifecycle.schedule.exchange.mpp import missing_part
from lantu.lifecycle.schedule.exchange.neutral import Reading
from lantu.lifecycle.schedule.exchange.opening import read_schedule

ROOT = Path(__file__).parents[6]
FOLDER = Path(os.environ.get("LANTU_SHARED_DATA", ROOT.parent / "shared" / "data")) / "schedules"
if not FOLDER.is_dir():
    pytest.skip(f"no shared schedules at {FOLDER}", allow_module_level=True)
BY_MPXJ = json.loads((FOLDER / "expected_mpxj.json").read_text())
BY_P6 = {entry["file"]: entry for entry in json.loads((FOLDER / "expected_from_xer.json").read_text())}
# MPXJ counts Project's resource 0, which only stands for “nobody”, and the assignments to it.
COUNTS_NOBODY = {
    "mspdirelations.xml",
    "task-baselines-project2007.xml",
    "task-links-project2013.xml",
    "mpp14relations.mpp",
}
# … and in this one 15 assignments to nobody beside 4 real ones (its MSPDI twin has the 4).
COUNTS_NOBODY_TOO = {"legacy_sample.mpp"}


def read(entry: dict[str, Any]) -> Reading:
    if entry["file"].endswith(".mpp") and missing_part():
        pytest.skip(f"optional part for .mpp is absent: {missing_part()}")
    path = FOLDER / entry["file"]
    return read_schedule(path.read_bytes(), path.name)


@pytest.mark.parametrize("entry", BY_MPXJ, ids=lambda entry: entry["file"])
def test_counts_and_dates_are_those_that_mpxj_reads(entry: dict[str, Any]) -> None:
    project = read(entry).project()
    leaves = project.leaves
    name = Path(entry["file"]).name
    starts = [activity.start_at for activity in leaves if activity.start_at]
    finishes = [activity.finish_at for activity in leaves if activity.finish_at]
    found = {
        "tasks": len(project.activities),
        "leaf_tasks": len(leaves),
        "relations": len(project.links),
        "relation_types": dict(Counter(link.kind.value for link in project.links)),
        "calendars": len(project.calendars),
        "earliest_start": min(starts).isoformat()[:16],
        "latest_finish": max(finishes).isoformat()[:16],
    }
    if name not in COUNTS_NOBODY:
        found["resources"] = len(project.resources)
        if name not in COUNTS_NOBODY_TOO:
            found["assignments"] = len(project.assignments)
    assert found == {key: entry[key] for key in found}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.xer")), ids=lambda path: path.name)
def test_dates_and_floats_are_those_that_p6_stored(path: Path) -> None:
    expected = BY_P6.get(path.name)
    if expected is None:
        pytest.skip("not summed up by the oracle")
    project = read_schedule(path.read_bytes(), path.name).project()
    leaves = project.leaves
    floats = [activity.total_float_min for activity in leaves if activity.total_float_min is not None]

    def edge(name: str, pick: Any) -> str | None:
        found = [value for activity in leaves if (value := getattr(activity, name))]
        return f"{pick(found):%Y-%m-%d %H:%M}" if found else None

    assert len(leaves) == expected["n_activities"]
    assert edge("early_start_at", min) == expected["min_early_start"]
    assert edge("early_finish_at", max) == expected["max_early_finish"]
    assert edge("late_finish_at", max) == expected["max_late_finish"]
    assert len(floats) == expected["n_with_float"]
    assert sum(value <= 0 for value in floats) == expected["n_float_le_0"]
    assert sum(value < 0 for value in floats) == expected["n_float_lt_0"]
    assert sum(activity.is_on_longest_path is True for activity in leaves) == expected["n_driving_path_Y"]
    assert {
        f"PR_{kind}": count for kind, count in Counter(link.kind.value for link in project.links).items()
    } == expected["pred_types"]
    stated = expected["projects"][0]
    for mine, theirs in (
        (project.start_at, stated["plan_start_date"]),
        (project.finish_at, stated["scd_end_date"]),
        (project.data_date, stated["last_recalc_date"]),
    ):
        assert (f"{mine:%Y-%m-%d %H:%M}" if mine else "") == theirs


def test_one_schedule_in_three_formats_is_one_schedule() -> None:
    """The trio is the same plan: same codes, dates, durations, links and lags, whatever the format."""

    def shape(name: str) -> tuple[Any, ...]:
        project = read_schedule((FOLDER / "trio" / name).read_bytes(), name).project()
        names = {activity.uid: activity.name for activity in project.activities}
        rows = sorted((a.name, a.start_at, a.finish_at, a.duration_min) for a in project.leaves)
        links = sorted(
            (names[link.predecessor_uid], names[link.successor_uid], link.kind.value, link.lag_min)
            for link in project.links
        )
        weeks = sorted((c.name, c.week, tuple(sorted(c.exceptions.items()))) for c in project.calendars)
        return rows, links, weeks

    assert shape("sample.xer") == shape("sample-p6.xml") == shape("sample-mspdi.xml")


def test_a_calendar_that_cannot_be_read_is_substituted_and_named() -> None:
    name = "invalid/invalid-calendar-8.4.xer"
    reading = read_schedule((FOLDER / name).read_bytes(), name)
    told = [finding for finding in reading.findings if finding.code == "calendar_substituted"]
    assert [finding.params["calendar"] for finding in told] == ["Test - Invalid"]
    assert told[0].line == 33
    assert {c.name: c.origin for c in reading.project().calendars}["Test - Invalid"] == "substituted"


def test_percents_by_kind() -> None:
    """P6 8.4's own file: physical, units and duration percents of 0, 25, 50 and 75 stand in the names."""
    for name in ("p6/percent-complete-8.4.xer", "p6/percent-complete-8.4.pmxml"):
        project = read_schedule((FOLDER / name).read_bytes(), name).project()
        for activity in project.leaves:
            kind, share = activity.name.rsplit(" ", 1)
            assert activity.percent == pytest.approx(float(share.rstrip("%"))), (name, activity.name)
            assert activity.percent_kind == kind.lower()


def test_all_eleven_baselines_are_read() -> None:
    name = "mspdi/task-baselines-project2007.xml"
    project = read_schedule((FOLDER / name).read_bytes(), name).project()
    assert {span.number for activity in project.leaves for span in activity.baselines} == set(range(11))


def test_lags_in_every_format() -> None:
    name = "mspdi/task-links-project2013.xml"
    project = read_schedule((FOLDER / name).read_bytes(), name).project()
    assert Counter(link.kind.value for link in project.links) == {"FS": 5, "SF": 1, "SS": 1, "FF": 1}
    assert any(link.lag_min for link in project.links)


def test_a_real_poor_file_keeps_its_dates_and_says_what_it_lacks() -> None:
    name = "real/Schependomlaan_2015-02-18_mspdi.xml"
    project = read_schedule((FOLDER / name).read_bytes(), name).project()
    codes = {finding.code for finding in project.findings}
    assert {"names_blank", "baseline_absent", "codes_from"} <= codes
    assert min(a.start_at for a in project.leaves if a.start_at) == datetime(2015, 2, 19, 8)
    assert len({activity.code for activity in project.leaves}) == 157


def test_the_code_page_is_decided_and_told() -> None:
    for name, encoding in (
        ("p6/pyp6xer_sample.xer", "cp1252"),
        ("p6/PredecessorCalendar.xer", "utf-8"),
        ("trio/sample.xer", "ascii"),
    ):
        reading = read_schedule((FOLDER / name).read_bytes(), name)
        assert reading.encoding == encoding
        assert reading.encoding_why


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.xml")), ids=lambda path: path.name)
def test_leaving_out_unread_elements_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = path.read_bytes()
    kept = read_schedule(content, path.name)
    for reader in (mspdi, pmxml):
        monkeypatch.setattr(reader, "xml_names", SimpleNamespace(P6=None, MSPDI=None))
    assert read_schedule(content, path.name) == kept
