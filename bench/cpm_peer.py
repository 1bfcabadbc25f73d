"""Critical path beside MPXJ's Microsoft scheduler on the same graph, where MPXJ and a Java runtime are installed.

MPXJ reads the graph from a Microsoft Project XML file written here and computes it in a Java machine of its own, which has
computed it before; only the computation is timed, on both sides. Without the optional part the table says so and is empty.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bench.tables import Table, number, percentile

ACTIVITIES = 20_000
LINKS = 30_000
ROUNDS = 5
REACH = 600
START = datetime(2026, 9, 21, 8)
EPOCH = datetime(1970, 1, 1)
MINUTE = timedelta(minutes=1)
WEEK = [[(480, 720), (780, 1020)]] * 5 + [[], []]
TITLE = f"Critical path beside MPXJ's scheduler: {ACTIVITIES:,} activities and {LINKS:,} links"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><Project xmlns="http://schemas.microsoft.com/project"><Name>bench</Name>'
    "<StartDate>2026-09-21T08:00:00</StartDate><ScheduleFromStart>1</ScheduleFromStart><CalendarUID>1</CalendarUID>"
    "<MinutesPerDay>480</MinutesPerDay><Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar>"
    "<WeekDays>{days}</WeekDays></Calendar></Calendars><Tasks>"
)
HOURS = "".join(
    f"<WorkingTime><FromTime>{begin}:00:00</FromTime><ToTime>{end}:00:00</ToTime></WorkingTime>"
    for begin, end in (("08", "12"), ("13", "17"))
)
LINK = "<PredecessorLink><PredecessorUID>{}</PredecessorUID><Type>1</Type><LinkLag>0</LinkLag><LagFormat>7</LagFormat></PredecessorLink>"
TASK = (
    "<Task><UID>{uid}</UID><ID>{uid}</ID><Name>T{uid}</Name><Type>0</Type><OutlineLevel>1</OutlineLevel><Duration>PT{hours}H0M0S</Duration>"
    "<DurationFormat>7</DurationFormat><RemainingDuration>PT{hours}H0M0S</RemainingDuration><CalendarUID>-1</CalendarUID>{links}</Task>"
)
PEER = """
import json, sys, time
import jpype, mpxj
if not jpype.isJVMStarted():
    jpype.startJVM(*sys.argv[3:])
import java.time
from org.mpxj import Duration, TimeUnit
from org.mpxj.cpm import MicrosoftScheduler
from org.mpxj.reader import UniversalProjectReader
project = UniversalProjectReader().read(sys.argv[1])
nothing = Duration.getInstance(0, TimeUnit.HOURS)
for task in project.getTasks():
    task.setActualDuration(nothing)
    task.setActualWork(nothing)
times = []
for _round in range(int(sys.argv[2]) + 1):
    begin = time.perf_counter()
    MicrosoftScheduler().schedule(project, java.time.LocalDateTime.of(2026, 9, 21, 8, 0))
    times.append(time.perf_counter() - begin)
ends = [str(task.getEarlyFinish()) for task in project.getTasks()]
print(json.dumps({"times": times[1:], "ends": ends}))
"""


def measure() -> list[Table]:
    """One table; with a note and no rows where MPXJ or Java is absent, or gives up."""
    missing = "MPXJ" if find_spec("mpxj") is None or find_spec("jpype") is None else ""
    missing = missing or ("Java" if shutil.which("java") is None else "")
    if missing:
        return [
            Table(
                TITLE,
                ["what"],
                [],
                notes=[f"Left out: {missing} is not installed (pip install lantu[mpp], Java 17)."],
            )
        ]
    network = _graph()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.xml"
        file.write_text(_xml(network), encoding="utf-8")
        command = [sys.executable, "-c", PEER, str(file), str(ROUNDS), "-Xmx2g", "-Xss512m"]
        command.append(
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory"
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = next(reversed(done.stderr.strip().splitlines()), "no reason given")
        return [Table(TITLE, ["what"], [], notes=[f"Left out: MPXJ gave up: {why[:200]}"])]
    return [_told(network, json.loads(done.stdout.strip().splitlines()[-1]))]


def _told(network: Any, theirs: dict[str, Any]) -> Table:
    from lantu.calc.cpm import schedule_network

    times = []
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        found = schedule_network(network)
        times.append(time.perf_counter() - begin)
    ends = [(EPOCH + int(minute) * MINUTE).isoformat()[:16] for minute in found.early_finish]
    same = sum(ours == other[:16] for ours, other in zip(ends, theirs["ends"], strict=True))
    middle = {"lantu": percentile(times, 0.5), "MPXJ: MicrosoftScheduler": percentile(theirs["times"], 0.5)}
    best = {"lantu": min(times), "MPXJ: MicrosoftScheduler": min(theirs["times"])}
    return Table(
        TITLE,
        ["what", "median ms", "best ms", "× MPXJ"],
        [
            [
                name,
                number(middle[name] * 1000),
                number(best[name] * 1000),
                number(middle["MPXJ: MicrosoftScheduler"] / middle[name]),
            ]
            for name in middle
        ],
        notes=[
            f"{ROUNDS} rounds each, one after the other; FS links, one calendar; both compute early and late dates and floats. MPXJ runs in a "
            "Java machine that has computed the graph before, and also writes planned dates and work of each task.",
        ],
        goals=[(f"the same early finishes: {same:,} of {len(ends):,}", same == len(ends))],
    )


def _graph() -> Any:
    """Links lead at most ``REACH`` rows ahead, each pair once."""
    from lantu.calc.cpm import Network
    from lantu.calc.work_time import WorkTime

    rng = np.random.default_rng(20261122)
    before = rng.integers(0, ACTIVITIES - 1, LINKS)
    pairs = np.unique(
        np.stack([before, np.minimum(before + rng.integers(1, REACH, LINKS), ACTIVITIES - 1)]), axis=1
    )
    nothing = np.zeros(pairs.shape[1], dtype=np.int64)
    return Network(
        duration=rng.integers(1, 20, ACTIVITIES) * 480,
        calendar=np.zeros(ACTIVITIES, dtype=np.int64),
        calendars=[WorkTime.of(WEEK)],
        predecessor=pairs[0],
        successor=pairs[1],
        kind=nothing,
        lag=nothing,
        lag_calendar=nothing,
        start=int((START - EPOCH) / MINUTE),
    )


def _xml(network: Any) -> str:
    """The graph as Microsoft Project XML."""
    before: dict[int, list[int]] = {}
    for first, then in zip(network.predecessor.tolist(), network.successor.tolist(), strict=True):
        before.setdefault(then, []).append(first + 1)
    days = "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>0</DayWorking></WeekDay>"
        if day in (1, 7)
        else f"<WeekDay><DayType>{day}</DayType><DayWorking>1</DayWorking><WorkingTimes>{HOURS}</WorkingTimes></WeekDay>"
        for day in range(1, 8)
    )
    tasks = [
        TASK.format(
            uid=place + 1,
            hours=minutes // 60,
            links="".join(LINK.format(uid) for uid in before.get(place, ())),
        )
        for place, minutes in enumerate(network.duration.tolist())
    ]
    return "".join([HEAD.format(days=days), *tasks, "</Tasks></Project>"])
