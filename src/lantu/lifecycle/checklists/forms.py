"""Reads the forms of checklists and months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.checklists.appraisal.models import ChecklistFact
from lantu.lifecycle.checklists.appraisal.services import Change, Decision

WAN = Decimal(10_000)


def number(values: Mapping[str, str], name: str) -> Decimal | None:
    """A number, or None where nothing was written. Raises Unacceptable naming the field."""
    text = values.get(name, "").replace(",", "").replace("％", "").strip().rstrip("%")
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > Decimal(10) ** 12:
        raise Unacceptable("checklists.number", _("“%(text)s”不是数字。") % {"text": text[:30]}, field=name)
    return found.quantize(Decimal("0.01"))


def day(values: Mapping[str, str], name: str) -> date | None:
    """A date, or None where nothing was written. Raises Unacceptable naming the field."""
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unacceptable(
            "checklists.date",
            _("“%(text)s”不是日期。") % {"text": text[:30]},
            remedy=_("请填成 2026-03-01。"),
            field=name,
        ) from None


def whole(values: Mapping[str, str], name: str) -> int:
    """A whole number; anything else is 0."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def person(values: Mapping[str, str], name: str) -> User:
    """Somebody by number. Raises Unacceptable when there is nobody."""
    found = User.objects.select_related("organisation").filter(pk=whole(values, name), is_active=True).first()
    if found is None or found.organisation_id is None:
        raise Unacceptable("checklists.person", _("请选择一位在岗人员。"), field=name)
    return found


def changes(values: Mapping[str, str], facts: Iterable[ChecklistFact]) -> dict[int, Change]:
    """Only the lines on which something differs from what was filled in."""
    found = {}
    for fact in facts:
        pct, note = number(values, f"pct_{fact.pk}"), values.get(f"note_{fact.pk}", "")
        done, paid = _money(values, f"done_{fact.pk}"), _money(values, f"paid_{fact.pk}")
        done_on = day(values, f"done_on_{fact.pk}")
        same = (
            (pct is None or pct == fact.pct)
            and (done is None or done == fact.done_yuan)
            and (paid is None or paid == fact.paid_yuan)
            and (done_on is None or done_on == fact.done_on)
        )
        if not same or note.strip():
            found[fact.pk] = Change(pct=pct, done_yuan=done, paid_yuan=paid, done_on=done_on, note=note)
    return found


def _money(values: Mapping[str, str], name: str) -> Decimal | None:
    wan = number(values, name)
    return None if wan is None else wan * WAN


def decisions(values: Mapping[str, str], facts: Iterable[ChecklistFact]) -> dict[int, Decision]:
    """The lines that were decided; a line left at “later” keeps waiting."""
    found = {}
    for fact in facts:
        verb = values.get(f"verb_{fact.pk}", "")
        if verb:
            found[fact.pk] = Decision(
                verb=verb, pct=number(values, f"pct_{fact.pk}"), note=values.get(f"note_{fact.pk}", "")
            )
    return found


ITEM_FIELDS = ("title", "definition_of_done", "evidence_type", "source", "source_ref")


def item_values(values: Mapping[str, str]) -> dict[str, Any]:
    """One item as its page sends it."""
    found: dict[str, Any] = {name: values.get(name, "").strip() for name in ITEM_FIELDS if name in values}
    for name in ("owner", "verifier"):
        if name in values:
            found[name] = person(values, name)
    for name in ("start_on", "due_on"):
        if name in values:
            found[name] = day(values, name)
    if "weight" in values:
        found["weight"] = number(values, "weight") or Decimal(0)
    return found
