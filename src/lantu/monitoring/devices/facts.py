"""Facts of a place as people state them: what rules know is checked, what they do not know is kept as a remark."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.packs.facts import BadFact, Fact, meant, usable_facts
from lantu.packs.load import national

# Bytes of all facts of a device, as JSON.
LONGEST = 8_000


def checked_facts(stated: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in the form that rules take: “一级” → 1. A fact left empty is not stated.

    Raises Unacceptable for a value that the fact cannot have, and for a name that is nearly a known one: a pit whose
    grade is “4”, or whose depth stands under a misspelt name, would else never be judged and nobody would see why.
    """
    _refuse_unkeepable(stated)
    known = national().facts
    found: dict[str, Any] = {}
    for name, value in stated.items():
        if value is None or value == "":
            continue
        fact = known.get(name)
        if fact is None:
            _refuse_near(name, known)
            found[name] = value
            continue
        try:
            found[name] = fact.read(value)
        except BadFact as bad:
            raise Unacceptable(
                "monitoring.device_fact",
                _("现场参数%(label)s（%(key)s）不能是“%(value)s”。")
                % {"label": _label(fact), "key": fact.key, "value": bad.value},
                remedy=_("可填：%(known)s。") % {"known": bad.known},
                field="facts",
            ) from bad
    return found


def facts_for_rules(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as rules may rely on them; what cannot be counts as not stated, so that rules abstain and say so."""
    return usable_facts(national().facts, stated)


def _refuse_unkeepable(stated: Mapping[str, Any]) -> None:
    """No infinite numbers, no NUL, no half surrogate pairs: the database keeps none of them."""
    try:
        text = json.dumps(dict(stated), ensure_ascii=False, allow_nan=False)
        fits = len(text.encode()) <= LONGEST and "\\u0000" not in text
    except ValueError:
        fits = False
    if not fits:
        raise Unacceptable(
            "monitoring.device_fact",
            _("现场参数过长，或含有不能保存的字符。"),
            remedy=_("请缩短，并去掉控制字符。"),
            field="facts",
        )


def _refuse_near(name: str, known: Mapping[str, Fact]) -> None:
    near = meant(known, name)
    if near:
        raise Unacceptable(
            "monitoring.device_fact",
            _("没有名为 %(name)s 的现场参数。") % {"name": name[:40]},
            remedy=_("是否应为 %(near)s？") % {"near": near},
            field="facts",
        )


def _label(fact: Fact) -> str:
    return fact.label if (get_language() or "zh").startswith("zh") else fact.label_en
