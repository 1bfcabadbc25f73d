"""Links that would only lead to a refusal are not shown."""

from __future__ import annotations

from typing import Any

from django import template

from lantu.accounts.permissions import may

register = template.Library()


@register.simple_tag(takes_context=True)
def allowed(context: dict[str, Any], key: str) -> bool:
    """``{% allowed "app.verb" as may_verb %}``: whether the reader holds this permission anywhere."""
    return may(context["request"].user, key)
