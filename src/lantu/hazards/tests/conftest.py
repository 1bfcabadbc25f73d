"""Fixtures of this room's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _quick_and_tidy(tmp_path: Path, settings: Any) -> None:
    """Uploaded files go to a folder of the test; passwords are hashed cheaply."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def _truncate_guard_restored(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_truncate")


@pytest.fixture
def committed(_truncate_guard_restored: Any, transactional_db: Any) -> Iterator[None]:
    """Rows that other connections see. Cleaning up truncates the events, which the database otherwise refuses."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_truncate")
