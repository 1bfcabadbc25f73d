"""The story of a project in words: its events, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from lantu.accounts.event_words import event_name
from lantu.core.models import Event
from lantu.projects.facts import label_of
from lantu.projects.models import Lamp, Party, Project
from lantu.ui.tags.numbers import money

SHOWN = 14
CHANGES_SHOWN = 3
WORD_CHARS = 40
TONES = {"red": "bad", "yellow": "warn", "green": "ok"}


@dataclass(frozen=True)
class Line:
    """One event as the page tells it."""

    event: Event
    name: str
    detail: str
    tone: str


def story(project: Project, *, limit: int = SHOWN) -> list[Line]:
    """The latest events of the project, whoever emitted them."""
    events = (
        Event.objects.filter(project_id=project.pk).select_related("actor").order_by("-at", "-id")[:limit]
    )
    return [Line(event, str(event_name(event.kind)), _detail(event), _tone(event)) for event in events]


def _tone(event: Event) -> str:
    return TONES.get(str(event.payload.get("after")), "") if event.kind == "projects.lamp_changed" else ""


def _detail(event: Event) -> str:
    tell = _TELLERS.get(event.kind)
    told = tell(event.payload) if tell else str(event.payload.get("title", ""))
    return "；".join(part for part in (told, event.reason) if part)


def _short(value: Any) -> str:
    text = str(value) or _("（空）")
    return text if len(text) <= WORD_CHARS else f"{text[:WORD_CHARS]}…"


def _changed(payload: dict[str, Any]) -> str:
    parts = []
    for field, (before, after) in list(payload.get("changes", {}).items())[:CHANGES_SHOWN]:
        try:
            label = label_of(field)
        except FieldDoesNotExist:
            label = field
        words = _choice_words(field)
        parts.append(f"{label}：{_short(words.get(before, before))} → {_short(words.get(after, after))}")
    more = len(payload.get("changes", {})) - CHANGES_SHOWN
    if more > 0:
        parts.append(_("另有 %(n)s 项") % {"n": more})
    return "；".join(parts)


def _choice_words(field: str) -> dict[str, str]:
    try:
        choices = getattr(Project._meta.get_field(field), "flatchoices", [])
    except FieldDoesNotExist:
        return {}
    return {str(key): str(label) for key, label in choices}


def _yuan(text: Any) -> str:
    try:
        return money(Decimal(str(text)))
    except InvalidOperation:
        return str(text)


def _month(payload: dict[str, Any]) -> str:
    figures = payload.get("figures", {})
    parts = []
    if figures.get("physical_pct") is not None:
        parts.append(_("形象进度 %(pct)s%%") % {"pct": f"{float(figures['physical_pct']):g}"})
    if figures.get("invested_yuan") is not None:
        parts.append(_("完成投资 %(amount)s") % {"amount": _yuan(figures["invested_yuan"])})
    if figures.get("paid_yuan") is not None:
        parts.append(_("支付 %(amount)s") % {"amount": _yuan(figures["paid_yuan"])})
    return f"{payload.get('month')}：" + "，".join(parts)


def _lamp(payload: dict[str, Any]) -> str:
    names = dict(Lamp.choices)
    turned = f"{names.get(str(payload.get('before')), '—')} → {names.get(str(payload.get('after')), '—')}"
    return f"{turned}（{payload['why']}）" if payload.get("why") else turned


def _party(payload: dict[str, Any]) -> str:
    role = dict(Party.Role.choices).get(str(payload.get("role")), payload.get("role"))
    return f"{role}：{payload.get('after')}"


def _year(payload: dict[str, Any]) -> str:
    return _("%(year)s 年 %(amount)s") % {
        "year": payload.get("year"),
        "amount": _yuan(payload.get("after_yuan")),
    }


_TELLERS = {
    "projects.project_changed": _changed,
    "projects.month_reported": _month,
    "projects.lamp_changed": _lamp,
    "projects.party_set": _party,
    "projects.year_plan_set": _year,
    "projects.code_replaced": lambda payload: f"{payload.get('old_code')} → {payload.get('new_code')}",
    "projects.project_registered": lambda payload: str(payload.get("code", "")),
    "projects.geometry_set": lambda payload: f"{payload['lon']:.5f}, {payload['lat']:.5f}",
}
