"""A workflow has its own word about more time for its duties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.refusals import Refused
from lantu.core.registry import Store
from lantu.duties import extension_rules as room
from lantu.duties.extension_rules import ExtensionRule
from lantu.duties.services.extension import ask_extension, decide_extension
from lantu.duties.tests.makers import make_duty

DAY = timedelta(days=1)


def test_the_rule_is_asked_in_order_and_may_refuse(cast: Any, site_project: Any, monkeypatch: Any) -> None:
    calls: list[str] = []
    allowed = False

    def refuse(*_given: Any) -> None:
        calls.append("before_granting")
        if not allowed:
            raise Refused("tests.no", "不同意")

    store: Store[ExtensionRule] = Store("extension_rules")
    duty = make_duty(cast.contractor, project=site_project)
    store.add(
        ExtensionRule(
            key=duty.subject_type,
            hold=lambda held: calls.append("hold"),
            before_asking=lambda asked, wanted, now: calls.append("before_asking"),
            before_granting=refuse,
            granted=lambda given, extension, now, actor: calls.append("granted"),
        )
    )
    monkeypatch.setattr(room, "extension_rules", store)
    ask_extension(duty, wanted_due_at=duty.due_at + DAY, reason="材料未到", now=NOW, actor=duty.holder)
    with pytest.raises(Refused, match="不同意"):
        decide_extension(duty, granted=True, reason="同意", now=NOW, actor=cast.officer)
    duty.refresh_from_db()
    assert duty.extensions == 0
    allowed = True
    decide_extension(duty, granted=True, reason="同意", now=NOW, actor=cast.officer)
    assert calls == ["hold", "before_asking", "hold", "before_granting", "hold", "before_granting", "granted"]
