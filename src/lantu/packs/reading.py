"""Read YAML with a place for every value, so that an error can say where and what to do.

Scalars are taken as the text that stands in the file and read by the kind that the caller expects:
``371402`` is a code where a code is expected, and ``no`` is never a truth value by accident.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")
_EMPTY = {"", "~", "null"}


class PackError(Exception):
    """A pack cannot be used. ``problems`` lists every one with file, line, key and remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Problem(Exception):
    """One thing that is wrong at one place; collected, never shown as a traceback."""


@dataclass(frozen=True)
class Value:
    """A node of a YAML file with its place: file name, line and dotted key."""

    node: yaml.Node | None
    file: str
    line: int
    key: str

    def problem(self, what: str, remedy: str) -> Problem:
        """A problem at this place."""
        return Problem(f"{self.file}:{self.line}: {self.key or 'the file'}: {what}. {remedy}")

    @property
    def empty(self) -> bool:
        """True if nothing is given here."""
        return self.node is None or (isinstance(self.node, yaml.ScalarNode) and self.node.value in _EMPTY)

    @property
    def is_list(self) -> bool:
        """True if a list stands here."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """True if keys with values stand here."""
        return isinstance(self.node, yaml.MappingNode)

    def _scalar(self, kind: str, example: str) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.empty:
            raise self.problem(f"{kind} is missing", f"Write it here, e.g. {example}")
        return str(self.node.value)

    def text(self, default: str | None = None) -> str:
        """A text; ``default`` where nothing is given."""
        if self.empty and default is not None:
            return default
        return self._scalar("a text", "name: 德州市").strip()

    def number(self, default: float | None = None) -> float:
        """A finite number."""
        if self.empty and default is not None:
            return default
        text = self._scalar("a number", "120")
        try:
            value = float(text)
        except ValueError:
            raise self.problem(
                f"“{text}” is not a number", "Write digits with a decimal point, e.g. 0.2"
            ) from None
        if not math.isfinite(value):
            raise self.problem(f"“{text}” is not a finite number", "Write digits, e.g. 120")
        return value

    def integer(self, default: int | None = None) -> int:
        """A whole number."""
        value = self.number(default)
        if value != int(value):
            raise self.problem(f"{value} is not a whole number", "Leave out the decimals")
        return int(value)

    def day(self) -> date:
        """A date, YYYY-MM-DD."""
        text = self._scalar("a date", "2026-01-01")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.problem(f"“{text}” is not a date", "Write YYYY-MM-DD, e.g. 2026-01-01") from None

    def clock(self) -> time:
        """A time of day, HH:MM."""
        text = self._scalar("a time of day", '"06:00"')
        try:
            return time.fromisoformat(text)
        except ValueError:
            raise self.problem(
                f"“{text}” is not a time of day", 'Write HH:MM in quotes, e.g. "06:00"'
            ) from None

    def choice(self, allowed: Iterable[str], default: str | None = None) -> str:
        """One of a closed list of words."""
        words = sorted(allowed)
        text = self.text(default)
        if text not in words:
            raise self.problem(f"“{text}” is not known here", f"Use one of: {', '.join(words)}")
        return text

    def items(self) -> list[Value]:
        """The entries of a list; nothing given is an empty list."""
        if self.empty:
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.problem("a list is expected", "Begin every entry on its own line with “- ”")
        return [
            Value(node, self.file, node.start_mark.line + 1, f"{self.key}[{index}]")
            for index, node in enumerate(self.node.value)
        ]

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def pairs(self) -> Iterator[tuple[str, Value]]:
        """Keys and values of a mapping, in order; a repeated key is a problem."""
        if self.empty:
            return
        if not isinstance(self.node, yaml.MappingNode):
            raise self.problem("keys with values are expected", "Write “key: value” lines, indented alike")
        seen: set[str] = set()
        for key_node, node in self.node.value:
            key = str(key_node.value)
            place = Value(node, self.file, key_node.start_mark.line + 1, f"{self.key}.{key}".lstrip("."))
            if key in seen:
                raise place.problem("this key stands twice", "Remove one of the two")
            seen.add(key)
            yield key, place

    def fields(self, required: str, optional: str = "") -> dict[str, Value]:
        """The values of a mapping by key; both arguments are names separated by spaces.

        An absent optional key gives an empty value. Unknown keys and absent required ones are
        problems.
        """
        must, may = required.split(), optional.split()
        found = dict(self.pairs())
        for key, place in found.items():
            if key not in must and key not in may:
                raise place.problem("this key is not known", f"Known here: {', '.join(sorted(must + may))}")
        for key in must:
            if key not in found:
                raise self.problem(f"“{key}” is missing", f"Add a line “{key}: …” to this entry")
        return {
            key: found.get(key) or Value(None, self.file, self.line, f"{self.key}.{key}")
            for key in must + may
        }

    def each(self, parse: Callable[[Value], T], problems: list[str]) -> tuple[T, ...]:
        """Parse every entry of a list; entries with a problem are noted and left out."""
        parsed = []
        for item in self.items():
            try:
                parsed.append(parse(item))
            except Problem as problem:
                problems.append(str(problem))
        return tuple(parsed)


# The parser in C reads the packs ten times as fast; a PyYAML built without it has the other one only.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_file(path: Path, root: Path) -> Value:
    """The top of a YAML file. Raises ``Problem`` if it is missing, not UTF-8 or not YAML."""
    name = str(path.relative_to(root.parent)) if path.is_relative_to(root.parent) else str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(
            f"{name}:1: the file is missing. Add it; the national and demo packs are examples"
        ) from None
    except UnicodeDecodeError as error:
        raise Problem(f"{name}:1: not UTF-8 at byte {error.start}. Save the file as UTF-8") from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Problem(f"{name}:{line}: not YAML: {error.problem}. Check indentation and quotes") from None
    return Value(node, name, 1, "")


def unique(
    rows: Iterable[T], key: Callable[[T], str], place: Value, what: str, problems: list[str]
) -> dict[str, T]:
    """Index rows by key, noting every key that stands twice."""
    index: dict[str, T] = {}
    for row in rows:
        if key(row) in index:
            problems.append(str(place.problem(f"{what} “{key(row)}” stands twice", "Give each its own code")))
        index[key(row)] = row
    return index
