"""What a benchmark returns, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """One table of results. ``notes``: how it was measured and what it does not say, one sentence each."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    goals: list[tuple[str, bool]] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as it stands in docs/benchmarks.md."""
        lines = [f"## {self.title}", "", _row(self.columns), _row(["---"] * len(self.columns))]
        lines += [_row(row) for row in self.rows]
        if self.goals:
            lines += ["", *(f"- {'✓' if met else '✗'} {goal}" for goal, met in self.goals)]
        if self.notes:
            lines += ["", *(f"{note}" for note in self.notes)]
        return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def number(value: float, digits: int = 1) -> str:
    """``12345.67`` → ``12,345.7``."""
    return f"{value:,.{digits}f}"


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile; ``share`` in 0…1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
