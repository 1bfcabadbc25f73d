"""Write docs/reference/ from the code itself: python tools/reference.py write · check.

write    makes every page anew
check    fails when a page differs from what the code says now (somebody changed one without the other)

Needs no database. A new LANTU_* variable needs a meaning in SETTINGS below: without one, both commands fail.
English words of labels come from the message catalogues as they stand, compiled or not.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from reference_code import (
    ROOT,
    SOURCES,
    api_page,
    events_page,
    figures_page,
    page,
    permissions_page,
    python_files,
    table,
)

TARGET = ROOT / "docs" / "reference"
OWN = "generated, kept in `secrets/`"

# variable → (who sets it, default, meaning). "operator": part of the contract; "lantu": set by the supervisor
# for its processes; "developer": tests and debugging only.
SETTINGS: dict[str, tuple[str, str, str]] = {
    "LANTU_ALLOWED_HOSTS": ("operator", "loopback names on loopback, else any", "host names that the web process answers to, separated by commas"),
    "LANTU_BEHIND_TLS": ("operator", "off", "1 behind a proxy that ends TLS: secure cookies, HSTS, trust in `X-Forwarded-Proto`"),
    "LANTU_CITY_NAME": ("operator", "德州市", "name of the city on screens"),
    "LANTU_CITY_NAME_EN": ("operator", "Dezhou", "name of the city on English screens"),
    "LANTU_CITY_PACK": ("operator", "`dezhou`", "name or directory of the city pack ([city-pack.md](../city-pack.md))"),
    "LANTU_DATABASE_URL": ("operator", "own server", "external PostgreSQL, `postgresql://user:password@host:port/name`; then none is started"),
    "LANTU_DATA_DIR": ("operator", "`./var`", "data directory: database, files, secrets, logs, endpoints"),
    "LANTU_DEBUG": ("developer", "off", "1: Django's debug pages and a throw-away secret key; never in service"),
    "LANTU_DEMO": ("lantu", "off", "1 under `lantu up --demo`: demonstration people, devices and labels"),
    "LANTU_DEMO_PASSWORD": ("operator", OWN + ", printed", "password of the demonstration accounts"),
    "LANTU_HJ212_PORT": ("operator", "5212", "port for loggers that speak HJ 212 ([protocols.md](../protocols.md)); `off`: none; a taken default moves on"),
    "LANTU_HOST": ("operator", "`127.0.0.1`", "address on which web and MQTT listen; demonstration accounts are refused on any but loopback"),
    "LANTU_INGEST_WORKERS": ("operator", "1", "how many processes store telemetry, each with its share of the projects ([operations.md](../operations.md))"),
    "LANTU_JT808_PORT": ("operator", "5808", "port for vehicles that speak JT/T 808; `off`: none; a taken default moves on"),
    "LANTU_LOG_LEVEL": ("operator", "`INFO`", "least level written to the logs: DEBUG, INFO, WARNING, ERROR"),
    "LANTU_MAP_TILE_URL": ("operator", "none", "raster tiles below the map, `https://…/{z}/{x}/{y}.png`; the map is complete without them"),
    "LANTU_METRICS_TOKEN": ("operator", "none", "bearer token that everybody needs for `/metrics`; without one only this machine may read it"),
    "LANTU_MQTT_HOST": ("lantu", "`127.0.0.1`", "where the simulator finds MQTT"),
    "LANTU_MQTT_PORT": ("operator", "1883", "MQTT port; a taken default moves on, a port set explicitly does not"),
    "LANTU_NATS_AUTH_URL": ("operator", "own server", "with an external NATS: address and credentials of the account that answers the auth callout"),
    "LANTU_NATS_ISSUER_SEED_FILE": ("operator", OWN, "with an external NATS: file with the issuer's account seed, which signs device permissions"),
    "LANTU_NATS_MONITOR_PORT": ("operator", "8222", "NATS monitoring port, on loopback only"),
    "LANTU_NATS_PORT": ("operator", "4222", "NATS client port, on loopback only"),
    "LANTU_NATS_URL": ("operator", "own server", "external NATS with JetStream, `nats://user:password@host:port`; then none is started"),
    "LANTU_DEVICE_RATE_FACTOR": ("operator", "20", "a device may send this many times its contract rate before messages are held back; 0: no limit ([devices.md](../devices.md))"),
    "LANTU_DEVICE_RATE_FLOOR": ("operator", "50", "messages a second that any device may send, whatever its contract rate"),
    "LANTU_STREAM_REPLICAS": ("operator", "1", "copies of the stream of readings on a JetStream cluster: 1, 3 or 5 ([scale.md](../scale.md))"),
    "LANTU_STREAM_SYNC": ("operator", "`1s`", "how often the stream's file is forced to disk; `always`: before every acknowledgement ([operations.md](../operations.md))"),
    "LANTU_READINGS_HOT_DAYS": ("operator", "3", "days of readings that stay in the hot store before they are sealed (at least 2)"),
    "LANTU_READINGS_KEEP_DAYS": ("operator", "1095", "days for which sealed readings are kept (at least 400; 0: for ever)"),
    "LANTU_ROLLUPS_KEEP_DAYS": ("operator", "3650", "days for which sums by hour and day are kept (never shorter than the readings; 0: for ever)"),
    "LANTU_RUN_ID": ("lantu", "one per start", "mark by which the next start recognises processes left over by this one"),
    "LANTU_SECRET_KEY": ("operator", OWN, "Django's secret key; the same on all machines of one installation"),
    "LANTU_TESTING": ("developer", "off", "1 in tests and tools: no secret key needed, database from `LANTU_TEST_DATABASE_URL`"),
    "LANTU_TEST_DATABASE_URL": ("developer", "throw-away server", "PostgreSQL on which the tests run"),
    "LANTU_TRUSTED_ORIGINS": ("operator", "none", "origins (`https://host`) whose forms are accepted behind a proxy, separated by commas"),
    "LANTU_WEB_PORT": ("operator", "8000", "web port; a taken default moves on, a port set explicitly does not"),
}  # fmt: skip
READ = re.compile(r"[\"'](LANTU_[A-Z0-9_]+)[\"']")


def set_up() -> None:
    """Django with everything registered; nothing here asks the database."""
    os.environ["LANTU_TESTING"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantu.site.settings")
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()


# -- settings and commands ------------------------------------------------------------------------


def settings_read() -> dict[str, set[str]]:
    """Variable → modules that name it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files():
        for name in READ.findall(path.read_text(encoding="utf-8")):
            found[name].add(".".join(path.relative_to(SOURCES).with_suffix("").parts))
    return found


def settings_page() -> str:
    found = settings_read()
    nameless = sorted(set(found) - set(SETTINGS))
    unread = sorted(set(SETTINGS) - set(found))
    if nameless or unread:
        raise SystemExit(f"tools/reference.py SETTINGS: without a meaning {nameless}, read nowhere {unread}")
    titles = {
        "operator": "## For the operator / 由运维人员设置",
        "lantu": "## Set by Lantu for its own processes / 由程序自行设置",
        "developer": "## For developers / 仅供开发与测试",
    }
    parts = []
    for who, title in titles.items():
        rows = [
            [f"`{name}`", default, meaning, ", ".join(f"`{module}`" for module in sorted(found[name]))]
            for name, (whose, default, meaning) in sorted(SETTINGS.items())
            if whose == who
        ]
        parts += [title, table(("variable", "default", "meaning", "read in"), rows)]
    return page(
        "Settings / 环境变量",
        "Everything in which one installation may differ from another comes from the environment. Flags are on with `1`, `true`, `yes`"
        " or `on`. How they work together: [operations.md](../operations.md).",
        *parts,
    )


def commands_page() -> str:
    from django.core.management import load_command_class

    parts = []
    for path in sorted(SOURCES.rglob("management/commands/*.py"), key=lambda path: path.stem):
        if path.stem == "__init__":
            continue
        app = path.relative_to(SOURCES).parts[0]
        command = load_command_class(f"lantu.{app}", path.stem)
        base = {action.dest for action in command_parser_of_django()._actions}
        own = [a for a in command.create_parser("lantu manage", path.stem)._actions if a.dest not in base]
        rows = [
            [
                f"`{' '.join(a.option_strings) or a.dest.upper()}`",
                a.help or "",
                "" if a.default in (None, False) else f"`{a.default}`",
            ]
            for a in own
        ]
        options = [table(("option", "meaning", "default"), rows)] if rows else []
        parts += [f"## `{path.stem}`", f"{' '.join(str(command.help).split())} (`{app}`)", *options]
    return page(
        "Management commands / 管理命令",
        "Run as `lantu manage NAME`, with the environment of the running Lantu. Django's own commands (`migrate`, `shell`, …) work as well;"
        " `lantu up` runs what a start needs by itself. The command `lantu` is described in [operations.md](../operations.md).",
        *parts,
    )


@cache
def command_parser_of_django() -> Any:
    from django.core.management.base import BaseCommand

    return BaseCommand().create_parser("lantu manage", "any")


PAGES: dict[str, Callable[[], str]] = {
    "events.md": events_page,
    "figures.md": figures_page,
    "permissions.md": permissions_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "api.md": api_page,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("write", "check"))
    options = parser.parse_args(arguments)
    set_up()
    stale = []
    for name, make in PAGES.items():
        path, text = TARGET / name, make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if options.command == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if options.command == "write":
        print(f"written: {', '.join(stale) or 'nothing, all pages are up to date'}")
        return 0
    print(
        f"out of date: {', '.join(stale)}; run: python tools/reference.py write"
        if stale
        else "reference up to date"
    )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
