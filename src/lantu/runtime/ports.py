"""Ports: a taken default moves on to the next free one, a port that was asked for by name does not."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass

import psutil

from lantu.runtime.words import Fault, say

SEARCH_WIDTH = 200
OFF = "off"


@dataclass(frozen=True)
class Wish:
    """A port that a service would like: its default, and the variable by which an operator fixes it."""

    name: str
    default: int
    variable: str


WEB = Wish("web", 8000, "LANTU_WEB_PORT")
MQTT = Wish("mqtt", 1883, "LANTU_MQTT_PORT")
HJ212 = Wish("hj212", 5212, "LANTU_HJ212_PORT")
JT808 = Wish("jt808", 5808, "LANTU_JT808_PORT")
# Protocols that devices speak over TCP. `off` as port: nobody listens.
GATEWAY = (HJ212, JT808)
NATS = Wish("nats", 4222, "LANTU_NATS_PORT")
NATS_MONITOR = Wish("nats-monitor", 8222, "LANTU_NATS_MONITOR_PORT")


def claim(wish: Wish, host: str, *, explicit: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """A port on which `host` can be bound now.

    `explicit` (a flag) or the wish's variable fixes the port; then a taken port is a Fault that names who holds
    it. Otherwise the default and the ports after it are tried. `taken` are ports promised to others in this start.
    """
    fixed = explicit if explicit is not None else _from_environment(wish)
    if fixed is not None:
        if fixed in taken or not is_free(host, fixed):
            raise _port_taken(wish, fixed)
        return fixed
    for port in range(wish.default, wish.default + SEARCH_WIDTH):
        if port not in taken and is_free(host, port):
            return port
    raise Fault(
        say(
            f"{wish.name}:{wish.default} 起的 {SEARCH_WIDTH} 个端口都被占用。",
            f"{wish.name}: {SEARCH_WIDTH} ports from {wish.default} on are all taken.",
        ),
        say(f"用 {wish.variable} 指定一个空闲端口。", f"Set a free port with {wish.variable}."),
    )


def claim_gateway(host: str, *, taken: frozenset[int] = frozenset()) -> dict[str, int]:
    """Ports of the device protocols by name, without those that the operator has turned off."""
    claimed: dict[str, int] = {}
    for wish in GATEWAY:
        if (os.environ.get(wish.variable) or "").strip().lower() != OFF:
            claimed[wish.name] = claim(wish, host, taken=taken | frozenset(claimed.values()))
    return claimed


def is_free(host: str, port: int) -> bool:
    """True when a listener could be opened on host and port at this moment, and nobody listens there by another name.

    A listener on 0.0.0.0 and one on 127.0.0.1 may coexist on Linux; then clients would reach one or the other, so
    both addresses are tried.
    """
    wildcard = "::" if ":" in host else "0.0.0.0"  # noqa: S104 - tried, not served
    return all(_can_bind(address, port) for address in (host, wildcard))


def holder_of(port: int) -> tuple[int | None, str] | None:
    """(pid, name) of the process that listens on a TCP port; pid None when it belongs to somebody else's user.

    None when nobody listens.
    """
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            if connection.pid is None:
                return None, "?"
            try:
                return connection.pid, psutil.Process(connection.pid).name()
            except psutil.NoSuchProcess:
                return connection.pid, "?"
    return None


def held_by_group(port: int, group: int) -> bool:
    """True when the listener on a TCP port is a process of a process group."""
    holder = holder_of(port)
    if holder is None or holder[0] is None:
        return False
    try:
        return os.getpgid(holder[0]) == group
    except ProcessLookupError:
        return False


def is_loopback(host: str) -> bool:
    """True when a host name or address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _can_bind(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except PermissionError:
            return False
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Fault(
                say(f"不能在地址 {address} 上监听：{error}", f"Cannot listen on address {address}: {error}"),
                say("--host 须是本机的地址。", "--host must be an address of this machine."),
            ) from error
    return True


def _from_environment(wish: Wish) -> int | None:
    text = os.environ.get(wish.variable, "").strip()
    if not text:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Fault(
            say(f"{wish.variable}={text} 不是端口号。", f"{wish.variable}={text} is not a port number."),
            say("写 1 到 65535 之间的整数。", "Write a whole number from 1 to 65535."),
        )
    return int(text)


def _port_taken(wish: Wish, port: int) -> Fault:
    holder = holder_of(port)
    if port < 1024 and holder is None:
        return Fault(
            say(f"无权监听端口 {port}。", f"No right to listen on port {port}."),
            say("选 1024 以上的端口。", "Choose a port above 1023."),
        )
    pid, name = holder or (None, "?")
    return Fault(
        say(
            f"指定的 {wish.name} 端口 {port} 已被占用（进程 {name}，进程号 {pid or '未知'}）。",
            f"The {wish.name} port {port} that was asked for is taken (by {name}, pid {pid or 'unknown'}).",
        ),
        say(
            f"停止该进程，或换一个端口（{wish.variable}），或不指定端口由系统顺延。",
            f"Stop that process, choose another port ({wish.variable}), or leave the port open to the next free one.",
        ),
    )
