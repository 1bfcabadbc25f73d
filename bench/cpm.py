"""Critical path: 100,000 activities and 150,000 links against networkx on the same graph; levelling on PSPLIB.

networkx answers one question (the longest path); the engine answers it with both passes, floats, driving links, dates on a
calendar. Both are handed their graph ready made, so that neither pays for building it. PSPLIB instances are read from
LANTU_PSPLIB (a directory or a zip of ``.sm`` files with ``optimum.csv``); without it that table is left out. MPXJ's
scheduler is measured beside ours where MPXJ and a Java runtime are installed (bench/cpm_peer.py).
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import cpm_peer
from bench.tables import Table, number, percentile

ACTIVITIES = 100_000
LINKS = 150_000
ROUNDS = 7
GOAL = 10.0
WEEK = [[(480, 720), (780, 1020)]] * 5 + [[], []]
SEVEN = [[(420, 720), (780, 1080)]] * 7
SECONDS_EACH = 3.0


def measure() -> list[Table]:
    """Both tables."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    tables = [_networks(), *cpm_peer.measure()]
    if os.environ.get("LANTU_PSPLIB"):
        tables.append(_psplib(Path(os.environ["LANTU_PSPLIB"])))
    return tables


def _graph(reach: int, *, calendars: int, lags: bool) -> Any:
    """Links lead at most ``reach`` rows ahead, as in a plan that is listed in the order of work."""
    from lantu.calc.cpm import Network
    from lantu.calc.work_time import WorkTime

    rng = np.random.default_rng(20261122)
    before = rng.integers(0, ACTIVITIES - 1, LINKS)
    after = np.minimum(before + rng.integers(1, reach, LINKS), ACTIVITIES - 1)
    kinds = rng.choice([0, 0, 0, 0, 0, 0, 1, 2], LINKS)
    return Network(
        duration=rng.integers(1, 20, ACTIVITIES) * 480,
        calendar=rng.integers(0, calendars, ACTIVITIES),
        calendars=[WorkTime.of(WEEK), WorkTime.of(SEVEN)][:calendars],
        predecessor=before,
        successor=after,
        kind=kinds if lags else np.zeros(LINKS, dtype=np.int64),
        lag=np.where(rng.random(LINKS) < 0.1, 480, 0) if lags else np.zeros(LINKS, dtype=np.int64),
        lag_calendar=np.zeros(LINKS, dtype=np.int64),
        start=20_000 * 1440,
    )


def _networks() -> Table:
    import networkx as nx

    from lantu.calc.cpm import schedule_network

    plain = _graph(600, calendars=1, lags=False)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(ACTIVITIES))
    # A link weighs what its predecessor lasts; the last activity's own length is added to the answer.
    lasts = plain.duration.tolist()
    graph.add_weighted_edges_from(
        (before, after, lasts[before])
        for before, after in zip(plain.predecessor.tolist(), plain.successor.tolist(), strict=True)
    )
    cases: list[tuple[str, Callable[[], Any]]] = [
        ("networkx: dag_longest_path", lambda: nx.dag_longest_path(graph)),
        ("lantu: FS, one calendar (the same graph)", lambda: schedule_network(plain)),
    ]
    for label, network in (
        ("lantu: FS, SS, FF with lags, one calendar", _graph(600, calendars=1, lags=True)),
        ("lantu: the same on two calendars", _graph(600, calendars=2, lags=True)),
        ("lantu: long and thin (links reach 40 rows)", _graph(40, calendars=1, lags=True)),
    ):
        cases.append((label, lambda network=network: schedule_network(network)))
    times: dict[str, list[float]] = {label: [] for label, _run in cases}
    answers: dict[str, Any] = {}
    # Side by side: every round measures each once, so that a busy moment of the machine hits all of them.
    for _round in range(ROUNDS):
        for label, run in cases:
            begin = time.perf_counter()
            answers[label] = run()
            times[label].append(time.perf_counter() - begin)
    theirs, ours = cases[0][0], cases[1][0]
    longest = sum(lasts[node] for node in answers[theirs])
    found = answers[ours]
    line = found.lines[0]
    worked = line.one_work(found.finish) - line.one_work(plain.start)
    middle = {label: percentile(values, 0.5) for label, values in times.items()}
    rows = [
        [
            label,
            number(middle[label] * 1000),
            number(min(values) * 1000),
            number(middle[theirs] / middle[label]),
        ]
        for label, values in times.items()
    ]
    ratio = middle[theirs] / middle[ours]
    return Table(
        "Critical path of 100,000 activities and 150,000 links",
        ["what", "median ms", "best ms", "× networkx"],
        rows,
        notes=[
            f"{ROUNDS} rounds, all cases in turn. networkx finds the longest path only; the engine also computes early and "
            "late dates on the calendar, total and free float, driving links and the longest path.",
            f"Length of the longest path: networkx {longest:,} working minutes to the start of its last activity's end, "
            f"lantu {worked:,}.",
        ],
        goals=[
            (f"at least {GOAL:.0f} × faster than networkx on the same graph: {ratio:.1f} ×", ratio >= GOAL),
            ("the longest path has the same length", abs(worked - longest) <= max(lasts)),
        ],
    )


def _psplib(source: Path) -> Table:
    from lantu.calc.levelling import level
    from lantu.calc.tests.psplib import read_sm

    files = _files(source)
    best = _best(files["optimum.csv"])
    gaps, proved, seconds = [], 0, []
    for name in sorted(files):
        key = re.match(r"(j\d+_\d+)\.sm$", name)
        if key is None or key[1] not in best:
            continue
        tasks, links, capacity = read_sm(files[name])
        begin = time.perf_counter()
        found = level(tasks, links, capacity, seconds=SECONDS_EACH, by_makespan=True)
        seconds.append(time.perf_counter() - begin)
        proved += found.status == "optimal"
        gaps.append((found.makespan - best[key[1]]) / best[key[1]])
    return Table(
        "Levelling: PSPLIB j30 against the best known",
        [
            "instances",
            "mean gap",
            "largest gap",
            "equal to the best",
            "proved optimal",
            "median s",
            "longest s",
        ],
        [
            [
                str(len(gaps)),
                f"{sum(gaps) / len(gaps):.2%}",
                f"{max(gaps):.2%}",
                str(sum(gap <= 0 for gap in gaps)),
                str(proved),
                number(percentile(seconds, 0.5), 2),
                number(max(seconds), 2),
            ]
        ],
        notes=[
            f"At most {SECONDS_EACH:.0f} s each, two workers. Best known: optimum.csv of the set (upper bounds)."
        ],
    )


def _files(source: Path) -> dict[str, str]:
    if source.is_dir():
        return {
            path.name: path.read_text(encoding="utf-8", errors="replace")
            for path in source.rglob("*")
            if path.is_file()
        }
    with zipfile.ZipFile(source) as archive:
        return {
            Path(name).name: archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if not name.endswith("/")
        }


def _best(text: str) -> dict[str, int]:
    """Name → proven optimum, or the upper end of ``a..b``."""
    found = {}
    for row in csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","):
        if len(row) >= 2 and (match := re.search(r"(\d+)\D*$", row[1].strip())):
            found[re.sub(r"\.sm$", "", row[0].strip())] = int(match[1])
    return found
