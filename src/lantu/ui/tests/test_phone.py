"""What makes it an app: manifest, worker, shell, and nothing of a person where everybody may look."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from lantu.core import offline
from lantu.core.offline import kept_offline
from lantu.core.registry import Store
from lantu.ui import assets, views_phone


def test_the_manifest_has_what_browsers_ask_for_before_they_install() -> None:
    response = Client().get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = json.loads(response.content)
    assert manifest["start_url"] == "/work/"
    assert manifest["display"] == "standalone"
    assert manifest["name"]
    assert manifest["lang"] == "zh-hans"
    sizes = {(icon["sizes"], icon.get("purpose", "any")) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon


def test_the_manifest_speaks_the_readers_language() -> None:
    english = Client(headers={"Accept-Language": "en"}).get("/manifest.webmanifest")
    assert json.loads(english.content)["name"] == "Lantu · Major projects"


def test_the_worker_is_served_from_the_root_and_always_asked_for(monkeypatch: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(views_phone, "DIST", tmp_path)
    assert Client().get("/sw.js").status_code == 404
    (tmp_path / "sw.js").write_text("self")
    response = Client().get("/sw.js")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Service-Worker-Allowed"] == "/"
    assert response["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.skipif(not (assets.DIST / "sw.js").is_file(), reason="the front end is not built")
def test_the_built_worker_knows_files_that_exist_and_imports_nothing() -> None:
    code = (assets.DIST / "sw.js").read_text(encoding="utf-8")
    names = {part.split("`")[0] for part in code.split("`/static/dist/")[1:]} - {""}
    assert any(name.endswith(".css") for name in names)
    assert assets.sprite_url().removeprefix("/static/dist/") in names
    for name in names:
        assert (assets.DIST / name.split("?")[0]).is_file(), name
    assert "import " not in code.split("\n")[0][:200]


def test_the_shell_names_nobody_even_to_those_signed_in(cast: Any, client: Client) -> None:
    client.force_login(cast.contractor)
    html = client.get("/phone/").content.decode()
    for private in (cast.contractor.display_name, "csrfmiddlewaretoken", "csrf-token", "data-user"):
        assert private not in html
    assert "lantu-queue" in html


def test_the_session_tells_who_and_is_never_kept(cast: Any, client: Client) -> None:
    assert client.get("/phone/session.json").json() == {"user": "", "csrf": ""}
    client.force_login(cast.contractor)
    response = client.get("/phone/session.json")
    assert response.json()["user"] == str(cast.contractor.pk)
    assert response.json()["csrf"]
    assert "no-store" in response["Cache-Control"]


def test_pages_to_keep_come_from_the_rooms_and_name_their_reader(
    cast: Any, client: Client, monkeypatch: Any
) -> None:
    store: Store[offline.OfflineSource] = Store("test")
    store.add(offline.OfflineSource(key="b", addresses=lambda reader, now: ["/b/", "/a/"], order=2))
    store.add(
        offline.OfflineSource(key="a", addresses=lambda reader, now: ["/a/", f"/{reader.username}/"], order=1)
    )
    monkeypatch.setattr(views_phone, "offline_sources", store)
    assert client.get("/phone/pages.json").status_code == 302, "strangers have no pages"
    client.force_login(cast.contractor)
    got = client.get("/phone/pages.json").json()
    assert got["user"] == str(cast.contractor.pk)
    assert [page for page in got["pages"] if not page.startswith("/static/")] == [
        "/a/",
        "/contractor/",
        "/b/",
    ]


@pytest.mark.parametrize(
    ("method", "status", "signed_in", "kept"),
    [("get", 200, True, "7"), ("get", 200, False, None), ("get", 404, True, None), ("post", 200, True, None)],
)
def test_a_page_is_kept_in_its_readers_name_or_not_at_all(
    method: str, status: int, signed_in: bool, kept: str | None
) -> None:
    view = kept_offline(lambda request: HttpResponse(status=status))
    request: Any = getattr(RequestFactory(), method)("/")
    request.user = SimpleNamespace(pk=7, is_authenticated=signed_in)
    assert view(request).get("Lantu-Keep") == kept


def test_pages_say_whose_they_are_and_when_they_were_made(cast: Any, client: Client) -> None:
    assert 'data-user=""' in client.get(reverse("account_login")).content.decode()
    client.force_login(cast.contractor)
    html = client.get("/work/").content.decode()
    assert f'data-user="{cast.contractor.pk}" data-at="20' in html
    assert 'rel="manifest"' in html


def test_the_address_of_a_button_says_so_in_plain_words(cast: Any, client: Client) -> None:
    client.force_login(cast.contractor)
    got = client.get(reverse("duties:urge", args=[1]))
    assert got.status_code == 405
    assert got["Allow"] == "POST"
    assert "这里不能直接打开" in got.content.decode()


@pytest.mark.django_db  # a city without anybody says so on its login page
def test_letters_and_contrast_are_in_the_first_byte() -> None:
    client = Client()
    sent = {"text": "bigger", "contrast": "more", "theme": "dark"}
    assert client.post(reverse("ui:preferences"), sent).status_code == 302
    html = client.get(reverse("account_login")).content.decode()
    assert 'data-bs-theme="light" data-text="bigger" data-contrast="more"' in html, "the sun wants light"
    assert client.post(reverse("ui:preferences"), {"text": "huge"}).status_code == 400
