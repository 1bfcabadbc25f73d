import pytest

from lantu.runtime import endpoints, processes
from lantu.runtime.endpoints import Endpoints
from lantu.runtime.paths import Places
from lantu.runtime.prepared import Prepared
from lantu.runtime.words import Fault


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "data")
    places.prepare()
    return places


def _mode(path) -> int:
    return path.stat().st_mode & 0o777


def test_secret_is_made_once_and_kept_private(places):
    first = places.secret("secret_key")
    assert len(first) >= 48
    assert places.secret("secret_key") == first
    assert _mode(places.secrets / "secret_key") == 0o600
    assert _mode(places.secrets) == 0o700


def test_one_holder_at_a_time(places):
    with places.locked():
        assert places.held()
        with pytest.raises(Fault, match=r"pid \d+|进程号 \d+"), places.locked():
            pytest.fail("two supervisors in one data directory")
    assert not places.held()


def test_data_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault) as caught:
        Places(tmp_path / "file" / "data").prepare()
    assert "--data-dir" in caught.value.remedy


def test_data_dir_comes_from_argument_then_variable_then_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANTU_DATA_DIR", raising=False)
    assert Places.of().root == tmp_path / "var"
    monkeypatch.setenv("LANTU_DATA_DIR", str(tmp_path / "other"))
    assert Places.of().root == tmp_path / "other"
    assert Places.of(tmp_path / "third").root == tmp_path / "third"


def test_endpoints_are_private_complete_and_only_valid_while_held(places):
    in_force = Endpoints(
        web="http://127.0.0.1:8000", database="postgresql:///x", nats="nats://y", pids={"web": 7}
    )
    endpoints.write(places, in_force)
    assert _mode(places.endpoints) == 0o600
    assert '"mqtt"' not in places.endpoints.read_text()
    assert endpoints.read(places) is None
    with places.locked():
        assert endpoints.read(places) == in_force
    endpoints.remove(places)
    assert not places.endpoints.exists()


def test_one_more_process_takes_addresses_from_variables_or_from_the_running_lantu(places, monkeypatch):
    for name in ("LANTU_DATABASE_URL", "LANTU_NATS_URL", "LANTU_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Fault, match="LANTU_DATABASE_URL"):
        processes.environment_in_force(places)
    in_force = Endpoints(
        web="http://127.0.0.1:8123",
        database="postgresql:///x",
        nats="nats://y",
        mqtt="mqtt://127.0.0.1:1999",
        demo=True,
    )
    endpoints.write(places, in_force)
    with places.locked():
        env = processes.environment_in_force(places)
        assert (env["LANTU_DATABASE_URL"], env["LANTU_NATS_URL"]) == ("postgresql:///x", "nats://y")
        assert (env["LANTU_WEB_PORT"], env["LANTU_MQTT_PORT"], env["LANTU_DEMO"]) == ("8123", "1999", "1")
        assert env["LANTU_SECRET_KEY"] == places.secret("secret_key")
        monkeypatch.setenv("LANTU_DATABASE_URL", "postgresql://elsewhere/y")
        assert processes.environment_in_force(places)["LANTU_DATABASE_URL"] == "postgresql://elsewhere/y"


def test_preparation_holds_until_something_it_was_made_from_changes(places, monkeypatch):
    monkeypatch.delenv("LANTU_DATABASE_URL", raising=False)
    Prepared(places, {}).note(demo=False)
    assert Prepared(places, {}).still_holds(demo=False)
    assert not Prepared(places, {}).still_holds(demo=True)
    assert not Prepared(places, {"LANTU_CITY_PACK": "elsewhere"}).still_holds(demo=False)
    Prepared(places, {}).note(demo=True)
    assert Prepared(places, {}).still_holds(demo=False)
    monkeypatch.setenv("LANTU_DATABASE_URL", "postgresql:///x")
    assert not Prepared(places, {}).still_holds(demo=False)
    monkeypatch.delenv("LANTU_DATABASE_URL")
    Prepared.forget(places)
    assert not Prepared(places, {}).still_holds(demo=False)
