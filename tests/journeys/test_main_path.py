"""The product's promise as one story: a device speaks, a warning is born, four people close it, the wall follows."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.journeys.conftest import City

pytestmark = pytest.mark.browser
FLAGSHIP = "生物医药产业园一期"
PATIENCE_MS = 60_000


def photo(seed: int) -> bytes:
    """A picture that no other upload has."""
    rng = random.Random(seed)
    image = Image.frombytes("RGB", (640, 480), rng.randbytes(640 * 480 * 3)).resize((800, 600))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def flagship(city: City, token: str) -> dict[str, Any]:
    items = city.api("/projects?q=" + "swyycyyyq", token=token)["items"]
    return next(item for item in items if FLAGSHIP in item["name"])


def dust_monitor(city: City, token: str, project: str) -> dict[str, Any]:
    devices = city.api(f"/devices?project={project}&limit=100", token=token)["items"]
    return next(device for device in devices if "-YC-" in device["code"])


def publish(city: City, device: str, token: str, project: str, values: dict[str, float]) -> None:
    """One QoS 1 message over real MQTT, as a device sends it."""
    from lantu.monitoring.simulate.mqtt import Publisher, text

    address = urlsplit(city.endpoints["mqtt"])

    async def send() -> None:
        publisher = await Publisher.open(
            str(address.hostname),
            int(address.port or 1883),
            client_id=f"{device}-story",
            user=device,
            password=token,
        )
        publisher.send(text(f"lantu/{project}/{device}/telemetry"), json.dumps({"values": values}).encode())
        for _ in range(100):
            if publisher.acked:
                break
            await asyncio.sleep(0.05)
        assert publisher.acked == 1
        publisher.close()

    # The browser's driver keeps a loop running in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(send())).result()


def close_loop(city: City, sign_in: Callable[..., Any], hazard_id: int, seed: int) -> None:
    """Contractor, supervisor and inspector take one hazard to its cancelled number, on their phones."""
    page = sign_in("contractor", width=390, height=844)
    page.goto(f"/hazards/m/{hazard_id}/")
    accept = page.locator("form[action$='/do/accept_order/'] button[type=submit]")
    if accept.count():
        accept.first.click()
        page.locator(".lt-message.success").first.wait_for()
    page.goto(f"/hazards/m/{hazard_id}/")
    form = page.locator("form[action$='/do/submit_reply/']")
    form.locator("input[type=file]").first.set_input_files(
        {"name": f"after-{seed}.jpg", "mimeType": "image/jpeg", "buffer": photo(seed)}
    )
    form.locator("textarea").first.fill("裸土已全部苫盖，雾炮已开启，复测 PM10 为 86 µg/m³。")
    form.locator("button[type=submit]").first.click()
    page.locator(".lt-message.success").first.wait_for()

    page = sign_in("supervisor", width=390, height=844)
    page.goto(f"/hazards/m/{hazard_id}/")
    page.locator("form[action$='/do/supervisor_confirm/'] button[type=submit]").first.click()
    page.locator(".lt-message.success").first.wait_for()

    page = sign_in("inspector", width=390, height=844)
    page.goto(f"/hazards/m/{hazard_id}/")
    page.locator("form[action$='/do/recheck_close/'] button[type=submit]").first.click()
    page.locator(".lt-message.success").first.wait_for()


def test_a_warning_becomes_a_closed_rectification(city: City, sign_in: Callable[..., Any]) -> None:
    officer = city.token("officer")
    project = flagship(city, officer)
    before = city.api("/figures/hazards.rectification_rate", token=officer)
    mine = city.api(f"/hazards?project={project['code']}", token=officer)["items"]
    waiting = [
        hazard for hazard in mine if hazard["state"] in {"ordered", "accepted", "rectifying", "returned"}
    ]
    assert waiting, "one hazard is always open for the visitor"

    wall = sign_in("director", width=1920, height=1080)
    wall.goto("/cockpit/wall")
    wall.evaluate("window.neverReloaded = true")
    for number, hazard in enumerate(waiting):
        close_loop(city, sign_in, hazard["id"], seed=number)
        closed = city.api(f"/hazards/{hazard['id']}", token=officer)
        assert closed["state"] == "closed"
    after = city.api("/figures/hazards.rectification_rate", token=officer)
    assert after["numerator"] >= before["numerator"] + len(waiting)

    # The next bad reading over MQTT opens the next one, and the wall shows it without being reloaded.
    device = dust_monitor(city, officer, project["code"])
    secret = city.api(f"/devices/{device['code']}/token", token=officer, method="POST", body={})["token"]
    publish(city, device["code"], secret, project["code"], {"pm10": 90.0})
    publish(city, device["code"], secret, project["code"], {"pm10": 431.0})
    wall.get_by_text(FLAGSHIP).first.wait_for(timeout=PATIENCE_MS)
    assert wall.evaluate("window.neverReloaded") is True

    page = sign_in("contractor", width=390, height=844)
    page.goto("/work/")
    page.get_by_text("PM10").first.wait_for(timeout=PATIENCE_MS)


def test_nobody_closes_their_own_hazard(city: City, sign_in: Callable[..., Any]) -> None:
    officer = city.token("officer")
    items = city.api("/hazards?limit=5", token=officer)["items"]
    page = sign_in("contractor", width=390, height=844)
    page.goto(f"/hazards/m/{items[0]['id']}/")
    assert page.locator("form[action$='/do/recheck_close/']").count() == 0


def test_a_wrong_token_is_refused(city: City) -> None:
    officer = city.token("officer")
    project = flagship(city, officer)
    device = dust_monitor(city, officer, project["code"])
    from lantu.monitoring.simulate.mqtt import MqttRefused

    with pytest.raises((MqttRefused, ConnectionError)):
        publish(city, device["code"], "not-the-token", project["code"], {"pm10": 90.0})
