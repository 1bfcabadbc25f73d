"""A broken pack is told by file, line and remedy."""

import re
import shutil
from pathlib import Path

import pytest

from lantu.packs.check import check_pack
from lantu.packs.load import HERE, load_pack
from lantu.packs.reading import PackError

NATIONAL, DEZHOU = HERE / "national", HERE / "cities" / "dezhou"


@pytest.fixture
def broken(tmp_path):
    """Copy a pack, replace a text in one of its files, and return what the check says."""

    def change(pack: Path, file: str, old: str, new: str) -> list[str]:
        root = tmp_path / pack.name
        shutil.copytree(pack, root)
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return check_pack(root)

    return change


@pytest.mark.parametrize("pack", [NATIONAL, DEZHOU])
def test_the_packs_that_come_with_the_platform_are_sound(pack):
    assert check_pack(pack) == []


@pytest.mark.parametrize(
    ("pack", "file", "old", "new", "said"),
    [
        (NATIONAL, "calendar.yaml", "02-16", "02-30", "not a day of 2026"),
        (NATIONAL, "calendar.yaml", "[01-26,", "[01-27,", "not a weekend"),
        (NATIONAL, "channels.yaml", "low: 20, high: 140", "low: 140, high: 20", "ends before it begins"),
        (NATIONAL, "channels.yaml", "{key: pm25,", "{key: pm10,", "stands twice"),
        (NATIONAL, "channels.yaml", "high: 5000", "high: many", "not a number"),
        (NATIONAL, "device_types.yaml", "channels: [pm10,", "channels: [pm11,", "not known here"),
        (NATIONAL, "thresholds_dust.yaml", "limit: 120, label", "limit: 160, label", "further out"),
        (NATIONAL, "thresholds_dust.yaml", "mark: D", "mark: X", "not known here"),
        (
            NATIONAL,
            "thresholds_dust.yaml",
            "  basis: 平台默认；小时",
            "  basics: 平台默认；小时",
            "is not known",
        ),
        (NATIONAL, "thresholds_dust.yaml", "stat: mean\n  window_s: 3600", "stat: mean", "needs window_s"),
        (NATIONAL, "thresholds_noise.yaml", '"22:00-06:00"', '"22-06"', "two times of day"),
        (NATIONAL, "thresholds_concrete.yaml", "kind: difference", "kind: threshold", "belong together"),
        (
            NATIONAL,
            "thresholds_dust.yaml",
            "effective_from: 2026-01-01",
            "effective_from: soon",
            "not a date",
        ),
        (NATIONAL, "pits.yaml", "mm: [30, 40]", "mm: [40, 30]", "smaller first"),
        (NATIONAL, "pits.yaml", "grade: 1", "grade: 4", "1, 2 or 3"),
        (NATIONAL, "pack.yaml", "range_policy: conservative", "range_policy: cautious", "not known here"),
        (NATIONAL, "thresholds_pit.yaml", "limit: [1.5, 3]", "limit: [3, 1.5]", "smaller first"),
        (NATIONAL, "thresholds_pit.yaml", "name: member_f2_kn", "name: f2", "not known here"),
        (NATIONAL, "quiet_days.yaml", "last: 2026-06-10", "last: 2026-06-01", "before it begins"),
        (NATIONAL, "escalation.yaml", "rectify: 72h", "rectify: soon", "not a term"),
        (NATIONAL, "escalation.yaml", "severity: 4", "severity: 3", "needs its clocks"),
        (NATIONAL, "escalation.yaml", "level: 3", "level: 7", "without a gap"),
        (NATIONAL, "areas_gb2260.yaml", '"371402"', "37140", "six digits"),
        (DEZHOU, "city.yaml", "3714T1", "371409", "internal code"),
        (DEZHOU, "city.yaml", "bounds: [115.75", "bounds: [118.75", "west, south"),
        (DEZHOU, "units.yaml", "91371499DEM00001", "91371499DEM00002", "credit code does not hold"),
        (DEZHOU, "units.yaml", "kind: bureau", "kind: office", "not known here"),
        (DEZHOU, "people.yaml", "unit: zrzy", "unit: zrzx", "not known here"),
        (DEZHOU, "people.yaml", "area: 3714T1, demo", "demo", "belong together"),
    ],
)
def test_what_is_wrong_is_told_with_place_and_remedy(broken, pack, file, old, new, said):
    problems = broken(pack, file, old, new)
    telling = [problem for problem in problems if said in problem]
    assert telling, problems
    assert re.match(rf"{pack.name}/{file}:\d+: ", telling[0])
    assert telling[0].rstrip().count(". ") >= 1  # what is wrong, then what to do


def test_the_line_is_the_line_of_the_entry(broken):
    problem, *_consequences = broken(NATIONAL, "channels.yaml", "high: 140", "high: loud")
    text = (NATIONAL / "channels.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, content in enumerate(text, 1) if "key: noise" in content)
    assert f"channels.yaml:{line}:" in problem


def test_broken_yaml_and_missing_files_are_told(tmp_path):
    root = tmp_path / "national"
    shutil.copytree(NATIONAL, root)
    (root / "channels.yaml").write_text("- {key: pm10", encoding="utf-8")
    assert "not YAML" in check_pack(root)[0]
    (root / "channels.yaml").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in check_pack(root)[0]
    (root / "channels.yaml").unlink()
    assert "missing" in check_pack(root)[0]
    assert "no such directory" in check_pack(tmp_path / "nowhere")[0]


def test_a_broken_pack_is_not_loaded(tmp_path):
    root = tmp_path / "national"
    shutil.copytree(NATIONAL, root)
    (root / "pack.yaml").write_text("kind: province\nversion: 1\n", encoding="utf-8")
    with pytest.raises(PackError, match="not known here"):
        load_pack(root)


def test_another_city_installs_by_its_directory(tmp_path):
    root = tmp_path / "elsewhere"
    shutil.copytree(DEZHOU, root)
    own = "hazard_clocks:\n- {severity: 2, label: 黄, label_en: yellow, acknowledge: 2h, rectify: 48h, recheck: 1wd, recheck_by: [supervisor], escalate_at_overdue: 2}\n"
    (root / "escalation.yaml").write_text(own, encoding="utf-8")
    pack = load_pack(root)
    assert (pack.key, pack.hazard_clocks[2].rectify.amount, pack.hazard_clocks[3].rectify.amount) == (
        "elsewhere",
        48,
        5,
    )
