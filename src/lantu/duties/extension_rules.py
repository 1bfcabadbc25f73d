"""What a workflow says about more time for its own duties: asked by the services of extensions.

Register in an app's ``hooks.py``: ``extension_rules.add(ExtensionRule(key="hazards.hazard", ...))``; ``key`` is the
subject type of the duties. All four are called inside the transaction that asks or decides; the first three may
raise Refused with the rule that forbids it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lantu.accounts.models import User
from lantu.core.registry import Store
from lantu.duties.models import Duty, Extension


@dataclass(frozen=True, kw_only=True)
class ExtensionRule:
    """``hold`` locks what lies above the duty, before the duty is locked; ``granted`` moves that object's own date."""

    key: str
    hold: Callable[[Duty], None]
    before_asking: Callable[[Duty, datetime, datetime], None]
    before_granting: Callable[[Duty, Extension], None]
    granted: Callable[[Duty, Extension, datetime, User], None]
    order: int = 10


extension_rules: Store[ExtensionRule] = Store("extension_rules")


def rule_for(duty: Duty) -> ExtensionRule | None:
    """The rule of the workflow that this duty belongs to."""
    return next((rule for rule in extension_rules if rule.key == duty.subject_type), None)
