"""Errors in the logs of the children, in one line each for the console: what an operator should not have to look for."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

REPEAT_AFTER_S = 60.0
MOST_PER_LOOK = 3
MOST_BYTES = 64 * 1024
# PostgreSQL, NATS, granian, Python's own words for trouble.
TROUBLE = re.compile(r"\b(ERROR|FATAL|PANIC|CRITICAL)\b|\[(ERR|FTL|ERROR)\]|^[A-Za-z_.]+(Error|Exception): ")


class LogWatch:
    """Reads on in one log file; the same trouble is told once a minute."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._offset = log.stat().st_size if log.exists() else 0
        self._told: dict[str, float] = {}

    def trouble(self) -> list[str]:
        """New lines that tell of trouble, at most a few at a time."""
        found: list[str] = []
        now = time.monotonic()
        self._told = {text: at for text, at in self._told.items() if now - at < REPEAT_AFTER_S}
        for line in self._new_lines():
            text = trouble_in(line)
            if text and text not in self._told and len(found) < MOST_PER_LOOK:
                self._told[text] = now
                found.append(text)
        return found

    def _new_lines(self) -> list[str]:
        if not self._log.exists():
            return []
        with self._log.open("rb") as stream:
            size = stream.seek(0, 2)
            if size < self._offset:  # the log was moved on
                self._offset = 0
            stream.seek(max(self._offset, size - MOST_BYTES))
            whole, newline, rest = stream.read().rpartition(b"\n")
        self._offset = size - len(rest)
        return whole.decode(errors="replace").splitlines() if newline else []


def trouble_in(line: str) -> str:
    """What a log line says of trouble, in short; empty for all other lines."""
    if line.startswith("{"):
        try:
            note = json.loads(line)
        except ValueError:
            return ""
        if note.get("level") not in {"error", "critical"}:
            return ""
        last = str(note.get("exception") or "").strip().rpartition("\n")[2]
        return " · ".join(
            str(part) for part in (note.get("event"), note.get("path"), note.get("why"), last) if part
        )[:300]
    return line.strip()[:300] if TROUBLE.search(line) else ""
