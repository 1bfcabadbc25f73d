"""What the stories about phones share: a browser with a memory of its own, pictures, and the office's API."""

from __future__ import annotations

import io
import itertools
import json
import random
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error as PlaywrightError

from tests.journeys.conftest import CHROMIUM, CHROMIUM_FLAGS, City

PATIENCE_MS = 40_000
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
_seeds = itertools.count(random.SystemRandom().randrange(10**6))


def camera_note() -> Image.Exif:
    """What a phone's camera writes: held upright, on 20 November 2026 at 9:30, in Dezhou."""
    note = Image.Exif()
    note[0x0112] = 6
    note.get_ifd(0x8769)[0x9003] = "2026:11:20 09:30:00"
    note.get_ifd(0x8825).update({1: "N", 2: (37.0, 27.0, 0.0), 3: "E", 4: (116.0, 18.0, 0.0)})
    return note


def picture(edge: int = 640, note: Image.Exif | None = None) -> bytes:
    """A picture that no other upload has."""
    rng = random.Random(next(_seeds))
    image = Image.frombytes("RGB", (64, 48), rng.randbytes(64 * 48 * 3)).resize((edge, edge * 3 // 4))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=note or Image.Exif())
    return out.getvalue()


def upload(name: str, edge: int = 640) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(edge)}


class Phone:
    """One person's phone: a browser with a memory of its own, which can be switched off and on."""

    def __init__(self, city: City, browser: Any, memory: Path) -> None:
        self.city, self.kind, self.memory = city, browser.browser_type, memory
        self.start()

    def start(self) -> None:
        self.context = self.kind.launch_persistent_context(
            str(self.memory),
            executable_path=CHROMIUM,
            args=CHROMIUM_FLAGS + FAKE_CAMERA,
            viewport={"width": 390, "height": 844},
            base_url=self.city.web,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["camera", "geolocation"],
            geolocation={"longitude": 116.30, "latitude": 37.45},
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)

    def stop(self) -> None:
        self.context.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def sign_in(self, username: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", self.city.password)
        self.page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        self.page.wait_for_url("**/work/**")
        self.until(lambda: bool(self.page.evaluate("navigator.serviceWorker.controller !== null")))

    def sign_out(self) -> None:
        self.page.locator(".lt-tools details.lt-menu > summary").click()
        self.page.locator("form[data-sign-out] button").click()
        self.page.wait_for_url("**/accounts/login/**")

    def offline(self, yes: bool = True) -> None:
        self.context.set_offline(yes)

    def open_hazard(self, pk: int) -> None:
        self.page.goto(f"/hazards/m/{pk}/")

    def until(self, holds: Callable[[], bool]) -> None:
        """Ask again and again: what a promise in the page answers is not awaited by the driver's own waiting."""
        for _again in range(PATIENCE_MS // 200):
            try:
                if holds():
                    return
            except PlaywrightError as error:
                if "context was destroyed" not in str(error):
                    raise
            self.page.wait_for_timeout(200)  # also when the page has just moved on
        pytest.fail(f"waited in vain; the queue holds {self.queue()}")

    def wait_until_kept(self, path: str) -> None:
        """Until the worker holds the page for work without network."""
        asked = """async (path) => {
          for (const name of await caches.keys())
            if (name.startsWith("lt-pages-") && await (await caches.open(name)).match(path, {ignoreVary: true})) return true;
          return false;
        }"""
        self.until(lambda: bool(self.page.evaluate(asked, path)))

    def queue(self) -> list[dict[str, Any]]:
        """What this browser's own store holds."""
        return list(
            self.page.evaluate(
                """() => new Promise((resolve, reject) => {
                  const opening = indexedDB.open("lantu", 1);
                  opening.onerror = () => reject(opening.error);
                  opening.onsuccess = () => {
                    const all = opening.result.transaction("queue").objectStore("queue").getAll();
                    all.onsuccess = () => {
                      opening.result.close();
                      resolve(all.result.map(({key, user, state, photos, said}) => ({key, user, state, photos, said})));
                    };
                  };
                })"""
            )
        )

    def wait_for_state(self, state: str) -> None:
        """Until everything in the queue has come to this state."""
        self.until(lambda: {item["state"] for item in self.queue()} == {state})


def post_form(city: City, path: str, token: str, fields: dict[str, str], files: list[bytes]) -> Any:
    """A multipart request to the API, as the office sends a reply."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ] + [
        f'--{boundary}\r\nContent-Disposition: form-data; name="photos"; filename="{n}.jpg"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n"
        for n, content in enumerate(files)
    ]  # fmt: skip
    request = urllib.request.Request(
        f"{city.web}/api/v1{path}", b"".join(parts) + f"--{boundary}--\r\n".encode()
    )
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def fill_in_reply(phone: Phone, text: str, photos: int = 2) -> None:
    form = phone.page.locator("form[action$='/submit_reply/']:visible")
    form.locator("input[type=file]").set_input_files([upload(f"现场{n}.jpg", 3000) for n in range(photos)])
    phone.until(lambda: form.locator("li.lt-photo").count() == photos)
    form.locator("textarea[name=text]").fill(text)
    form.locator("button[type=submit]").click()
