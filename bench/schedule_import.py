"""Reading schedule files: the largest XER at hand and one of 20,000 activities, beside MPXJ where it can run.

MPXJ (Java, the library that most programs read schedules with) answers a smaller question: it reads; the platform also computes
the dates anew, compares them, writes the report and, in the last column, stores the mirror in PostgreSQL. Both read the same
bytes in the same run; Java is warm (best of the rounds, its machine already started).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.tables import Table, number

ROOT = Path(__file__).resolve().parents[1]
ACTIVITIES, LINKS = 20_000, 30_000
ROUNDS = 5
GOAL_S = 60.0
PEER = """
import json, sys, time, warnings
import jpype, mpxj
jpype.startJVM("-Xmx2g")
from org.mpxj.reader import UniversalProjectReader
found = {}
for path in sys.argv[2:]:
    times = []
    for _ in range(int(sys.argv[1])):
        started = time.perf_counter()
        project = UniversalProjectReader().read(path)
        count = project.getTasks().size()
        times.append(time.perf_counter() - started)
    found[path] = [times[0], min(times), count]
print(json.dumps(found))
"""
WEEK = "(0||CalendarData()((0||DaysOfWeek()((0||1()())" + "".join(
    f"(0||{day}()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))" for day in range(2, 7)
) + "(0||7()())))(0||Exceptions()())))"  # fmt: skip


def _table(name: str, fields: str, rows: list[list[Any]]) -> list[str]:
    head = [f"%T\t{name}", "%F\t" + fields.replace(" ", "\t")]
    return head + ["%R\t" + "\t".join(str(cell) for cell in row) for row in rows]


def synthetic(activities: int = ACTIVITIES, links: int = LINKS) -> bytes:
    """A plan of that size in XER, the same on every machine; links lead at most 400 rows ahead."""
    rng = random.Random(20261122)
    begin = datetime(2026, 1, 5, 8)
    nodes = activities // 50
    days = [begin + timedelta(days=n // 40) for n in range(activities)]
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < links:
        before = rng.randrange(activities - 1)
        pairs.add((before, min(before + rng.randrange(1, 400), activities - 1)))
    kinds = ("PR_FS", "PR_FS", "PR_SS", "PR_FF")
    lines = [
        "ERMHDR\t19.12\t2026-11-22\tProject\tadmin\tadmin\tdb\tProject Management\tCNY",
        *_table("PROJECT", "proj_id proj_short_name clndr_id last_recalc_date plan_start_date", [[1, "BIG", 1, begin, begin]]),
        *_table(
            "CALENDAR", "clndr_id default_flag clndr_name clndr_type day_hr_cnt clndr_data", [[1, "Y", "五天", "CA_Base", 8, WEEK]]
        ),
        *_table(
            "PROJWBS",
            "wbs_id proj_id proj_node_flag seq_num wbs_short_name wbs_name parent_wbs_id",
            [[n, 1, "N" if n else "Y", n, f"W{n}", f"分部 {n}", (n - 1) // 6 if n else ""] for n in range(nodes)],
        ),
        *_table(
            "TASK",
            "task_id proj_id wbs_id clndr_id task_type status_code complete_pct_type task_code task_name target_drtn_hr_cnt "
            "remain_drtn_hr_cnt early_start_date early_end_date late_start_date late_end_date total_float_hr_cnt",
            [
                [n, 1, n // 50 % nodes, 1, "TT_Task", "TK_NotStart", "CP_Drtn", f"A{n:06d}", f"作业 {n}", 40, 40, day, day, day, day, 0]
                for n, day in enumerate(days)
            ],
        ),
        *_table(
            "TASKPRED",
            "task_pred_id task_id pred_task_id proj_id pred_proj_id pred_type lag_hr_cnt",
            [[n, after, before, 1, 1, rng.choice(kinds), rng.choice((0, 0, 8))] for n, (before, after) in enumerate(sorted(pairs))],
        ),
    ]  # fmt: skip
    return ("\n".join(lines) + "\n%E\n").encode("gb18030")


def measure() -> list[Table]:
    """One table: each file in each way."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"synthetic, GB 18030": Path(folder) / "big.xer"}
        files["synthetic, GB 18030"].write_bytes(synthetic())
        shared = Path(os.environ.get("LANTU_SHARED_DATA", ROOT.parent / "shared" / "data")) / "schedules"
        largest = max(shared.glob("*/*.xer"), key=lambda path: path.stat().st_size, default=None)
        if largest is not None:
            files = {f"{largest.name} (largest of the shared files)": largest} | files
        peer = _peer([str(path) for path in files.values()])
        rows, goals, notes = _ours(files, peer)
    return [
        Table(
            title="Reading schedule files",
            columns=["file", "rows", "activities", "read, s", "rows/s", "+ compute and report, s", "+ store mirror, s", "MPXJ reads, s", "ratio"],
            rows=rows,
            goals=goals,
            notes=[
                f"Best of {ROUNDS}; storing once, on a throw-away PostgreSQL. “Ratio”: MPXJ's time to read over ours; above 1 we are faster. "
                "MPXJ's time is that of a Java machine that is already running and has read the file before; its first read is told below.",
                *notes,
            ],
        )
    ]  # fmt: skip


def _peer(paths: list[str]) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-c", PEER, str(ROUNDS), *paths], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {}
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - started)
    return min(times), result


def _ours(
    files: dict[str, Path], peer: dict[str, list[float]]
) -> tuple[list[list[str]], list[tuple[str, bool]], list[str]]:
    from lantu.runtime.testing import temporary_postgres

    rows, goals, notes = [], [], []
    with temporary_postgres() as url:
        env = os.environ | {
            "LANTU_DATABASE_URL": url, "LANTU_SECRET_KEY": "bench-" + "0" * 50, "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
            "LANTU_NATS_URL": "", "LANTU_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.schedule_import", "child", *(str(path) for path in files.values())],
            env=env, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    for name, path in files.items():
        mine, other = found[str(path)], peer.get(str(path))
        ratio = other[1] / mine["read"] if other else None
        rows.append([
            name, number(mine["rows"], 0), number(mine["activities"], 0), number(mine["read"], 3), number(mine["rows"] / mine["read"], 0),
            number(mine["report"], 3), number(mine["store"], 2), number(other[1], 3) if other else "—", number(ratio, 2) if ratio else "—",
        ])  # fmt: skip
        if other:
            notes.append(
                f"{name}: MPXJ's first read {number(other[0], 2)} s, {number(other[2], 0)} tasks (it counts WBS nodes)."
            )
        whole = mine["read"] + mine["report"] + mine["store"]
        goals.append((f"{name}: from bytes to mirror {number(whole, 1)} s ≤ {GOAL_S:g} s", whole <= GOAL_S))
    if not peer:
        notes.append("MPXJ could not run here (the optional extra or Java is absent).")
    return rows, goals, notes


def _child(paths: list[str]) -> dict[str, dict[str, float]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from lantu.accounts.models import Organisation, User
    from lantu.core.filetypes import FileType
    from lantu.core.services.keep_evidence import keep_evidence
    from lantu.lifecycle.schedule.exchange.opening import read_schedule
    from lantu.lifecycle.schedule.exchange.report import report_on
    from lantu.lifecycle.schedule.exchange.services.store_mirror import store_mirror
    from lantu.projects.models import Project

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    unit = Organisation.objects.create(name="测速单位", kind="owner", area_code="371402")
    actor = User.objects.create_user(username="bench-planner", display_name="测速", organisation=unit)
    project = Project.objects.create(
        code="2601-371402-04-01-900001", name="测速项目", area_code="371402", owner_org=unit, category="government",
        plan_class="continuing", sector="industry", stage="construction", total_investment_yuan=1, created_at=now, updated_at=now,
    )  # fmt: skip
    found: dict[str, dict[str, float]] = {}
    for path in paths:
        content = Path(path).read_bytes()
        read_s, reading = _best(lambda content=content, path=path: read_schedule(content, path))
        file = reading.projects[0]
        report_s, _report = _best(lambda reading=reading, file=file: report_on(reading, file))
        kind = FileType(extension="xer", content_type="application/octet-stream", is_photo=False)
        started = time.perf_counter()
        with transaction.atomic():
            evidence = keep_evidence(
                file=content, name="x.xer", project_id=project.pk, uploaded_by=actor, supports_type="bench", supports_id=1, now=now, vouched=kind,
            )  # fmt: skip
            store_mirror(
                project=project, file=file, reading=reading, file_name="x.xer", evidence=evidence, previous=None, actor=actor, now=now,
                tell=lambda done: None,
            )  # fmt: skip
        found[path] = {
            "rows": reading.rows, "activities": len(file.leaves), "read": read_s, "report": report_s,
            "store": time.perf_counter() - started,
        }  # fmt: skip
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        print(json.dumps(_child(sys.argv[2:])))
    else:
        for result in measure():
            print(result.markdown())
