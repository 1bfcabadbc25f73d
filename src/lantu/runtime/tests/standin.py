"""`lantu` with real engines and stand-ins for the applications: the runtime is tested, not Django.

As a module it is the command; with "child" as first argument it is one of the stand-in processes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nats

from lantu.runtime.steps import ANNOUNCED

GATEWAY = ("LANTU_HJ212_PORT", "LANTU_JT808_PORT")


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_arguments: object) -> None:
        """Silence."""


def child(name: str, *arguments: str) -> None:
    deaf = os.environ.get("STANDIN_DEAF") == name
    signal.signal(signal.SIGTERM, signal.SIG_IGN if deaf else lambda *_: os._exit(0))
    if name == "prepare":
        for step in arguments:
            print(f"{ANNOUNCED}{step}\n{step} is done", flush=True)
    elif name == "web":
        ThreadingHTTPServer.address_family = socket.AF_INET6 if ":" in arguments[0] else socket.AF_INET
        ThreadingHTTPServer((arguments[0], int(arguments[1])), Healthy).serve_forever()
    else:
        print(name, sorted(key for key in os.environ if key.startswith("LANTU_")), flush=True)
        if name in {"run_mqtt_auth", "run_ingest"}:
            asyncio.run(_take_post(name))
        wanted = GATEWAY if name == "run_gateway" else ()
        listeners = [_listen(os.environ[key]) for key in wanted if os.environ[key] != "off"]
        print(len(listeners), "listeners", flush=True)
        threading.Event().wait()


def _listen(port: str) -> socket.socket:
    host = os.environ["LANTU_HOST"]
    return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


async def _take_post(name: str) -> None:
    """Do what the supervisor waits for: subscribe to the callout, or make the stream; then stay connected."""
    connection = await nats.connect(os.environ["LANTU_NATS_URL"])
    if name == "run_ingest":
        await connection.jetstream().add_stream(name="TELEMETRY", subjects=["lantu.*.*.telemetry"])
    else:
        await connection.subscribe("$SYS.REQ.USER.AUTH")
        await connection.flush()
        await asyncio.Event().wait()


def command() -> None:
    from lantu.runtime import cli, processes

    itself = [sys.executable, str(Path(__file__).resolve()), "child"]
    processes.manage_argv = lambda *arguments: [*itself, *arguments]
    processes.web_argv = lambda host, port: [*itself, "web", host, str(port)]
    cli.main()


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(*sys.argv[2:])
    else:
        command()
