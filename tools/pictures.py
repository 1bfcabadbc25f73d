"""Retake the pictures of the README from a running demonstration city (`make run`).

    LANTU_DEMO_PASSWORD=… .venv/bin/python tools/pictures.py [http://127.0.0.1:8000]

The password is printed by `make run`. Wait until a warning has come in, so that the pictures show one under way.
Needs the browser of the end-to-end tests (`LANTU_CHROMIUM`, else /usr/bin/chromium).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
# name, person, path, width, height, scale of the picture against the screen, seconds to settle
SHOTS = (
    ("cockpit", "director", "/cockpit/wall", 1920, 1080, 0.75, 12),
    ("work", "officer", "/work/", 1200, 750, 1, 2),
    ("phone", "contractor", "/work/", 390, 844, 1, 2),
)
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


def take(
    browser: Browser, base: str, password: str, shot: tuple[str, str, str, int, int, float, int]
) -> Path:
    """One picture, signed in as that person in Chinese, the language of the house."""
    name, person, path, width, height, scale, settle_s = shot
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", person)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(path)
    page.wait_for_timeout(settle_s * 1000)
    target = IMAGES / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    return target


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    password = os.environ["LANTU_DEMO_PASSWORD"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("LANTU_CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        for shot in SHOTS:
            sys.stdout.write(f"{take(browser, base, password, shot)}\n")
        browser.close()


if __name__ == "__main__":
    main()
