"""The entry tag reads the build, and pages stand without one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.template import Context, Template

from lantu.ui import assets


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    return tmp_path


def write(dist: Path, css: str, stamp: int) -> None:
    path = dist / "manifest.json"
    path.write_text(
        json.dumps(
            {
                "src/entries/app.ts": {
                    "file": "assets/app-1.js",
                    "name": "app",
                    "isEntry": True,
                    "imports": ["_a"],
                    "css": [css],
                },
                "_a": {"file": "assets/start-2.js", "imports": ["_b"], "dynamicImports": ["src/map.ts"]},
                "_b": {"file": "assets/deep-3.js", "imports": ["_a"], "css": ["assets/b.css"]},
                "src/map.ts": {"file": "assets/map-4.js", "isDynamicEntry": True, "css": ["assets/map.css"]},
            }
        )
    )
    os.utime(path, ns=(stamp, stamp))


def test_entry_lists_styles_preloads_and_module_but_no_lazy_chunk(dist: Path) -> None:
    write(dist, "assets/app-1.css", 1)
    html = Template('{% load lantu %}{% entry "app" %}').render(Context())
    assert '<link rel="stylesheet" href="/static/dist/assets/app-1.css">' in html
    assert '<link rel="modulepreload" href="/static/dist/assets/deep-3.js">' in html
    assert '<script type="module" src="/static/dist/assets/app-1.js"></script>' in html
    assert "map" not in html


def test_a_new_build_is_seen_without_restart(dist: Path) -> None:
    write(dist, "assets/old.css", 1)
    assert assets.read_entry("app").styles[-1].endswith("old.css")  # type: ignore[union-attr]
    write(dist, "assets/new.css", 2)
    assert assets.read_entry("app").styles[-1].endswith("new.css")  # type: ignore[union-attr]


def test_unknown_entry_names_the_place_to_look(dist: Path) -> None:
    write(dist, "assets/app.css", 3)
    with pytest.raises(KeyError, match=r"pages\.ts"):
        assets.read_entry("nothing")


def test_without_a_build_the_tag_says_so(dist: Path) -> None:
    assert not assets.build_exists()
    html = Template('{% load lantu %}{% entry "app" %}{% icon "gavel" %}').render(Context())
    assert "npm run build" in html
    assert "<script" not in html
