"""`lantu` with real engines and stand-ins for the applications: the runtime is tested, not Django.

As a module it is the command; with "child" as first argument it is one of the stand-in processes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


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
    if name in {"migrate", "load_city", "seed_demo"}:
        print(f"{name} is done", flush=True)
    elif name == "web":
        ThreadingHTTPServer((arguments[0], int(arguments[1])), Healthy).serve_forever()
    else:
        shown = {key: value for key, value in os.environ.items() if key.startswith("LANTU_")}
        print(name, sorted(shown), flush=True)
        threading.Event().wait()


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
