"""Keep the English catalogue complete: python tools/catalogue.py sync <app>|all · check · compile.

Source strings are Chinese. Each app keeps its English in src/lantu/<app>/locale/en/LC_MESSAGES/django.po; Django
merges them, so a string that several apps use needs its English only once.

sync      adds strings that have no English anywhere to the app's file (with an empty msgstr to fill in)
          and drops entries that nothing uses any more
check     fails on missing, empty, fuzzy or unused entries and on placeholders that differ
compile   writes the .mo files that Django reads; needs polib only
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "lantu"
CATALOGUE = Path("locale") / "en" / "LC_MESSAGES" / "django.po"
# Not Django apps: nothing there speaks through gettext.
SILENT = {"calc", "packs", "runtime"}
# The composition root is not an installed app; its few strings live one floor down.
HOMES = {"site": "core"}
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|(?<!\{)\{\w+\}(?!\})")
METADATA = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "en",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

Key = tuple[str, str]  # context ("" for none), msgid


@dataclass
class Used:
    """A string that the sources use: its plural form, if any, and the files that name it."""

    plural: str = ""
    files: list[str] = field(default_factory=list)


def apps(sources: Path = SOURCES) -> list[str]:
    return sorted(
        path.name for path in sources.iterdir() if path.is_dir() and path.name not in SILENT | {"__pycache__"}
    )


def home(app: str) -> str:
    return HOMES.get(app, app)


def catalogue_path(app: str, sources: Path = SOURCES) -> Path:
    return sources / home(app) / CATALOGUE


def strings_of(app: str, sources: Path = SOURCES) -> dict[Key, Used]:
    """All translatable strings of an app's Python files and templates; tests are left out."""
    found: dict[Key, Used] = {}
    for path in sorted((sources / app).rglob("*")):
        parts = path.relative_to(sources).parts
        if "tests" in parts or "migrations" in parts or "static" in parts or not path.is_file():
            continue
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
        elif "templates" in parts and path.suffix in {".html", ".txt"}:
            text = template_as_python(path.read_text(encoding="utf-8"))
        else:
            continue
        for key, plural in strings_in(text):
            used = found.setdefault(key, Used())
            used.plural = used.plural or plural
            name = str(path.relative_to(sources.parent))
            if name not in used.files:
                used.files.append(name)
    return found


def template_as_python(text: str) -> str:
    """Django's own template extractor, without the indentation that would confuse a Python tokenizer."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(text).splitlines())


def strings_in(text: str) -> Iterator[tuple[Key, str]]:
    """``(context, msgid), plural`` of every gettext call in Python source."""
    from babel.messages.extract import extract

    for _line, message, _comments, context in extract(
        "python", BytesIO(text.encode()), KEYWORDS, (), {"encoding": "utf-8"}
    ):
        msgid, plural = message[:2] if isinstance(message, tuple) else (message, "")
        if msgid:
            yield (context or "", msgid), plural or ""


def read(path: Path) -> polib.POFile:
    if path.is_file():
        return polib.pofile(str(path), wrapwidth=110)
    made = polib.POFile(wrapwidth=110)
    made.metadata = dict(METADATA)
    made.fpath = str(path)
    return made


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid)


def is_done(entry: polib.POEntry) -> bool:
    return not entry.obsolete and not entry.fuzzy and entry.translated()


def sync(app: str, sources: Path = SOURCES) -> tuple[int, int]:
    """Bring one app's file up to date. Returns how many entries were added and removed."""
    everything = {name: strings_of(name, sources) for name in apps(sources)}
    used_anywhere = {key for strings in everything.values() for key in strings}
    own_apps = [name for name in everything if home(name) == home(app)]
    own: dict[Key, Used] = {}
    for name in own_apps:
        own.update(everything[name])
    elsewhere = [
        entry
        for name in {home(name) for name in everything} - {home(app)}
        for entry in read(catalogue_path(name, sources))
        if is_done(entry)
    ]
    path = catalogue_path(app, sources)
    catalogue = read(path)
    stale = [entry for entry in catalogue if entry.obsolete or key_of(entry) not in used_anywhere]
    for entry in stale:
        catalogue.remove(entry)
    present = {key_of(entry) for entry in catalogue}
    said = {key_of(entry) for entry in elsewhere}
    counted = {key_of(entry) for entry in elsewhere if entry.msgid_plural}
    missing = [
        key
        for key, used in own.items()
        if key not in present and key not in (counted if used.plural else said)
    ]
    for context, msgid in missing:
        catalogue.append(new_entry(context, msgid, own[(context, msgid)]))
    if stale or missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
    return len(missing), len(stale)


def new_entry(context: str, msgid: str, used: Used) -> polib.POEntry:
    return polib.POEntry(
        msgctxt=context or None,
        msgid=msgid,
        msgid_plural=used.plural,
        msgstr="",
        msgstr_plural={0: "", 1: ""} if used.plural else {},
        occurrences=[(used.files[0], "")],
        flags=["python-format"] if "%(" in msgid else [],
    )


def check(sources: Path = SOURCES) -> list[str]:
    """What is wrong, one line each; empty when the English is complete."""
    everything = {name: strings_of(name, sources) for name in apps(sources)}
    used_anywhere = {key for strings in everything.values() for key in strings}
    problems, done, counted = [], set(), set()
    for name in sorted({home(name) for name in everything}):
        for entry in read(catalogue_path(name, sources)):
            if entry.obsolete or key_of(entry) not in used_anywhere:
                problems.append(f"{name}: nothing uses {entry.msgid!r}; run sync {name}")
            elif entry.fuzzy:
                problems.append(f"{name}: fuzzy {entry.msgid!r}")
            elif not entry.translated():
                problems.append(f"{name}: no English for {entry.msgid!r}")
            else:
                problems.extend(f"{name}: {words}" for words in placeholder_problems(entry))
                done.add(key_of(entry))
                if entry.msgid_plural:
                    counted.add(key_of(entry))
    for name, strings in everything.items():
        for key, used in strings.items():
            if key not in done and not any(repr(key[1]) in line for line in problems):
                problems.append(
                    f"{name}: {key[1]!r} ({used.files[0]}) is in no catalogue; run sync {home(name)}"
                )
            elif used.plural and key in done and key not in counted:
                # gettext finds a counted string only among counted ones: the page would stay Chinese.
                problems.append(f"{name}: {key[1]!r} ({used.files[0]}) is counted, its English is not")
    return problems


def placeholder_problems(entry: polib.POEntry) -> list[str]:
    """English must fill the same places as the Chinese; a plural may leave the count out of its singular."""
    wanted = set(PLACEHOLDER.findall(entry.msgid))
    texts = list(entry.msgstr_plural.values())[-1:] if entry.msgid_plural else [entry.msgstr]
    return [
        f"{entry.msgid!r} and its English {text!r} fill different places"
        for text in texts
        if set(PLACEHOLDER.findall(text)) != wanted
    ]


def compile_all(sources: Path = SOURCES) -> int:
    """Write the .mo files next to the .po files. Returns their number."""
    paths = sorted(sources.glob(f"*/{CATALOGUE}"))
    for path in paths:
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return len(paths)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    syncing = commands.add_parser("sync")
    syncing.add_argument("app")
    commands.add_parser("check")
    commands.add_parser("compile")
    options = parser.parse_args(arguments)
    if options.command == "sync":
        names = sorted({home(name) for name in apps()}) if options.app == "all" else [options.app]
        for name in names:
            added, removed = sync(name)
            print(f"{name}: {added} added, {removed} removed")
        return 0
    if options.command == "compile":
        print(f"{compile_all()} catalogues compiled")
        return 0
    problems = check()
    print("\n".join(problems) or "catalogue complete")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
