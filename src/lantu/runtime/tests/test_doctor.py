import sys

import pytest

from lantu.runtime import doctor
from lantu.runtime.doctor import ADVICE, BAD, GOOD
from lantu.runtime.paths import Places

GIB = 1024**3


@pytest.mark.parametrize(
    ("finding", "grade"),
    [
        (doctor.python_version((3, 10)), BAD),
        (doctor.python_version((3, 11)), GOOD),
        (doctor.c_library("glibc", "2.17"), BAD),
        (doctor.c_library("glibc", "2.36"), GOOD),
        (doctor.c_library("", ""), BAD),
        (doctor.disk_space(GIB), BAD),
        (doctor.disk_space(5 * GIB), ADVICE),
        (doctor.disk_space(50 * GIB), GOOD),
        (doctor.clock(0), BAD),
        (doctor.clock(1_800_000_000), GOOD),
    ],
)
def test_grades(finding, grade):
    assert finding.grade == grade
    assert bool(finding.remedy) == (grade != GOOD)


def test_words_follow_the_operators_locale(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "too old" in doctor.python_version((3, 9)).what
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "太旧" in doctor.python_version((3, 9)).what


def test_missing_engine_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr("lantu.runtime.postgres.util.find_spec", lambda _name: None)
    findings = [finding for finding in doctor.examine(Places(tmp_path)) if finding.grade == BAD]
    assert any("PostgreSQL" in finding.what and "make setup" in finding.remedy for finding in findings)


def test_every_bad_finding_ends_in_exit_code_one(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "examine", lambda _places: iter([doctor.Finding(BAD, "x", "y")]))
    assert doctor.show_findings(Places(tmp_path)) == 1
    monkeypatch.setattr(doctor, "examine", lambda _places: iter([doctor.Finding(ADVICE, "x", "y")]))
    assert doctor.show_findings(Places(tmp_path)) == 0


@pytest.mark.parametrize(
    ("script", "grade", "words"),
    [("print('fine')", GOOD, ""), ("print('one breach'); raise SystemExit(1)", BAD, "one breach")],
)
def test_the_laws_of_the_records_are_verified(monkeypatch, tmp_path, script, grade, words):
    env = {"LANTU_DATABASE_URL": "postgresql://somewhere/lantu"}
    monkeypatch.setattr(doctor.processes, "environment_in_force", lambda _places: env)
    monkeypatch.setattr(doctor.postgres, "has_table", lambda _url, _name: True)
    monkeypatch.setattr(doctor.processes, "manage_argv", lambda _name: [sys.executable, "-c", script])
    findings = list(doctor._records(Places(tmp_path)))
    assert [finding.grade for finding in findings] == [grade, grade]
    assert words in findings[0].what
    assert ("verify_duties" in findings[0].remedy) == (grade == BAD)


def test_without_tables_nothing_is_said_of_the_records(monkeypatch, tmp_path):
    env = {"LANTU_DATABASE_URL": "postgresql://somewhere/lantu"}
    monkeypatch.setattr(doctor.processes, "environment_in_force", lambda _places: env)
    monkeypatch.setattr(doctor.postgres, "has_table", lambda _url, _name: False)
    assert list(doctor._records(Places(tmp_path))) == []
    monkeypatch.undo()
    monkeypatch.delenv("LANTU_DATABASE_URL", raising=False)
    assert list(doctor._records(Places(tmp_path))) == []
