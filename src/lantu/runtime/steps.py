"""Showing the start: on a terminal one living line per step, elsewhere plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from lantu.runtime.words import out

# A process that does several steps in turn writes a line that begins so and names the step.
ANNOUNCED = "==> "


class Steps:
    """Numbered steps of a start. No threads: a spinner must not run beside forks."""

    def __init__(self) -> None:
        self.count = 0
        self._title = ""
        self._told_at = 0.0
        self._living = out.is_terminal

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step while its block runs, then how long it took; a failed step stays visible as failed."""
        self.count += 1
        self._title = f"{self.count:>2}. {title}"
        started = time.monotonic()
        self._show(f"{self._title} …")
        try:
            yield
        except BaseException:
            self._finish("[red]✗[/]", started)
            raise
        self._finish("[green]✓[/]", started)

    def detail(self, line: str) -> None:
        """A line of progress inside the current step. Where lines stay, at most one a second; the log has all."""
        text = line.strip()
        now = time.monotonic()
        if text and (self._living or now - self._told_at >= 1):
            self._told_at = now
            self._show(f"{self._title} · {text}" if self._living else f"      {text}")

    def _show(self, text: str) -> None:
        if not self._living:
            out.print(Text(text))
            sys.stdout.flush()
            return
        shown = Text(text)
        shown.truncate(max(20, out.width - 1), overflow="ellipsis")
        out.file.write("\r\x1b[2K")
        out.print(shown, end="")
        out.file.flush()

    def _finish(self, mark: str, started: float) -> None:
        if self._living:
            out.file.write("\r\x1b[2K")
        out.print(f"{mark} {self._title} [dim]{time.monotonic() - started:.1f} s[/]")
        out.file.flush()
