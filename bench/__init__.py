"""Benchmarks, side by side, one command: ``make bench`` or ``python -m bench [name …]``.

Every module of this package with a function ``measure() -> list[Table]`` is a benchmark; ``python -m bench`` runs them
all, each in a process of its own, and writes what they return to docs/benchmarks.md with machine and date.
"""
