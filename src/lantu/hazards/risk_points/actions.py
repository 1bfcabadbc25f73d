"""What a person may do with a risk point now. Screens offer these and nothing else; services check again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.accounts.permissions import may
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import TRANSITIONS, PointState, Verb


@dataclass(frozen=True, kw_only=True)
class Action:
    """One verb offered to one person. ``field``: the text that it asks for, if any."""

    verb: str
    label: str | Promise
    icon: str
    main: bool = False
    danger: bool = False
    field: str = ""
    field_label: str | Promise = ""


_OFFERS: tuple[tuple[Verb, str, Action], ...] = (
    (Verb.SUBMIT, "create", Action(verb="submit", label=_("提交审核"), icon="send", main=True)),
    (Verb.REVIEW, "review", Action(verb="review", label=_("审核通过"), icon="user-check", main=True, field="note", field_label=_("意见（可不填）"))),
    (Verb.SEND_BACK, "review", Action(verb="send_back", label=_("退回"), icon="arrow-back-up", danger=True, field="reason", field_label=_("退回理由"))),
    (Verb.CONTROL, "control", Action(verb="control", label=_("确认管控措施已落实"), icon="shield-check", main=True, field="note", field_label=_("说明（可不填）"))),
    (Verb.REASSESS, "reassess", Action(verb="reassess", label=_("复评"), icon="gauge", main=True, field="note", field_label=_("现场情况与理由"))),
    (Verb.CLOSE, "close", Action(verb="close", label=_("销项"), icon="circle-check", field="reason", field_label=_("作业结束情况"))),
    (Verb.VOID, "void", Action(verb="void", label=_("作废"), icon="trash", danger=True, field="reason", field_label=_("作废理由"))),
)  # fmt: skip


def actions_for(reader: Any, point: RiskPoint) -> list[Action]:
    """What this person may do now, the main step first."""
    return [
        action
        for verb, permission, action in _OFFERS
        if (point.state, verb) in TRANSITIONS
        and may(reader, f"risk_points.{permission}", point.project)
        and not _never(reader, point, verb)
    ]


def _never(reader: Any, point: RiskPoint, verb: Verb) -> bool:
    """Steps that the same unit may not take on its own point."""
    own = reader.organisation_id == point.created_by.organisation_id
    if verb in {Verb.REVIEW, Verb.SEND_BACK, Verb.CLOSE}:
        return own
    if verb == Verb.CONTROL:
        return bool(reader.organisation_id != point.responsible.organisation_id)
    return verb == Verb.VOID and point.controlled_at is not None


def may_write(reader: Any, point: RiskPoint) -> bool:
    """Whether the form may be opened."""
    return point.state == PointState.DRAFT and may(reader, "risk_points.create", point.project)


def may_record_scheme(reader: Any, point: RiskPoint) -> bool:
    return point.is_open and point.at_least > 0 and may(reader, "risk_points.create", point.project)
