"""Loaded first by pytest (``-p``): Django reads its settings early, so the database must answer before that.

The database is the one named by LANTU_TEST_DATABASE_URL, or a throw-away cluster from the wheel.
"""

from __future__ import annotations

import atexit
import os


def _own_database() -> None:
    from lantu.runtime.testing import temporary_postgres

    cluster = temporary_postgres()
    os.environ["LANTU_TEST_DATABASE_URL"] = cluster.__enter__()
    atexit.register(cluster.__exit__, None, None, None)


os.environ["LANTU_TESTING"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "lantu.site.settings"
os.environ.pop("LANTU_NATS_URL", None)
if not os.environ.get("LANTU_TEST_DATABASE_URL"):
    _own_database()
