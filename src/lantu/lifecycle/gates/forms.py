"""Reads the forms of gates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.gates.models import Gate, GateStep
from lantu.lifecycle.gates.services import Paper, Wanted
from lantu.lifecycle.gates.states import DONE_STEPS
from lantu.lifecycle.gates.tendering import AMOUNT_FIELDS, DATE_FIELDS


def day(values: Mapping[str, Any], field: str) -> date | None:
    """A day; None where nothing is written. Raises Unacceptable for anything else."""
    text = str(values.get(field) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unacceptable("gates.bad_date", _("日期应写成 2026-06-01 这样。"), field=field) from None


def wanted_day(values: Mapping[str, Any], field: str) -> date:
    """A day that must be there."""
    found = day(values, field)
    if found is None:
        raise Unacceptable("gates.bad_date", _("请填写日期。"), field=field)
    return found


def percent(values: Mapping[str, Any], field: str) -> float:
    """A percentage as people write it."""
    text = str(values.get(field) or "").strip().rstrip("%")
    try:
        found = float(text)
    except ValueError:
        raise Unacceptable("gates.bad_number", _("请填写数字。"), field=field) from None
    if not -1000 < found < 100_000:
        raise Unacceptable("gates.bad_number", _("数额不在合理范围内。"), field=field)
    return found


def version(values: Mapping[str, Any]) -> int | None:
    """The version that the writer saw, if the form says so."""
    text = str(values.get("version") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def papers(values: QueryDict, files: Any) -> list[Paper]:
    """At most one paper of a form; nothing written is no paper."""
    file = files.get("file")
    number = values.get("number", "")
    if file is None and not number.strip() and not values.get("issued_on", "").strip():
        return []
    return [
        Paper(
            number=number,
            issuer=values.get("issuer", ""),
            issued_on=day(values, "issued_on"),
            valid_until=day(values, "valid_until"),
            file=file,
        )
    ]


def conditions(values: QueryDict, gate: Gate) -> list[Wanted]:
    """The conditions of a conditional pass: a day for each missing hard document, and one more in words."""
    found = []
    for step in GateStep.objects.filter(gate=gate, hard=True).exclude(state__in=DONE_STEPS).order_by("order"):
        due_on = day(values, f"due_on_{step.pk}")
        if due_on is not None:
            found.append(Wanted(step=step, due_on=due_on))
    text = values.get("condition_text", "").strip()
    if text:
        found.append(Wanted(text=text, due_on=wanted_day(values, "condition_due_on")))
    return found


def tender_values(values: QueryDict) -> dict[str, Any]:
    """A tender record as its page sends it."""
    return {
        "name": values.get("name", ""),
        "kind": values.get("kind", ""),
        "method": values.get("method", ""),
        "winner": values.get("winner", ""),
        "dates": {field: values.get(field, "").strip() for field in DATE_FIELDS if field in values},
        "amounts": {field: values.get(field, "").strip() for field in AMOUNT_FIELDS if field in values},
        "explanations": {
            key.removeprefix("explain_"): text for key, text in values.items() if key.startswith("explain_")
        },
    }
