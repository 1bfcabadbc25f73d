"""Browser stories run against the real thing: `lantu up --demo` on an empty data directory, and Chromium."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("LANTU_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
DEMO_PASSWORD = "blueprint-2026-dezhou"
START_LIMIT_S = 600


@dataclass(frozen=True)
class City:
    """A running demonstration city."""

    web: str
    endpoints: dict[str, Any]
    data_dir: Path
    password: str

    def api(self, path: str, *, token: str | None = None, body: Any = None, method: str | None = None) -> Any:
        """Call the API and return the decoded answer."""
        request = urllib.request.Request(f"{self.web}/api/v1{path}", method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def token(self, username: str) -> str:
        return str(self.api("/auth/token", body={"username": username, "password": self.password})["token"])


def _wait_until_ready(process: subprocess.Popen[bytes], data_dir: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_LIMIT_S
    endpoints_file = data_dir / "run" / "endpoints.json"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"lantu up ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        if endpoints_file.exists():
            endpoints = json.loads(endpoints_file.read_text())
            try:
                with urllib.request.urlopen(endpoints["web"] + "/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return dict(endpoints)
            except OSError:
                pass  # not listening yet; the deadline decides
        time.sleep(0.5)
    pytest.fail(f"the demonstration city was not ready:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """Boot the whole house once for all stories; stop it in order afterwards.

    LANTU_JOURNEY_DIR names the data directory of a city that runs already (with LANTU_DEMO_PASSWORD).
    """
    running = os.environ.get("LANTU_JOURNEY_DIR")
    if running:
        endpoints = json.loads((Path(running) / "run" / "endpoints.json").read_text())
        yield City(endpoints["web"], endpoints, Path(running), os.environ["LANTU_DEMO_PASSWORD"])
        return
    if not (ROOT / "src/lantu/ui/static/dist").exists():
        pytest.skip("the front end is not built (run `make setup`): no browser stories")
    data_dir = Path(tempfile.mkdtemp(prefix="lantu-journey-"))
    data_dir.chmod(0o711)
    log = data_dir / "up.log"
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("LANTU_") and key != "DJANGO_SETTINGS_MODULE"
    } | {"LANTU_DEMO_PASSWORD": DEMO_PASSWORD}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lantu.runtime.cli", "up", "--demo", "--data-dir", str(data_dir)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=ROOT,
        )  # fmt: skip
        try:
            endpoints = _wait_until_ready(process, data_dir, log)
            yield City(endpoints["web"], endpoints, data_dir, DEMO_PASSWORD)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
            shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed (apt-get install chromium): no browser stories")
    from playwright.sync_api import sync_playwright

    # Playwright's loop makes Django think that it runs inside async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def sign_in(city: City, browser: Any) -> Iterator[Callable[..., Any]]:
    """``sign_in("officer", width=1440, height=900)`` → a page where that person is signed in."""
    contexts: list[Any] = []

    def enter(username: str, *, width: int = 1440, height: int = 900) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=city.web,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", city.password)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url("**/work/**")
        return page

    yield enter
    for context in contexts:
        context.close()
