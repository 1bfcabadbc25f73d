"""The database of the tests: the one named by LANTU_TEST_DATABASE_URL, or a throw-away cluster from the wheel."""

from __future__ import annotations

import atexit
import os

os.environ["LANTU_TESTING"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantu.site.settings")
os.environ.pop("LANTU_NATS_URL", None)


def _own_database() -> None:
    # Django reads its settings when pytest-django loads, so the cluster must answer before that.
    from lantu.runtime.testing import temporary_postgres

    cluster = temporary_postgres()
    os.environ["LANTU_TEST_DATABASE_URL"] = cluster.__enter__()
    atexit.register(cluster.__exit__, None, None, None)


if not os.environ.get("LANTU_TEST_DATABASE_URL"):
    _own_database()

pytest_plugins = ["tests.cast"]
