"""Server time of the cockpit and of the project list at 20,000 projects against 127, and their query counts."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.tables import Table, number

PAGES = {
    "/cockpit/": "cockpit",
    "/cockpit/wall": "wall",
    "/projects/": "project list",
    "/projects/?area=371402&stage=construction&sort=behind": "project list, filtered and sorted",
    "/projects/?q=产业园": "project list, searched",
    "/api/v1/projects": "GET /api/v1/projects",
}
JUDGED = ("/cockpit/", "/cockpit/wall", "/projects/")
RUNS = 20
ROUNDS = 3
MOST = 2.0


@dataclass(frozen=True)
class Size:
    """A city: so many projects, so many of them with eight devices each."""

    projects: int
    monitored: int

    @property
    def name(self) -> str:
        return (
            f"{self.projects:,}"
            if self.monitored <= 127
            else f"{self.projects:,}, {self.monitored * 8:,} devices"
        )


SIZES = (Size(127, 127), Size(20_000, 127), Size(20_000, 2_000))


def measure() -> list[Table]:
    """Two cities side by side on one throw-away cluster, read in turns."""
    from lantu.runtime.testing import temporary_postgres

    with temporary_postgres() as url:
        urls = {size: _database(url, size) for size in SIZES}
        for size, where in urls.items():
            _child(where, "fill", str(size.projects), str(size.monitored))
        rounds: dict[Size, list[dict[str, Any]]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, where in urls.items():
                rounds[size].append(_child(where, "read"))
    return [_table(rounds)]


def _database(url: str, size: Size) -> str:
    name = f"bench_{size.projects}_{size.monitored}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(url)
    return parts._replace(path=f"/{name}").geturl()


def _child(url: str, *arguments: str) -> dict[str, Any]:
    """Run this module with another database; Django reads its address once."""
    env = os.environ | {
        "LANTU_DATABASE_URL": url, "LANTU_SECRET_KEY": "bench-" + "0" * 50, "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
        "LANTU_NATS_URL": "", "LANTU_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.pages", *arguments],
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _fill(projects: int, monitored: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.city import fill
    from lantu.cockpit.services.refresh_month_totals import refresh_month_totals

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    fill(projects=projects, monitored=monitored, now=now)
    started = time.perf_counter()
    refresh_month_totals(year=now.year, now=now)
    taken = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"refresh_s": taken}


def _read() -> dict[str, Any]:
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from lantu.accounts.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username="bench-director"))
    found = {}
    for page in PAGES:
        for _ in range(3):
            answer = client.get(page)
            if answer.status_code != 200:
                raise SystemExit(f"{page}: {answer.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
            count = len(queries)
        taken = []
        for _ in range(RUNS):
            started = time.perf_counter()
            client.get(page)
            taken.append((time.perf_counter() - started) * 1000)
        found[page] = {"ms": statistics.median(taken), "queries": count}
    return found


def _table(rounds: dict[Size, list[dict[str, Any]]]) -> Table:
    small, *others = SIZES
    columns = ["server time, median ms (queries)", f"{small.name} projects"]
    for size in others:
        columns += [f"{size.name} projects" if size.monitored <= 127 else size.name, "ratio"]
    rows, goals = [], []
    for page, name in PAGES.items():
        times = {size: statistics.median(one[page]["ms"] for one in found) for size, found in rounds.items()}
        queries = {size: found[0][page]["queries"] for size, found in rounds.items()}
        row = [name, f"{number(times[small])} ({queries[small]})"]
        for size in others:
            row += [f"{number(times[size])} ({queries[size]})", number(times[size] / times[small], 2)]
        rows.append(row)
        if page in JUDGED:
            ratio = times[others[0]] / times[small]
            goals.append((f"{name}: ratio {ratio:.2f} ≤ {MOST:g} at 20,000 projects", ratio <= MOST))
            goals.append((f"{name}: query count constant", len(set(queries.values())) == 1))
    return Table(
        title="Pages at 20,000 projects against 127",
        columns=columns,
        rows=rows,
        goals=goals,
        notes=[
            "Whole request in process (middleware, session, queries, template), signed in as the director; median of "
            f"{ROUNDS} × {RUNS} warm requests, the cities read in turns. Projects come with parties, codes, a year plan and the months "
            "of the year; the first 127 sites have eight devices each and two warnings for every three sites in the last year.",
            "The last city has devices at 2,000 sites instead of 127: what monitoring adds, beyond the goal.",
        ],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(_fill(int(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] == ["read"]:
        print(json.dumps(_read()))
    else:
        for table in measure():
            print(table.markdown())
