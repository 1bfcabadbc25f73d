"""A design value no longer holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import DesignLimitWithdrawn
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride


@transaction.atomic
def withdraw_limit(
    override: ProjectRuleOverride, *, reason: str, now: datetime, actor: User
) -> ProjectRuleOverride:
    """Withdraw it with a reason; judgements that named it keep naming it. Raises Refused when it is withdrawn already."""
    override = ProjectRuleOverride.objects.select_for_update(of=("self",)).get(pk=override.pk)
    if not reason.strip():
        raise Unacceptable(
            "monitoring.reason_missing",
            _("请说明撤回理由。"),
            remedy=_("例如：设计变更通知单编号。"),
            field="reason",
        )
    if override.withdrawn_at is not None:
        raise Refused("monitoring.override_withdrawn", _("该设计限值已经撤回。"))
    override.withdrawn_at, override.withdrawn_by = now, actor
    override.withdraw_reason = reason.strip()[:300]
    override.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    raise_registry_version()
    emit(
        DesignLimitWithdrawn(project_id=override.project_id, subject_id=override.pk, item=override.item),
        actor=actor,
        at=now,
        reason=override.withdraw_reason,
    )
    return override
