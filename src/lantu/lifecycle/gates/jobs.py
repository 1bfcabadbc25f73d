"""The night's recount: days pass, and with them lamps change that nobody touched."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from lantu.lifecycle.gates.services.recompute import recompute_gates


@app.periodic(cron="12 0 * * *")
@app.task(name="gates.recompute", queue="timers")
def recompute(timestamp: int) -> None:
    """Counts and lamps of all gates; the projects' own lamps follow eight minutes later (``projects.recompute_lamps``)."""
    recompute_gates(now=datetime.fromtimestamp(timestamp, UTC))
