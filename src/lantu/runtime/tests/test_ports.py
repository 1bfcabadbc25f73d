import os
import socket

import pytest

from lantu.runtime import ports
from lantu.runtime.ports import Wish
from lantu.runtime.words import Fault


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def _wish(port: int) -> Wish:
    return Wish("web", port, "LANTU_TEST_PORT")


def test_taken_default_moves_to_the_next_free_port(listener):
    claimed = ports.claim(_wish(listener), "127.0.0.1")
    assert claimed > listener
    assert ports.is_free("127.0.0.1", claimed)


def test_port_promised_to_another_is_passed_over(listener):
    first = ports.claim(_wish(listener), "127.0.0.1")
    assert ports.claim(_wish(first), "127.0.0.1", taken=frozenset({first})) > first


def test_explicit_taken_port_is_an_error_that_names_its_holder(listener):
    with pytest.raises(Fault) as caught:
        ports.claim(_wish(8000), "127.0.0.1", explicit=listener)
    assert str(listener) in caught.value.what
    assert str(os.getpid()) in caught.value.what
    assert "LANTU_TEST_PORT" in caught.value.remedy


def test_port_set_by_variable_is_explicit(listener, monkeypatch):
    monkeypatch.setenv("LANTU_TEST_PORT", str(listener))
    with pytest.raises(Fault):
        ports.claim(_wish(8000), "127.0.0.1")


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1", "8000.5"])
def test_variable_that_is_no_port_is_refused(text, monkeypatch):
    monkeypatch.setenv("LANTU_TEST_PORT", text)
    with pytest.raises(Fault, match="LANTU_TEST_PORT"):
        ports.claim(_wish(8000), "127.0.0.1")


def test_address_of_another_machine_is_refused():
    with pytest.raises(Fault, match=r"203\.0\.113\.1"):
        ports.claim(_wish(8000), "203.0.113.1")


def test_listener_on_every_address_counts_as_taken():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not ports.is_free("127.0.0.1", server.getsockname()[1])


def test_listener_belongs_to_our_own_group(listener):
    assert ports.held_by_group(listener, os.getpgid(0))
    assert not ports.held_by_group(listener, 1)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
     ("::", False), ("192.0.2.7", False), ("lantu.example", False)],
)  # fmt: skip
def test_loopback(host, expected):
    assert ports.is_loopback(host) is expected
