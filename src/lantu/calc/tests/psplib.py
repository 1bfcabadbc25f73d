"""Reads instances of the PSPLIB format ``.sm`` (Kolisch and Sprecher 1996): renewable resources, one mode."""

from __future__ import annotations

from lantu.calc.levelling import Precedence, Task


def read_sm(text: str) -> tuple[list[Task], list[Precedence], dict[str, int]]:
    """Tasks with the two dummies, precedences and capacities. Raises ``ValueError`` for a file of another shape."""
    blocks: dict[str, list[list[str]]] = {}
    name = ""
    for line in text.splitlines():
        words = line.replace(":", " ").split()
        for title in ("PRECEDENCE RELATIONS", "REQUESTS/DURATIONS", "RESOURCEAVAILABILITIES"):
            if line.startswith(title):
                name = title
                blocks[name] = []
                words = []
        if name and words and words[0].isdigit():
            blocks[name].append(words)
    capacity = {
        f"R{number}": int(value) for number, value in enumerate(blocks["RESOURCEAVAILABILITIES"][0], 1)
    }
    tasks = []
    for row in blocks["REQUESTS/DURATIONS"]:
        demands = {f"R{number}": int(value) for number, value in enumerate(row[3:], 1) if int(value)}
        tasks.append(Task(duration=int(row[2]), demands=demands))
    links = [
        Precedence(int(row[0]) - 1, int(after) - 1, tasks[int(row[0]) - 1].duration)
        for row in blocks["PRECEDENCE RELATIONS"]
        for after in row[3:]
    ]
    return tasks, links, capacity
