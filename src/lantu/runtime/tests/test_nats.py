"""The real nats-server: devices are judged by the callout, and confined to what its answer allows."""

import asyncio
import socket
import struct
import threading
from contextlib import contextmanager

import nats
import pytest

from lantu.calc import nkeys
from lantu.runtime.nats import private_server
from lantu.runtime.paths import Places
from lantu.runtime.testing import temporary_nats
from lantu.runtime.words import Fault

pytestmark = pytest.mark.engines

TOKENS = {"dust-01": "right-token"}
PROJECT = "DZ-2026-001"
ACCEPTED, NOT_AUTHORISED = 0, 5


class MqttDevice:
    """Just enough MQTT 3.1.1 to connect and publish with QoS 1."""

    def __init__(self, port: int, code: str, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        body = (
            _text("MQTT")
            + bytes([4, 0xC2])
            + struct.pack("!H", 60)
            + _text(code)
            + _text(code)
            + _text(token)
        )
        self.socket.sendall(b"\x10" + _length(len(body)) + body)
        self.result = self._packet()[1][1]

    def publish(self, topic: str, payload: bytes) -> bool:
        """True when the server acknowledged, False when it hung up on us."""
        body = _text(topic) + struct.pack("!H", 1) + payload
        self.socket.sendall(b"\x32" + _length(len(body)) + body)
        try:
            return self._packet()[0] == 0x40
        except ConnectionError:
            return False

    def _packet(self) -> tuple[int, bytes]:
        head = self._read(2)
        return head[0] & 0xF0, self._read(head[1])

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the server hung up")
            data += more
        return data


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw


def _length(value: int) -> bytes:
    head = b""
    while True:
        value, digit = divmod(value, 128)
        head += bytes([digit | (0x80 if value else 0)])
        if not value:
            return head


def _answer(request: str, seed: str) -> str:
    """What the callout service does, in its shortest form."""
    asked = nkeys.decode_jwt(request)
    options = asked["nats"]["connect_opts"]
    code = options.get("user", "")
    outcome: dict[str, object] = {"type": "authorization_response", "version": 2}
    if TOKENS.get(code) == options.get("pass"):
        allowed = {"allow": [f"lantu.{PROJECT}.{code}.telemetry"]}
        permissions = {"pub": allowed, "sub": {"deny": [">"]}, "subs": -1, "data": -1, "payload": -1}
        user = {"type": "user", "version": 2, **permissions}
        claims = {
            "sub": asked["nats"]["user_nkey"],
            "aud": "APP",
            "name": code,
            "iat": asked["iat"],
            "nats": user,
        }
        outcome["jwt"] = nkeys.encode_jwt(seed, claims)
    else:
        outcome["error"] = "unknown device or wrong token"
    server = asked["nats"]["server_id"]["id"]
    return nkeys.encode_jwt(
        seed, {"sub": asked["nats"]["user_nkey"], "aud": server, "iat": asked["iat"], "nats": outcome}
    )


@contextmanager
def _callout(auth_url: str, seed: str):
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        connection = await nats.connect(auth_url)

        async def judge(message) -> None:
            await message.respond(_answer(message.data.decode(), seed).encode())

        await connection.subscribe("$SYS.REQ.USER.AUTH", cb=judge)
        await connection.flush()
        ready.set()
        await ended.wait()
        await connection.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)


@pytest.fixture(scope="module")
def server():
    with temporary_nats() as running:
        seed = running.issuer_seed_file.read_text().strip()
        with _callout(running.auth_url, seed):
            asyncio.run(_add_stream(running.url))
            yield running


async def _add_stream(url: str) -> None:
    connection = await nats.connect(url)
    await connection.jetstream().add_stream(name="TELEMETRY", subjects=["lantu.*.*.telemetry"])
    await connection.close()


async def _stored(url: str) -> int:
    connection = await nats.connect(url)
    info = await connection.jetstream().stream_info("TELEMETRY")
    await connection.close()
    return info.state.messages


def test_device_with_its_token_publishes_its_own_topic_into_the_stream(server):
    before = asyncio.run(_stored(server.url))
    device = MqttDevice(server.mqtt_port, "dust-01", "right-token")
    assert device.result == ACCEPTED
    assert device.publish(f"lantu/{PROJECT}/dust-01/telemetry", b'{"values":{"pm10":88.1}}')
    assert asyncio.run(_stored(server.url)) == before + 1


@pytest.mark.parametrize(
    "topic",
    [f"lantu/{PROJECT}/dust-02/telemetry", "lantu/other/dust-01/telemetry", f"lantu/{PROJECT}/dust-01/x"],
)
def test_device_cannot_publish_in_the_name_of_another(server, topic):
    before = asyncio.run(_stored(server.url))
    MqttDevice(server.mqtt_port, "dust-01", "right-token").publish(topic, b"{}")
    assert asyncio.run(_stored(server.url)) == before


@pytest.mark.parametrize(
    ("code", "token"), [("dust-01", "wrong"), ("dust-01", ""), ("nobody", "right-token")]
)
def test_wrong_token_is_refused_at_connect(server, code, token):
    assert MqttDevice(server.mqtt_port, code, token).result == NOT_AUTHORISED


def test_our_own_passwords_are_needed_for_our_own_accounts(server):
    async def try_in() -> None:
        await nats.connect(
            server.url.replace("app:", "app:x"),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            error_cb=_quiet,
        )

    with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
        asyncio.run(try_in())


async def _quiet(_error: Exception) -> None:
    """nats-py prints connection errors unless told where to put them."""


def test_the_stream_is_synced_as_often_as_asked(tmp_path, monkeypatch):
    places = Places(tmp_path)
    places.prepare()
    private = private_server(places, mqtt_host="127.0.0.1", port=1, mqtt_port=2, monitor_port=3)
    private.configure()
    assert 'sync_interval: "1s"' in private.config.read_text()
    monkeypatch.setenv("LANTU_STREAM_SYNC", "always")
    private.configure()
    assert 'sync_interval: "always"' in private.config.read_text()
    monkeypatch.setenv("LANTU_STREAM_SYNC", "sometimes")
    with pytest.raises(Fault, match="LANTU_STREAM_SYNC"):
        private.configure()


def test_the_server_leaves_half_of_the_processors_unless_told_otherwise(tmp_path, monkeypatch):
    places = Places(tmp_path)
    places.prepare()
    private = private_server(places, mqtt_host="127.0.0.1", port=1, mqtt_port=2, monitor_port=3)
    monkeypatch.delenv("GOMAXPROCS", raising=False)
    for processors, wanted in ((1, "1"), (2, "1"), (8, "4")):
        monkeypatch.setattr("os.sched_getaffinity", lambda _pid, n=processors: set(range(n)))
        assert private.spec().env["GOMAXPROCS"] == wanted
    monkeypatch.setenv("GOMAXPROCS", "3")
    assert private.spec().env["GOMAXPROCS"] == "3"
