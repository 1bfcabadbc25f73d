"""5,000 tasks in Chromium: first paint and the frames of a long scroll, beside dhtmlx-gantt and a plain table of the same rows."""

from __future__ import annotations

import json
import os
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.gantt_rows import files
from bench.tables import Table, number

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "src/lantu/ui/static/dist"
PEER = ROOT / "frontend/node_modules/dhtmlx-gantt/codebase"
CHROMIUM = os.environ.get("LANTU_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
TASKS = 5000
ROUNDS = 3
FRAMES = 150
STEP_PX = 220
PAGES = {"<lantu-gantt>": "/ours", "dhtmlx-gantt 10.0.3": "/theirs", "plain DOM table": "/plain"}
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
# Every frame scrolls on and the next one tells how long it took; times are milliseconds.
SCROLL = """([frames, step]) => new Promise((done) => {
  const times = []; let last = 0; const box = window.scroller;
  const tick = (now) => {
    if (last) times.push(now - last);
    last = now;
    if (times.length >= frames) return done({times, reached: box.scrollTop, nodes: document.querySelectorAll("*").length});
    box.scrollTop += step;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})"""


def measure() -> list[Table]:
    """The three pages in turns, each in a fresh tab of one browser."""
    from playwright.sync_api import sync_playwright

    if not (PEER / "dhtmlxgantt.js").exists():
        raise SystemExit("the library to compare with is missing: run `npm ci` in frontend")
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in PAGES}
    with _server() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(ROUNDS):
            for name, path in PAGES.items():
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(base + path)
                page.wait_for_function("window.paintedAt !== undefined", timeout=120_000)
                painted = page.evaluate("window.paintedAt")
                found = page.evaluate(SCROLL, [FRAMES, STEP_PX])
                if found["reached"] < STEP_PX * FRAMES / 2:
                    raise SystemExit(f"{name} did not scroll: {found['reached']} px")
                runs[name].append(found | {"painted": painted})
                page.close()
        browser.close()
    return [_table(runs)]


def _table(runs: dict[str, list[dict[str, Any]]]) -> Table:
    rows, measured = [], {}
    for name, found in runs.items():
        times = sorted(time for one in found for time in one["times"])
        p95 = times[int(len(times) * 0.95)]
        long = sum(time > 50 for time in times) / len(times)
        painted = statistics.median(one["painted"] for one in found)
        measured[name] = (painted, p95)
        rows.append([
            name, number(painted), number(statistics.median(times)), number(p95), number(times[-1]), f"{long:.1%}",
            f"{found[0]['nodes']:,}",
        ])  # fmt: skip
    ours, theirs, plain = (measured[name] for name in PAGES)
    return Table(
        title=f"A schedule of {TASKS:,} tasks in Chromium",
        columns=["", "first paint, ms", "frame p50, ms", "p95", "longest", "frames over 50 ms", "DOM nodes"],
        rows=rows,
        goals=[
            (f"first paint not later than dhtmlx-gantt ({ours[0] / theirs[0]:.2f} of its time)", ours[0] <= theirs[0]),
            (f"p95 frame not longer than dhtmlx-gantt ({ours[1] / theirs[1]:.2f} of its time)", ours[1] <= theirs[1]),
            (f"first paint {plain[0] / ours[0]:.1f} × sooner than a plain table", ours[0] <= plain[0]),
        ],
        notes=[
            f"Headless Chromium with a software rasteriser, 1440×900; all rows unfolded, links and baselines drawn (the library draws no "
            f"baselines). First paint: from navigation to the second frame after drawing, code and rows from a local server. Scrolling: "
            f"{FRAMES} frames of {STEP_PX} px; {ROUNDS} rounds, the pages in turns, each in a fresh tab.",
        ],
    )  # fmt: skip


@contextmanager
def _server() -> Iterator[str]:
    """A local server for the three pages, the built front end and the other library."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    fixed = files(TASKS, _entry(manifest))

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = fixed.get(path) or _file(path)
            if found is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", found[0])
            self.send_header("Content-Length", str(len(found[1])))
            self.end_headers()
            self.wfile.write(found[1])

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the numbers are the output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _entry(manifest: dict[str, Any]) -> dict[str, Any]:
    """The app entry with the styles of all that it imports."""
    entry = next(chunk for chunk in manifest.values() if chunk.get("isEntry") and chunk.get("name") == "app")
    styles = [css for name in entry.get("imports", []) for css in manifest[name].get("css", [])]
    return {"file": entry["file"], "css": [*styles, *entry.get("css", [])]}


def _file(path: str) -> tuple[str, bytes] | None:
    for prefix, folder in (("/static/dist/", DIST), ("/peer/", PEER)):
        if path.startswith(prefix):
            file = (folder / path.removeprefix(prefix)).resolve()
            if file.is_relative_to(folder) and file.is_file():
                return TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes()
    return None


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
