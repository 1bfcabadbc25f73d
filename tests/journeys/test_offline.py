"""A phone in a tunnel: what is filled in there arrives once, later, and nobody's work is lost or shown to others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import City
from tests.journeys.phones import Phone, camera_note, fill_in_reply, picture, post_form
from tests.journeys.test_main_path import FLAGSHIP
from tests.journeys.test_roles import AXE, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(city: City, browser: Any, tmp_path: Path) -> Iterator[Callable[[], Phone]]:
    phones: list[Phone] = []

    def make() -> Phone:
        phones.append(Phone(city, browser, tmp_path / f"phone-{len(phones)}"))
        return phones[-1]

    yield make
    for one in phones:
        one.stop()


@pytest.fixture
def order(city: City) -> Callable[..., int]:
    """A hazard of the flagship with an order to put it right; ``accepted``: the contractor has it in hand."""

    def make(title: str, *, accepted: bool = True) -> int:
        inspector, officer = city.token("inspector"), city.token("officer")
        items = city.api("/projects?q=" + "swyycyyyq", token=officer)["items"]
        code = next(item["code"] for item in items if FLAGSHIP in item["name"])
        found = city.api("/hazards", token=inspector, body={"project": code, "title": title, "grade": 2})
        pk = int(found["id"])
        post_form(city, f"/hazards/{pk}/photos", inspector, {}, [picture(900)])
        city.api(f"/hazards/{pk}/confirm", token=officer, body={})
        city.api(f"/hazards/{pk}/issue_order", token=officer, body={"measures": "立即整改。"})
        if accepted:
            city.api(f"/hazards/{pk}/accept_order", token=city.token("contractor"), body={})
        return pk

    return make


def hazard(city: City, pk: int) -> dict[str, Any]:
    return dict(city.api(f"/hazards/{pk}", token=city.token("inspector")))


def test_a_reply_filled_in_without_network_survives_and_arrives_once(
    city: City, phone: Callable[[], Phone], order: Callable[..., int]
) -> None:
    pk = order("隧道口临边未防护")
    mine = phone()
    mine.sign_in("contractor")
    mine.wait_until_kept(f"/hazards/m/{pk}/")  # fetched ahead: nobody has opened it yet
    mine.offline()
    mine.open_hazard(pk)
    expect(mine.page.locator(".lt-offline")).to_contain_text("没有网络")
    fill_in_reply(mine, "已加装防护栏 30 米")
    mine.page.locator("form[data-waiting] .lt-queue-note").wait_for()
    expect(mine.page.locator("lantu-queue summary")).to_contain_text("1 项待发送")
    assert [(item["state"], item["photos"]) for item in mine.queue()] == [("queued", 2)]
    assert hazard(city, pk)["state"] == "rectifying"

    mine.restart()  # the battery was empty
    mine.offline()
    mine.open_hazard(pk)
    mine.page.locator("form[data-waiting]").wait_for()
    mine.offline(False)
    mine.page.goto("/work/")
    if "/accounts/login" in mine.page.url:  # the session ended with the browser; the reply did not
        mine.sign_in("contractor")
    mine.wait_for_state("done")
    after = hazard(city, pk)
    assert after["state"] == "submitted"
    assert [reply["text"] for reply in after["replies"]] == ["已加装防护栏 30 米"]
    assert len(after["replies"][0]["evidence"]) == 2
    mine.open_hazard(pk)
    assert "手机上报" not in mine.page.locator("h1").inner_text()
    events = city.api(f"/events?subject=hazards.hazard:{pk}", token=city.token("inspector"))["items"]
    told = next(event for event in events if event["kind"] == "hazards.reply_submitted")
    assert told["payload"]["captured_at"] < told["at"]


def test_pressed_twice_on_a_bad_line_it_is_done_once(
    city: City, phone: Callable[[], Phone], order: Callable[..., int]
) -> None:
    pk = order("配电箱未上锁")
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    lost: list[str] = []

    def lose_the_answer(route: Any) -> None:
        """The server gets the request, the phone never hears of it."""
        if not lost:
            lost.append(route.request.headers["idempotency-key"])
            route.fetch()
            route.abort()
        else:
            lost.append(route.request.headers["idempotency-key"])
            route.continue_()

    mine.page.route("**/do/submit_reply/", lose_the_answer)
    fill_in_reply(mine, "已加锁并张贴责任牌", 1)
    mine.wait_for_state("done")
    assert len(lost) == 2
    assert lost[0] == lost[1]
    assert [reply["text"] for reply in hazard(city, pk)["replies"]] == ["已加锁并张贴责任牌"]


def test_acceptance_and_reply_in_one_tunnel(
    city: City, phone: Callable[[], Phone], order: Callable[..., int]
) -> None:
    pk = order("塔吊附墙螺栓松动", accepted=False)
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    mine.offline()
    mine.page.locator("form[action$='/accept_order/'] button[type=submit]").click()
    mine.page.locator("[data-after]").wait_for(state="visible")
    fill_in_reply(mine, "螺栓已复紧并复测", 1)
    mine.until(lambda: len(mine.queue()) == 2)
    mine.offline(False)
    mine.wait_for_state("done")
    assert hazard(city, pk)["state"] == "submitted"


def test_two_versions_meet_and_a_person_decides(
    city: City, phone: Callable[[], Phone], sign_in: Callable[..., Any], order: Callable[..., int]
) -> None:
    pk = order("基坑护栏缺失")
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    mine.offline()
    fill_in_reply(mine, "现场又补两道横杆", 1)
    mine.page.locator("form[data-waiting]").wait_for()
    post_form(
        city, f"/hazards/{pk}/submit_reply", city.token("contractor"), {"text": "办公室先回复"}, [picture()]
    )
    mine.offline(False)
    mine.wait_for_state("kept")
    mine.open_hazard(pk)
    expect(mine.page.locator("lantu-queue summary")).to_contain_text("需要处理")

    desk = sign_in("supervisor")
    desk.goto(f"/hazards/{pk}/")
    card = desk.locator("[id^=kept-]").first
    expect(card).to_contain_text("现场又补两道横杆")
    expect(card).to_contain_text("办公室先回复")
    assert violations(desk) == []
    card.locator("textarea[name=reason]").fill("照片补充了横杆")
    card.locator("button.btn-primary").click()
    desk.wait_for_load_state()
    expect(desk.locator("[id^=kept-]").first).to_contain_text("已并入记录")


def test_signing_out_forgets_and_the_next_person_sees_nothing(
    city: City, phone: Callable[[], Phone], order: Callable[..., int]
) -> None:
    pk = order("脚手架缺踢脚板")
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    mine.wait_until_kept(f"/hazards/m/{pk}/")
    mine.offline()
    fill_in_reply(mine, "已补踢脚板", 1)
    mine.page.locator("form[data-waiting]").wait_for()
    mine.page.route("**/do/submit_reply/", lambda route: route.abort())  # still no way through
    mine.offline(False)
    mine.page.on("dialog", lambda dialog: dialog.accept())  # "one thing has not arrived, sign out?"
    mine.sign_out()
    assert [name for name in mine.page.evaluate("caches.keys()") if not name.startswith("lt-static-")] == []
    mine.sign_in("supervisor")
    assert mine.page.locator("lantu-queue summary").count() == 0
    mine.offline()
    mine.page.goto("/phone/")
    expect(mine.page.locator("lantu-queue")).to_contain_text("没有待发送的内容")
    mine.open_hazard(pk)
    assert "脚手架缺踢脚板" not in mine.page.locator("main").inner_text()
    mine.offline(False)
    mine.page.unroute("**/do/submit_reply/")
    mine.page.goto("/work/")
    mine.sign_out()
    mine.sign_in("contractor")  # what was left behind goes out in its own person's name
    mine.wait_for_state("done")
    assert [reply["text"] for reply in hazard(city, pk)["replies"]] == ["已补踢脚板"]


def test_it_can_be_installed_and_starts_without_network(city: City, phone: Callable[[], Phone]) -> None:
    mine = phone()
    mine.sign_in("contractor")
    manifest = mine.page.evaluate(
        "async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()"
    )
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert mine.page.evaluate("async (src) => (await fetch(src)).status", icon["src"]) == 200
    session = mine.context.new_cdp_session(mine.page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] == []
    assert (
        mine.page.evaluate("navigator.serviceWorker.ready.then((found) => new URL(found.scope).pathname)")
        == "/"
    )
    mine.wait_until_kept(manifest["start_url"])
    mine.offline()
    answer = mine.page.goto(manifest["start_url"])
    assert answer.ok
    assert mine.page.locator("h1").first.is_visible()
    mine.page.goto("/projects/")  # never kept: the shell stands in
    expect(mine.page.locator("h1")).to_contain_text("离线与待发送")
    mine.page.locator(".lt-kept a").first.wait_for()


def test_the_photo_of_before_lies_over_the_camera(
    city: City, phone: Callable[[], Phone], order: Callable[..., int]
) -> None:
    pk = order("临边洞口未封闭")
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    mine.page.locator("button.lt-camera-open").click()
    finder = mine.page.locator("dialog.lt-finder")
    finder.wait_for()
    assert "/core/evidence/" in str(finder.locator("img.lt-finder-before").get_attribute("src"))
    finder.locator("input[type=range]").fill("80")
    assert mine.page.evaluate("document.querySelector('.lt-finder-before').style.opacity") == "0.8"
    mine.until(lambda: mine.page.evaluate("document.querySelector('.lt-finder video').videoWidth") > 0)
    taken = mine.page.locator("lantu-camera li.lt-photo")
    finder.locator(".lt-shutter").click()
    mine.until(lambda: taken.count() == 1)
    finder.locator(".lt-shutter").click()
    mine.until(lambda: taken.count() == 2)
    if AXE.exists():
        assert violations(mine.page) == []
    finder.get_by_role("button", name="完成").click()
    claims = json.loads(mine.page.locator("input[name=claims]").first.input_value())
    assert len(claims) == 2
    assert claims[0]["at"]
    assert claims[1]["lon"] == pytest.approx(116.30)
    mine.page.locator("textarea[name=text]").first.fill("洞口已封闭并挂牌")
    mine.page.locator("form[action$='/submit_reply/'] button[type=submit]").first.click()
    mine.page.locator(".lt-message.success").wait_for()
    reply = hazard(city, pk)["replies"][0]
    codes = {found["code"] for found in reply["evidence"][0]["findings"]}
    # The phone stands where no site of the city is: its place was claimed, and looked at.
    assert codes == {"time_claimed_only", "claimed_place_far_from_site"}
    assert mine.page.locator("lantu-compare.ready input[type=range]").count() == 1


CHOSEN = """async () => {
  const [file] = document.querySelector("lantu-camera input[type=file]").files;
  const { width, height } = await createImageBitmap(file, { imageOrientation: "none" });
  return { bytes: file.size, width, height };
}"""


def size_of_chosen(phone: Phone, smaller_than: int) -> dict[str, int]:
    """Of the picture that the form will send, once the page has made it smaller."""
    phone.until(lambda: phone.page.evaluate(CHOSEN)["bytes"] < smaller_than)
    return dict(phone.page.evaluate(CHOSEN))


# The element as it was before its script came, with a picture chosen already: on a slow line people are quicker.
CHOSEN_BEFORE = """() => {
  const camera = document.querySelector("form[action$='/submit_reply/'] lantu-camera");
  const late = camera.cloneNode(true);
  late.querySelector("input[type=file]").files = document.getElementById("spare").files;
  camera.replaceWith(late);
}"""


@pytest.mark.parametrize("line", ["fast", "slow"])
def test_a_large_photo_is_made_smaller_and_keeps_its_cameras_note(
    city: City, phone: Callable[[], Phone], order: Callable[..., int], line: str
) -> None:
    pk = order(f"电缆拖地未架空（{line}）")
    mine = phone()
    mine.sign_in("contractor")
    mine.open_hazard(pk)
    large = picture(4000, camera_note())
    form = mine.page.locator("form[action$='/submit_reply/']:visible")
    chosen = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": large}
    mine.page.wait_for_function("customElements.get('lantu-camera') !== undefined")
    if line == "slow":
        mine.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input type=file id=spare>')")
        mine.page.locator("#spare").set_input_files(chosen)
        mine.page.evaluate(CHOSEN_BEFORE)
    else:
        form.locator("input[type=file]").set_input_files(chosen)
    size = size_of_chosen(mine, smaller_than=len(large))
    assert max(size["width"], size["height"]) == 2560
    assert size["height"] > size["width"], "turned upright"
    assert form.locator("li.lt-photo").count() == 1
    form.locator("textarea[name=text]").fill("电缆已架空敷设")
    form.locator("button[type=submit]").click()
    mine.page.locator(".lt-message.success").wait_for()
    evidence = hazard(city, pk)["replies"][0]["evidence"][0]
    assert evidence["taken_at"].startswith("2026-11-20T01:30:00")
    codes = {found["code"] for found in evidence["findings"]}
    # Time and place of the camera came through: both were compared with the claim and with the site.
    assert not codes & {"exif_time_missing", "exif_unreadable"}
    assert "exif_place_far_from_site" in codes


@pytest.mark.parametrize("text", ["normal", "big", "bigger"])
@pytest.mark.parametrize("contrast", ["normal", "more"])
def test_phone_pages_fit_and_can_be_read_by_everybody(
    city: City, phone: Callable[[], Phone], order: Callable[..., int], text: str, contrast: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed in frontend/node_modules (run `make setup-dev`)")
    pk = order("大字模式下也要看得清")
    mine = phone()
    mine.context.add_cookies(
        [
            {"name": "lt_text", "value": text, "url": city.web},
            {"name": "lt_contrast", "value": contrast, "url": city.web},
        ]
    )
    mine.sign_in("contractor")
    for path in ("/hazards/m/", f"/hazards/m/{pk}/", "/work/", "/phone/"):
        mine.page.goto(path)
        mine.page.wait_for_load_state()
        assert mine.page.evaluate("document.documentElement.scrollWidth") <= 390, (path, text)
        assert violations(mine.page) == [], (path, text, contrast)
