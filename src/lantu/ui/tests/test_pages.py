"""Base pages, navigation, preferences and error pages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils.translation import override

from lantu.core import registry
from lantu.ui import context, views


@pytest.fixture
def menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three entries: all may see the first, some the second, the third lies under the first's path."""
    store: registry.Store[registry.NavItem] = registry.Store("test")
    store.add(registry.NavItem(key="a", label="样式", url_name="ui:styleguide", icon="home", order=2))
    store.add(
        registry.NavItem(
            key="b", label="密", url_name="ui:sample_auth", icon="lock", order=1, permission="x.see"
        )
    )
    store.add(registry.NavItem(key="c", label="大屏", url_name="ui:sample_wall", icon="map-2", order=3))
    monkeypatch.setattr(context, "navigation", store)


def reader(*permissions: str) -> Any:
    return SimpleNamespace(is_authenticated=True, has_perm=lambda key: key in permissions)


def links(path: str, user: Any) -> list[context.NavLink]:
    request = RequestFactory().get(path)
    request.user = user
    return context.nav_links(request)


def test_navigation_shows_what_the_reader_may(menu: None) -> None:
    assert [link.key for link in links("/", reader())] == ["a", "c"]
    assert [link.key for link in links("/", reader("x.see"))] == ["b", "a", "c"]
    assert links("/", SimpleNamespace(is_authenticated=False)) == []


def test_the_longest_path_is_current(menu: None) -> None:
    wall = reverse("ui:sample_wall")
    assert [link.key for link in links(wall, reader()) if link.current] == ["c"]
    assert [link.key for link in links(reverse("ui:styleguide") + "x", reader()) if link.current] == ["a"]


def test_the_phone_keeps_what_people_on_site_use_at_the_thumb(menu: None) -> None:
    context.navigation.add(
        registry.NavItem(
            key="d", label="整改", url_name="ui:styleguide", icon="home", order=9,
            thumb_permissions=("x.reply", "x.recheck"), thumb_url_name="ui:sample_phone",
        )
    )  # fmt: skip
    request = RequestFactory().get(reverse("ui:sample_phone"))
    request.user = reader("x.recheck")
    assert [link.key for link in context.thumb_links(request)] == ["a", "d", "c"]
    assert [link.url for link in context.thumb_links(request) if link.current] == [reverse("ui:sample_phone")]
    request.user = reader()
    assert [link.key for link in context.thumb_links(request)] == ["a", "c", "d"]
    request.user = SimpleNamespace(is_authenticated=False)
    assert context.thumb_links(request) == []


@override_settings(DEMO=True)
@pytest.mark.parametrize("name", ["styleguide", "sample_wall", "sample_phone", "sample_auth"])
def test_sample_pages_render_without_inline_code(name: str) -> None:
    html = Client().get(reverse(f"ui:{name}")).content.decode()
    assert 'id="lt-words"' in html
    assert "style=" not in html
    assert "演示数据" in html


@override_settings(DEMO=False, DEBUG=False)
def test_sample_pages_do_not_exist_in_production() -> None:
    with pytest.raises(Http404):
        views.styleguide(RequestFactory().get("/ui/"))


def test_preferences_keep_known_values_and_go_back() -> None:
    client = Client()
    response = client.post(
        reverse("ui:preferences"), {"theme": "dark", "text": "big", "next": "/projects/?q=1"}
    )
    assert response.headers["Location"] == "/projects/?q=1"
    assert client.cookies["lt_theme"].value == "dark"
    assert client.cookies["lt_text"].value == "big"


def test_preferences_refuse_nonsense_and_foreign_addresses() -> None:
    client = Client()
    assert client.post(reverse("ui:preferences"), {"theme": "pink"}).status_code == 400
    response = client.post(
        reverse("ui:preferences"), {"theme": "light", "next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == "/"


@override_settings(DEMO=True)
def test_theme_and_text_size_are_in_the_first_byte() -> None:
    client = Client()
    client.cookies["lt_theme"] = "dark"
    client.cookies["lt_text"] = "big"
    html = client.get(reverse("ui:styleguide")).content.decode()
    assert 'data-bs-theme="dark" data-text="big"' in html
    client.cookies["lt_theme"] = '"><script>'
    assert 'data-bs-theme="light"' in client.get(reverse("ui:styleguide")).content.decode()


@pytest.mark.parametrize(("view", "status"), [("bad_request", 400), ("forbidden", 403), ("not_found", 404)])
def test_error_pages_speak_plainly(view: str, status: int) -> None:
    response = getattr(views, view)(RequestFactory().get("/nowhere/"), Exception("secret"))
    assert response.status_code == status
    text = response.content.decode()
    assert "回到首页" in text
    assert "secret" not in text


def test_server_error_page_needs_no_reader() -> None:
    assert views.server_error(RequestFactory().get("/")).status_code == 500


@override_settings(CITY_NAME="某市", CITY_NAME_EN="Somewhere")
def test_the_city_has_its_name_in_the_language_of_the_page() -> None:
    with override("en"):
        assert context.city_name() == "Somewhere"
    with override("zh-hans"):
        assert context.city_name() == "某市"
