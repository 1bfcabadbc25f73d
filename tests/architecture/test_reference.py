"""What the reference must name: every event, figure, permission, setting and command."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def _text(name: str) -> str:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_every_event_is_documented() -> None:
    from lantu.core.events import known_events

    text = _text("events.md")
    assert [k for k in known_events() if f"`{k}`" not in text and not k.startswith("tests.")] == []


def test_every_figure_is_documented() -> None:
    from lantu.core.figures import figure_definitions

    text = _text("figures.md")
    assert [d.name for d in figure_definitions() if f"`{d.name}`" not in text] == []


def test_every_permission_is_documented() -> None:
    from lantu.accounts.permissions import defined_permissions

    text = _text("permissions.md")
    assert [p.key for p in defined_permissions() if f"`{p.key}`" not in text] == []


def test_every_setting_of_the_environment_is_documented() -> None:
    named = set()
    for path in (ROOT / "src" / "lantu").rglob("*.py"):
        if "/tests/" not in str(path):
            named |= set(re.findall(r"[\"'](LANTU_[A-Z0-9_]+)[\"']", path.read_text(encoding="utf-8")))
    text = _text("settings.md")
    assert sorted(name for name in named if f"`{name}`" not in text) == []


def test_every_management_command_is_documented() -> None:
    text = _text("commands.md")
    commands = [
        p.stem for p in (ROOT / "src" / "lantu").rglob("management/commands/*.py") if p.stem != "__init__"
    ]
    assert [name for name in commands if f"`{name}`" not in text] == []
