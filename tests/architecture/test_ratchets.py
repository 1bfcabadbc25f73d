"""The house keeps its shape: sizes, directions and doors. Only people may raise a number here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "lantu"

FLOORS = {
    "core": 0.0, "ui": 0.1, "accounts": 0.2, "projects": 1.0, "duties": 2.0, "gis": 2.5, "lifecycle": 3.0,
    "monitoring": 3.0, "bim": 3.5, "hazards": 4.0, "participation": 4.0, "experts": 4.0, "green": 4.0,
    "industry": 4.0, "talent": 4.0, "coordination": 5.0, "evaluation": 6.0, "cockpit": 7.0, "portal": 7.0,
    "site": 8.0,
}  # fmt: skip

# The storeys that receive a person or a timer; only they may ask what time it is.
DOORS = re.compile(
    r"(^|/)(views|api|pages|subscribers|jobs|forms|hooks|context|middleware|api_auth|health|live|metrics|search|phone)(_\w+)?\.py$"
    r"|/management/commands/|/(views|api|pages|doors)/"
)
CLOCK_EXCEPTIONS = {
    "core/services/emit.py": "recorded_at is the time of the write itself",
    "accounts/scopes.py": "whether a grant is in force is asked at the moment of asking",
}


def python_files() -> Iterator[Path]:
    for path in sorted(SRC.rglob("*.py")):
        if "/migrations/" not in str(path) and "/tests/" not in str(path):
            yield path


def line_count(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def too_long(paths: Iterator[Path], limit: int) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {n}" for path in paths if (n := line_count(path)) > limit]


def test_python_files_stay_under_400_lines() -> None:
    assert too_long(iter([*SRC.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]), 400) == []


def test_templates_stay_under_200_lines() -> None:
    assert too_long(SRC.rglob("*.html"), 200) == []


def test_typescript_files_stay_under_300_lines() -> None:
    assert (
        too_long((p for p in (ROOT / "frontend").rglob("*.ts") if "node_modules" not in p.parts), 300) == []
    )


def test_functions_fit_on_one_screen() -> None:
    long = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length}")
    assert long == []


def test_only_doors_ask_the_clock() -> None:
    asked = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|timezone\.localdate\(\)")
    found = []
    for path in python_files():
        name = str(path.relative_to(SRC))
        if (
            name.split("/", maxsplit=1)[0] in {"runtime", "site"}
            or DOORS.search(name)
            or name in CLOCK_EXCEPTIONS
        ):
            continue
        if asked.search(path.read_text(encoding="utf-8")):
            found.append(name)
    assert found == []


def test_templates_include_and_extend_downwards() -> None:
    used = re.compile(r"{%\s*(?:include|extends)\s+[\"'](\w+)/")
    wrong = []
    for path in SRC.rglob("templates/**/*.html"):
        here = path.relative_to(SRC).parts[0]
        for there in used.findall(path.read_text(encoding="utf-8")):
            if there in FLOORS and FLOORS[there] > FLOORS[here]:
                wrong.append(f"{path.relative_to(SRC)} uses {there}")
    assert wrong == []


def test_foreign_keys_point_down() -> None:
    from django.apps import apps

    wrong = []
    for config in apps.get_app_configs():
        if not config.name.startswith("lantu."):
            continue
        for model in config.get_models():
            for field in model._meta.get_fields():
                target = field.related_model if field.is_relation and not field.auto_created else None
                label = target._meta.app_label if target is not None and not isinstance(target, str) else None
                upward = label in FLOORS and FLOORS[label] > FLOORS[config.label]
                # core names people through settings.AUTH_USER_MODEL: the one agreed exception.
                if upward and (config.label, label) != ("core", "accounts"):
                    wrong.append(f"{model._meta.label}.{field.name} → {label}")
    assert wrong == []


def test_templates_carry_no_inline_script_or_style() -> None:
    """The content security policy would block them; better to learn it here."""
    bad = re.compile(
        r"<style|\sstyle=[\"']|\son\w+=[\"']|javascript:|<script(?![^>]*(?:src=|application/json))", re.I
    )
    found = [
        f"{path.relative_to(SRC)}: {match.group(0)}"
        for path in SRC.rglob("templates/**/*.html")
        if (match := bad.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_workflow_tables_cannot_be_open_without_a_duty() -> None:
    """Every table with a duty column carries the constraint of the house."""
    from django.apps import apps

    from lantu.duties.models import Duty

    lacking = []
    for model in apps.get_models():
        names = [f.name for f in model._meta.fields if f.related_model is Duty and f.name == "duty"]
        if names and model._meta.app_label != "duties":
            checks = [str(c.condition) for c in model._meta.constraints if hasattr(c, "condition")]
            if not any("duty" in check for check in checks):
                lacking.append(model._meta.label)
    assert lacking == []


@pytest.mark.parametrize(
    "word", ["p" + "ypi.org", "registry.n" + "pmjs", "pythonhos" + "ted", "/home/", "/root/"]
)
def test_locks_name_no_host_and_no_machine_path(word: str) -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "frontend" / "package-lock.json"]
    assert [str(path) for path in locks if path.exists() and word in path.read_text(encoding="utf-8")] == []
