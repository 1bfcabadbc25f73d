"""The declarative files that the plan draws from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent


@cache
def source(name: str) -> Any:
    """One of ``catalogue``, ``named``, ``places``, ``stories``, as plain data (do not change it)."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def seeded(key: str) -> Random:
    """A source of chance that gives the same draws for the same key."""
    return Random(f"dezhou-2026:{key}")  # noqa: S311 - demonstration data, not a secret
