"""Units: added and changed. A credit code whose check digit fails is kept with its doubt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.events import OrganisationAdded, OrganisationChanged
from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.calc.identifiers import UsccFinding, uscc_findings
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit

DOUBTS = {
    UsccFinding.CHECK_DIGIT: gettext_noop("第 18 位校验码不符"),
    UsccFinding.ORGANISATION_DIGIT: gettext_noop("主体标识码的校验位不符"),
}
CHANGEABLE = ("name", "short_name", "kind", "uscc", "area_code", "parent", "head")


def uscc_doubt(code: str) -> str:
    """Why the code is doubtful, or "". Raises Unacceptable for what cannot be a credit code at all."""
    if not code:
        return ""
    findings = uscc_findings(code)
    if UsccFinding.LENGTH in findings:
        raise Unacceptable("accounts.uscc_length", _("统一社会信用代码须为 18 位。"), field="uscc")
    if UsccFinding.CHARACTER in findings:
        raise Unacceptable(
            "accounts.uscc_character",
            _("统一社会信用代码只含数字和大写字母（不含 I、O、S、V、Z）。"),
            field="uscc",
        )
    return "；".join(DOUBTS[finding] for finding in findings)


@transaction.atomic
def add_organisation(*, values: dict[str, Any], confirmed: bool, now: datetime, actor: User) -> Organisation:
    """Create a unit. A doubtful code is refused once and accepted with ``confirmed``."""
    require(actor, "accounts.administer")
    doubt = _accepted_doubt(values.get("uscc", ""), confirmed)
    unit = Organisation.objects.create(**_known(values), uscc_doubt=doubt)
    emit(
        OrganisationAdded(
            subject_id=unit.pk, name=unit.name, organisation_kind=unit.kind, uscc=unit.uscc, doubt=doubt
        ),
        actor=actor,
        at=now,
    )
    return unit


@transaction.atomic
def change_organisation(
    unit: Organisation, *, values: dict[str, Any], confirmed: bool, now: datetime, actor: User
) -> Organisation:
    """Take over what differs. The same rule for the code as when adding."""
    require(actor, "accounts.administer")
    unit = Organisation.objects.select_for_update().get(pk=unit.pk)
    changes = {name: value for name, value in _known(values).items() if getattr(unit, name) != value}
    if not changes:
        return unit
    if "uscc" in changes:
        unit.uscc_doubt = _accepted_doubt(changes["uscc"], confirmed)
    if changes.get("parent") is not None:
        _require_no_cycle(unit, changes["parent"])
    told = {name: [_plain(getattr(unit, name)), _plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(unit, name, value)
    unit.save(update_fields=[*changes, "uscc_doubt"])
    emit(OrganisationChanged(subject_id=unit.pk, changes=told), actor=actor, at=now)
    return unit


def _known(values: dict[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise Refused(
            "accounts.unknown_field", _("不能修改：%(join)s。") % {"join": ", ".join(sorted(unknown))}
        )
    return values


def _accepted_doubt(code: str, confirmed: bool) -> str:
    doubt = uscc_doubt(code)
    if doubt and not confirmed:
        raise Unacceptable(
            "accounts.uscc_doubt",
            _("统一社会信用代码%(doubt)s。") % {"doubt": _(doubt)},
            remedy=_("请核对证照；确认无误（早期代码可能如此）可再次确认后保存。"),
            field="uscc",
        )
    return doubt


def _require_no_cycle(unit: Organisation, parent: Organisation) -> None:
    above: Organisation | None = parent
    while above is not None:
        if above.pk == unit.pk:
            raise Refused("accounts.parent_cycle", _("上级单位不能是本单位或其下级。"), field="parent")
        above = above.parent


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)
