"""Gate templates and tender rules of the packs, and what a bad file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lantu.calc.deadlines import Term, Unit
from lantu.packs.gates import STAGES
from lantu.packs.load import city, gates_of, national
from lantu.packs.parse_gates import parse_gates, parse_tender, parse_terms
from lantu.packs.reading import Problem, open_file

FILE = Path(__file__).parents[1] / "national" / "gates.yaml"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "gates.yaml"
    path.write_text(text, encoding="utf-8")
    problems: list[str] = []
    try:
        parse_gates(open_file(path, tmp_path), problems)
    except Problem as problem:
        problems.append(str(problem))
    return problems


def test_six_templates_of_six_gates() -> None:
    book = national().gates
    assert set(book.templates) == {"government", "approval", "filing", "concession", "linear", "renewal"}
    for template in book.templates.values():
        assert tuple(gate.stage for gate in template.gates) == STAGES
        assert "construction_permit" in template.graph.behind("start_order")


def test_cleared_land_blocks_the_start_but_not_on_a_line() -> None:
    templates = national().gates.templates
    assert "land_cleared" in templates["government"].graph.needs("start_order")
    assert "land_cleared" not in templates["linear"].graph.needs("start_order")
    assert "section_cleared" in templates["linear"].graph.needs("start_order")


def test_a_city_shortens_terms() -> None:
    assert national().gates.matters["site_opinion"].term == Term(20, Unit.WORKING_DAYS)
    own = gates_of(city())
    assert own.templates["government"].matters["site_opinion"].term == Term(8, Unit.WORKING_DAYS)
    assert own.version.startswith(national().gates.version)


def test_a_circle_is_refused_by_name(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").replace(
        "after: [land_scheme, land_permit], basis: 净地移交",
        "after: [land_scheme, land_permit, start_order], basis: 净地移交",
    )
    (problem,) = [one for one in problems_of(tmp_path, text) if "政府投资" in one]
    assert "wait for each other" in problem
    assert "净地交付确认" in problem
    assert "开工令" in problem
    assert "gates.yaml:" in problem


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("term: 20wd", "term: 20x", "not a term"),
        ("after: [project_code], basis: 自然资规", "after: [nothing], basis: 自然资规", "which is no matter"),
        ("stage: initiation, lead: 立项", "stage: beginning, lead: 立项", "not known here"),
        ("reopen_change_pct: 10", "reopen_change_pct: -1", "positive number"),
        (
            "matters: [project_code, proposal",
            "matters: [project_code, project_code, proposal",
            "asked for twice",
        ),
    ],
)
def test_a_bad_file_says_where_and_what(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    assert any(
        said in one and "gates.yaml:" in one for one in problems_of(tmp_path, text.replace(before, after, 1))
    )


def test_tender_rules_are_complete() -> None:
    book = national().tender
    assert {rule.code: rule.limit for rule in book.rules}["bid_days"] == 20
    assert book.thresholds_yuan["works"] == 4_000_000


def test_bad_tender_rules_and_terms(tmp_path: Path) -> None:
    path = tmp_path / "tender_rules.yaml"
    path.write_text(
        "version: x\nbasis: y\nmark: K\nthresholds: {works: 1}\nstate_funded: []\nrules:\n"
        "  - {code: a, label: b, kind: at_least, first: c, second: d, limit: -1, basis: e, mark: K}\n",
        encoding="utf-8",
    )
    problems: list[str] = []
    parse_tender(open_file(path, tmp_path), problems)
    assert "not negative" in problems[0]
    path.write_text("version: x\nbasis: y\nmark: U\nterms: {nothing: 3wd}\n", encoding="utf-8")
    problems = []
    parse_terms(open_file(path, tmp_path), national().gates.matters, problems)
    assert "no such matter" in problems[0]
