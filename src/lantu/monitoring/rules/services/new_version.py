"""A decided wording becomes the next version of its rule; the one before it ends the day before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import RuleVersionLoaded
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.rules.services.load_rules import check_version, fingerprint_of


@transaction.atomic
def new_version(
    rule: Rule, *, wording: Mapping[str, Any], effective_from: date, now: datetime, actor: User | None
) -> RuleVersion:
    """Write it and end its predecessor. Raises Unacceptable when the engine could not run the wording.

    It begins today at the earliest: what was judged stays judged by the version of its day.
    """
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    current = RuleVersion.objects.filter(rule=rule, effective_to=None).first()
    begins, number = max(effective_from, timezone.localdate(now)), 1
    if current is not None:
        begins, number = max(begins, current.effective_from), current.version + 1
    version = RuleVersion(
        rule=rule,
        version=number,
        effective_from=begins,
        fingerprint=fingerprint_of(wording),
        loaded_at=now,
        **wording,
    )
    check_version(version)
    if current is not None:
        last_day = max(begins - timedelta(days=1), current.effective_from)
        RuleVersion.objects.filter(pk=current.pk).update(effective_to=last_day)
    version.save(force_insert=True)
    raise_registry_version()
    emit(
        RuleVersionLoaded(project_id=None, subject_id=version.pk, rule=rule.code, version=number),
        actor=actor,
        at=now,
    )
    return version
