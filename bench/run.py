"""Runs the benchmarks, each in a process of its own, and keeps docs/benchmarks.md."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import bench
from bench.machine import describe
from bench.tables import Table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Measured by `make bench` (all) or `python -m bench NAME` (some). Each section says when and on what it was measured; the
load generator, the engines and the applications share that machine. Figures of one section come from one run, side by side.
"""
SECTION = re.compile(r"<!-- bench:(\w+) -->\n(.*?)(?=<!-- bench:|\Z)", re.S)


def names() -> list[str]:
    """Modules of this package that measure something, in alphabetical order."""
    found = []
    for module in pkgutil.iter_modules(bench.__path__):
        spec = find_spec(f"bench.{module.name}")
        text = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
        if re.search(r"^def measure\(\) -> list\[Table\]:", text, re.M):
            found.append(module.name)
    return sorted(found)


def main() -> None:
    """Measure what is named (or everything); one that fails is reported at the end and keeps its old section."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps([asdict(table) for table in import_module(f"bench.{sys.argv[2]}").measure()]))
        return
    known = names()
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    failed = [name for name in wanted if not _run(name)]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def _run(name: str) -> bool:
    print(f"— {name}", flush=True)
    machine = describe()
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--one", name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        return False
    tables = [Table(**fields) for fields in json.loads(done.stdout.splitlines()[-1])]
    text = "\n".join(table.markdown() for table in tables)
    print(text, flush=True)
    keep(name, f"{text}\nMeasured on {datetime.now(UTC):%Y-%m-%d} on {machine}.\n")
    return True


def keep(name: str, text: str) -> None:
    """Replace the section ``name`` of the page, or add it."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = dict(SECTION.findall(before)) | {name: text}
    body = "".join(f"<!-- bench:{key} -->\n{sections[key].strip()}\n\n" for key in sorted(sections))
    PAGE.write_text(f"{HEAD}\n{body}".rstrip() + "\n", encoding="utf-8")
