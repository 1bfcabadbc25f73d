"""Plain words for the operator, in Chinese and English.

The runtime speaks before Django's catalogues exist, so each sentence stands here in both languages; the
operator's locale chooses, and Chinese is the default.
"""

from __future__ import annotations

import os
import sys

from rich.console import Console


def english() -> bool:
    """True when the operator's locale (LC_ALL, LC_MESSAGES, LANG, in this order) is an English one."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return chosen.lower().startswith("en")


def say(chinese: str, in_english: str) -> str:
    """The one of two equal sentences that the operator reads."""
    return in_english if english() else chinese


class Fault(Exception):
    """Something the operator must mend: what is wrong, and how to mend it. Never shown with a traceback."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def show_fault(fault: Fault) -> None:
    """Print a fault on standard error as two plain paragraphs."""
    err.print(f"[bold red]✗[/] {plain(fault.what)}")
    if fault.remedy:
        err.print(f"  [yellow]→[/] {plain(fault.remedy)}")
    sys.stderr.flush()


def plain(text: str) -> str:
    """Text with rich's markup brackets made harmless: paths and messages come from outside."""
    return text.replace("[", r"\[")
