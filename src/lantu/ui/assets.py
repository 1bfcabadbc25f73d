"""Reads what the front-end build left in static/dist: the manifest of entries and the icon sprite."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

DIST = Path(__file__).parent / "static" / "dist"


@dataclass(frozen=True)
class Entry:
    """URLs of one page entry: its module, the modules it imports at once, and their style sheets."""

    script: str
    preloads: tuple[str, ...]
    styles: tuple[str, ...]


def build_exists() -> bool:
    """Whether ``npm run build`` has left a manifest. Pages work without it, plain and without elements."""
    return (DIST / "manifest.json").is_file()


def read_entry(name: str) -> Entry | None:
    """The entry ``name`` of frontend/src/pages.ts; None if there is no build.

    Raises KeyError for a name that the build does not know.
    """
    if not build_exists():
        return None
    manifest = _manifest(DIST / "manifest.json", _stamp("manifest.json"))
    for chunk in manifest.values():
        if chunk.get("isEntry") and chunk.get("name") == name:
            return _entry(manifest, chunk)
    raise KeyError(f"the front-end build has no entry {name!r}; entries stand in frontend/src/pages.ts")


def sprite_url() -> str:
    """URL of the icon sprite, with a mark of its content so that a new build is fetched."""
    return f"{static('dist/sprite.svg')}?v={_mark(DIST / 'sprite.svg', _stamp('sprite.svg'))}"


def _stamp(file: str) -> int:
    """Changes when a new build is written, so that a running development server sees it."""
    path = DIST / file
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=4)
def _manifest(path: Path, stamp: int) -> dict[str, dict]:
    del stamp  # part of the cache key only
    return json.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _mark(path: Path, stamp: int) -> str:
    return f"{zlib.crc32(path.read_bytes()):08x}" if stamp else "0"


def _entry(manifest: dict[str, dict], chunk: dict) -> Entry:
    """Follow static imports (not dynamic ones: those are the lazy elements).

    Style sheets of what is imported come first, so that an entry may override what it builds on.
    """
    seen: list[dict] = []

    def walk(part: dict) -> None:
        if part in seen:
            return
        seen.append(part)
        for key in part.get("imports", []):
            walk(manifest[key])

    walk(chunk)
    styles = dict.fromkeys(css for part in reversed(seen) for css in part.get("css", []))
    return Entry(
        script=static(f"dist/{chunk['file']}"),
        preloads=tuple(static(f"dist/{part['file']}") for part in seen[1:]),
        styles=tuple(static(f"dist/{css}") for css in styles),
    )
