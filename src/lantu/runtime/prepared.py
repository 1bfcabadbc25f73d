"""Whether tables and packs are already as this very software wants them, so that a second start can serve at once."""

from __future__ import annotations

import hashlib
import json
import os
from importlib import metadata, resources
from pathlib import Path

from lantu.runtime.paths import Places, write_atomically

NAME = "prepared.json"
# Their tables are migrated too.
WITH_TABLES = ("django", "django-allauth", "procrastinate")
HEARD = ("LANTU_CITY_PACK", "LANTU_DEMO_PASSWORD")


class Prepared:
    """A digest of all that the preparing steps read: migrations, packs, versions and variables.

    Kept beside our own cluster only: of an external database we cannot know what others did to it meanwhile.
    """

    def __init__(self, places: Places, env: dict[str, str]) -> None:
        self._path = places.root / NAME
        self._external = bool(os.environ.get("LANTU_DATABASE_URL"))
        self._digest = _digest(env)

    def still_holds(self, *, demo: bool) -> bool:
        """True when the last preparation read the same, and made the demonstration city if one is wanted."""
        if self._external or not self._path.exists():
            return False
        known = json.loads(self._path.read_text())
        return known["digest"] == self._digest and (known["demo"] or not demo)

    def note(self, *, demo: bool) -> None:
        """Remember that all preparing steps went through."""
        if not self._external:
            write_atomically(
                self._path, json.dumps({"digest": self._digest, "demo": demo}) + "\n", mode=0o600
            )

    @staticmethod
    def has_demo(places: Places) -> bool:
        """True when a demonstration city was once made in this data directory."""
        path = places.root / NAME
        return path.exists() and bool(json.loads(path.read_text())["demo"])

    @staticmethod
    def forget(places: Places) -> None:
        """Another database takes the place of the prepared one."""
        (places.root / NAME).unlink(missing_ok=True)


def _digest(env: dict[str, str]) -> str:
    package = Path(str(resources.files("lantu")))
    read = hashlib.sha256()
    for path in sorted(_read_by_the_steps(package, env)):
        if path.is_file() and "__pycache__" not in path.parts:
            read.update(f"{path}\0".encode())
            read.update(path.read_bytes())
    for name in WITH_TABLES:
        read.update(f"{name}={metadata.version(name)}\0".encode())
    for name in HEARD:
        read.update(f"{name}={env.get(name, '')}\0".encode())
    return read.hexdigest()


def _read_by_the_steps(package: Path, env: dict[str, str]) -> set[Path]:
    """Migrations, packs (a city's own may lie anywhere), county outlines, and the code that loads them."""
    own_pack = Path(env.get("LANTU_CITY_PACK") or "-")
    return {
        *package.rglob("migrations/**/*.py"),
        *(package / "packs").rglob("*"),
        *(own_pack.rglob("*") if own_pack.is_dir() else ()),
        *(package / "ui" / "static" / "dist").glob("*.geojson"),
        *(package / "site" / "demo").rglob("*.py"),
        package / "site" / "city.py",
    }
