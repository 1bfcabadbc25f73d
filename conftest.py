"""Fixtures that every test may use. The database is prepared by lantu.runtime.pytest_plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.cast"]


@pytest.fixture(autouse=True)
def speak_chinese() -> Iterator[None]:
    """A request leaves its language behind in the thread; each test begins with the product's first one."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield
