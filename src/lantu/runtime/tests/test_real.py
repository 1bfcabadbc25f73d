"""`lantu up` with the real applications."""

import json
import os
import signal
import urllib.error
import urllib.request

import pytest

from lantu.runtime.testing import temporary_directory
from lantu.runtime.tests.engines import REAL, lantu, lantu_up, until
from lantu.runtime.tests.external import DEBIAN_POSTGRES, debian_postgres, separate_nats

pytestmark = pytest.mark.engines


def _ready(web: str) -> dict[str, dict[str, object]] | None:
    """The checks of /readyz once all are well."""
    try:
        with urllib.request.urlopen(f"{web}/readyz", timeout=10) as answer:
            return json.load(answer)["checks"]
    except (urllib.error.URLError, OSError):
        return None


def test_everything_is_ready_survives_a_fall_and_starts_again_without_preparing_anew():
    with temporary_directory() as home:
        data = home / "data"
        with lantu_up(data, program=REAL) as running:
            assert {"database", "stream"} <= until(
                lambda: _ready(running.endpoints["web"]), "readiness"
            ).keys()
            assert lantu("manage", "verify_events", program=REAL, LANTU_DATA_DIR=str(data)).returncode == 0
            before = running.pid("web")
            os.kill(before, signal.SIGKILL)
            until(
                lambda: running.pid("web") != before and _ready(running.endpoints["web"]), "the web's return"
            )
            first = running.stop()
            assert running.process.returncode == 0
        with lantu_up(data, program=REAL) as running:
            until(lambda: _ready(running.endpoints["web"]), "readiness")
            second = running.stop()
        assert "Bring the tables up to date" in first
        assert "Bring the tables up to date" not in second


@pytest.mark.skipif(not DEBIAN_POSTGRES.exists(), reason="Debian's postgresql is not installed here")
def test_ready_on_servers_of_others():
    with temporary_directory() as home, debian_postgres(home) as database, separate_nats(home) as stream:
        other = {"LANTU_DATABASE_URL": database, "LANTU_NATS_URL": stream}
        with lantu_up(home / "data", program=REAL, **other) as running:
            assert until(lambda: _ready(running.endpoints["web"]), "readiness")["database"]["ok"]
            assert not (home / "data" / "postgres").exists()
            assert not (home / "data" / "nats").exists()
