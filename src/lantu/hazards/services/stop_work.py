"""Stop work 停工令, and let it go on 复工令: with evidence, and by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards.events import ResumptionAsked, WorkResumed, WorkStopped
from lantu.hazards.four_eyes import must_be_independent, must_be_of_rectifying_unit, must_differ
from lantu.hazards.grave.standing import stop_in_force
from lantu.hazards.models import Hazard, StopOrder
from lantu.hazards.services.numbers import RESUME, STOP, next_number
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock, reason_of, save, tell
from lantu.hazards.services.photos import keep_files
from lantu.hazards.states import HazardState, Verb

STOP_ORDER = "hazards.stoporder"


@transaction.atomic
def order_stop(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    scope: str,
    reason: str,
    area: str = "",
    version: int | None = None,
) -> StopOrder:
    """Order that work stop, in part (``scope`` "part", with its ``area``) or wholly ("whole").

    Raises Refused while another stop is in force, without scope, area or reason; Denied without the right.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.order_stop", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("签发人"))
    before, _after = advance(hazard, Verb.STOP)
    stop = write_stop(hazard, by=by, now=now, scope=scope, area=area, reason=reason_of(reason))
    if hazard.state == HazardState.SV_CONFIRMED:
        hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已下达停工令"))
    else:
        save(hazard)
    announce_stop(hazard, stop, before=before, now=now)
    return stop


def check_scope(scope: str, area: str) -> tuple[str, str]:
    """Raises Refused for an unknown scope, or for a partial stop that names no place."""
    area = clean_text(area, most=160)
    if scope not in StopOrder.Scope.values:
        raise _unfit("stop_scope", _("请选择局部停工还是全部停工。"), _("重大隐患须在停工状态下整改。"))
    if scope == StopOrder.Scope.PART and not area:
        raise _unfit("stop_area", _("局部停工须写明停工部位。"), _("例如“基坑东侧及 20 米范围内”。"))
    return scope, area


def write_stop(hazard: Hazard, *, by: User, now: datetime, scope: str, area: str, reason: str) -> StopOrder:
    """Take a number and write the order; the caller has locked the hazard."""
    scope, area = check_scope(scope, area)
    if stop_in_force(hazard) is not None:
        raise Refused(
            "hazards.already_stopped",
            _("这条隐患已有停工令未解除。"),
            remedy=_("扩大范围的，请先复工再重新下达，或在新的隐患上下达。"),
        )
    return StopOrder.objects.create(
        hazard=hazard, number=next_number(STOP, now), scope=scope, area=area, reason=reason, by=by, at=now
    )


def announce_stop(hazard: Hazard, stop: StopOrder, *, before: str, now: datetime) -> None:
    """Tell it."""
    tell(WorkStopped, hazard, before=before, at=now, actor=stop.by, reason=stop.reason, stop_id=stop.pk,
         number=stop.number, scope=stop.scope, area=stop.area)  # fmt: skip


@transaction.atomic
def ask_resume(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    text: str,
    files: Sequence[Any] = (),
    version: int | None = None,
) -> StopOrder:
    """The stopped unit asks to go on, once the supervising engineer has confirmed the rectification.

    At least one photo or document is evidence that the conditions are met. Raises Refused without it.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.ask_resume", hazard.project)
    must_be_of_rectifying_unit(hazard, by)
    before, _after = advance(hazard, Verb.ASK_RESUME)
    stop = _standing(hazard)
    if stop.resume_asked_by_id is not None:
        raise Refused(
            "hazards.resume_pending", _("复工申请已在审批。"), remedy=_("请等待监督人员签发复工令。")
        )
    text = reason_of(text, field="text")
    if not files:
        raise _unfit("photos", _("申请复工须附证据。"), _("请附复查照片、验收记录或检测报告。"))
    kept = keep_files(files, hazard=hazard, supports_type=STOP_ORDER, supports_id=stop.pk, by=by, now=now)
    stop.resume_asked_by, stop.resume_asked_at, stop.resume_text = by, now, text
    stop.save(update_fields=["resume_asked_by", "resume_asked_at", "resume_text"])
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已申请复工"))
    tell(ResumptionAsked, hazard, before=before, at=now, actor=by, reason=text, stop_id=stop.pk,
         evidence_ids=[evidence.pk for evidence in kept])  # fmt: skip
    return stop


@transaction.atomic
def order_resume(
    hazard: Hazard, *, by: User, now: datetime, note: str = "", version: int | None = None
) -> StopOrder:
    """The second person lets work go on. Raises Refused for the asker, for their unit, or before they asked."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.order_resume", hazard.project)
    must_be_independent(hazard, by)
    before, _after = advance(hazard, Verb.ORDER_RESUME)
    stop = _standing(hazard)
    asker = stop.resume_asked_by
    if asker is None:
        raise Refused(
            "hazards.resume_not_asked",
            _("整改单位还没有申请复工。"),
            remedy=_("请由整改单位附证据提出复工申请。"),
        )
    must_differ(by, asker, _("复工申请人"), _("复工签发人"))
    stop.resumed_by, stop.resumed_at, stop.resume_note = by, now, clean_text(note)
    stop.resume_number = next_number(RESUME, now)
    stop.save(update_fields=["resumed_by", "resumed_at", "resume_note", "resume_number"])
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已签发复工令"))
    tell(WorkResumed, hazard, before=before, at=now, actor=by, reason=stop.resume_note, stop_id=stop.pk,
         number=stop.resume_number, asked_by_id=asker.pk)  # fmt: skip
    return stop


def _standing(hazard: Hazard) -> StopOrder:
    stop = stop_in_force(hazard)
    if stop is None:
        raise Refused("hazards.not_stopped", _("没有未解除的停工令。"), remedy=_("请刷新页面查看最新状态。"))
    return stop


def _unfit(field: str, detail: str, remedy: str) -> Refused:
    return Refused("hazards.bad_stop", detail, remedy=remedy, field=field, status=422)
