"""More time for the rectification. Duties keep the request; here are the hazard's own rules about it.

Asked before the deadline, at most twice for the whole hazard, each decided one level higher; a red hazard also needs
the inspector's consent. A grant moves ``due_at``; ``original_due_at`` stays, and the rates measure against that one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.duties.deadlines import due_after
from lantu.duties.extension_rules import ExtensionRule
from lantu.duties.models import Duty, Extension
from lantu.duties.services.extension import ask_extension as ask_duty
from lantu.duties.services.extension import decide_extension as decide_duty
from lantu.hazards import clocks
from lantu.hazards.events import DeadlineExtended, ExtensionConsented
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.models import ExtensionConsent, Hazard
from lantu.hazards.services.passing import SUBJECT, advance, lock, reason_of, save, tell
from lantu.hazards.states import Grade, Verb, next_state
from lantu.hazards.steps import EXTENDABLE_STEPS

MOST_EXTENSIONS = 2


@transaction.atomic
def ask_extension(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    wanted_due_at: datetime | None,
    reason: str,
    version: int | None = None,
) -> Extension:
    """Ask for a later deadline. Raises Refused after expiry, a third time, or beyond one more term of the grade."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.ask_extension", hazard.project)
    next_state(hazard.state, Verb.EXTEND)
    if wanted_due_at is None:
        raise _unfit("wanted_due_at", _("请填写申请延到什么时候。"), _("须晚于现在的整改期限。"))
    assert hazard.duty is not None
    return ask_duty(hazard.duty, wanted_due_at=wanted_due_at, reason=reason_of(reason), now=now, actor=by)


@transaction.atomic
def consent_extension(
    hazard: Hazard, *, by: User, now: datetime, reason: str, version: int | None = None
) -> ExtensionConsent:
    """The inspector agrees to the pending request; granting it is still somebody else's decision."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.consent_extension", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("延期同意人"))
    extension = pending_extension(hazard)
    if extension is None:
        raise Refused(
            "hazards.no_extension", _("没有待审批的延期申请。"), remedy=_("请刷新页面查看最新状态。")
        )
    if ExtensionConsent.objects.filter(extension=extension).exists():
        raise Refused("hazards.consented", _("这次延期已有监督机构同意意见。"), remedy=_("请等待审批。"))
    why = reason_of(reason)
    consent = ExtensionConsent.objects.create(hazard=hazard, extension=extension, by=by, at=now, note=why)
    tell(
        ExtensionConsented,
        hazard,
        before=hazard.state,
        at=now,
        actor=by,
        reason=why,
        extension_id=extension.pk,
    )
    return consent


@transaction.atomic
def decide_extension(
    hazard: Hazard, *, by: User, now: datetime, granted: bool, reason: str, version: int | None = None
) -> Extension:
    """Grant or refuse the pending request, with the reason. Raises Refused for the asker, for the inspector who
    consented, or for a red hazard without consent."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.decide_extension", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("延期审批人"))
    assert hazard.duty is not None
    return decide_duty(hazard.duty, granted=granted, reason=reason_of(reason), now=now, actor=by)


def pending_extension(hazard: Hazard) -> Extension | None:
    """The request for more time that waits for its decision."""
    if hazard.duty_id is None:
        return None
    return (
        Extension.objects.select_related("asked_by", "decision_duty__holder")
        .filter(duty_id=hazard.duty_id, decided_at=None)
        .first()
    )


def _hold(duty: Duty) -> None:
    """Hazards are locked before their duties, everywhere."""
    Hazard.objects.select_for_update(of=("self",)).filter(pk=duty.subject_id).first()


def _before_asking(duty: Duty, wanted_due_at: datetime, now: datetime) -> None:
    hazard = Hazard.objects.get(pk=duty.subject_id)
    if duty.step not in EXTENDABLE_STEPS:
        raise Refused(
            "hazards.step_not_extended",
            _("这一步的时限不能延期，只有整改期限可以申请延期。"),
            remedy=_("请尽快办理这一步。"),
        )
    assert hazard.due_at is not None
    if now > hazard.due_at:
        raise Refused(
            "hazards.extension_too_late",
            _("整改期限已过，不能再申请延期。"),
            remedy=_("请尽快整改，并在回复中说明原因。"),
        )
    if hazard.extensions >= MOST_EXTENSIONS:
        raise Refused(
            "hazards.extended_twice",
            _("这条隐患已延期两次，不能再延。"),
            remedy=_("请集中力量完成整改；客观上无法完成的，请报局里研究。"),
        )
    days = clocks.LONGEST_DAYS[hazard.grade]
    if wanted_due_at > due_after(hazard.due_at, days=days):
        raise _unfit(
            "wanted_due_at",
            _("每次延期最长 %(days)d 天。") % {"days": days},
            _("请缩短申请的时间。"),
        )


def _before_granting(duty: Duty, extension: Extension) -> None:
    hazard = Hazard.objects.get(pk=duty.subject_id)
    if hazard.grade == Grade.RED and not ExtensionConsent.objects.filter(extension=extension).exists():
        raise Refused(
            "hazards.consent_missing",
            _("红色隐患延期须先经质安监督机构同意。"),
            remedy=_("请由质安监督人员在隐患页面签署同意意见。"),
        )


def _granted(duty: Duty, extension: Extension, now: datetime, actor: User) -> None:
    hazard = lock(Hazard(pk=duty.subject_id))
    assert hazard.due_at is not None
    assert hazard.original_due_at is not None
    before, _after = advance(hazard, Verb.EXTEND)
    due_before = hazard.due_at
    hazard.due_at = max(hazard.due_at, extension.wanted_due_at)
    hazard.extensions += 1
    save(hazard)
    tell(DeadlineExtended, hazard, before=before, at=now, actor=actor, reason=extension.reason,
         due_before=due_before.isoformat(), due_at=hazard.due_at.isoformat(),
         original_due_at=hazard.original_due_at.isoformat(), extensions=hazard.extensions)  # fmt: skip


def _unfit(field: str, detail: str, remedy: str) -> Refused:
    return Refused("hazards.bad_extension", detail, remedy=remedy, field=field, status=422)


RULE = ExtensionRule(
    key=SUBJECT,
    hold=_hold,
    before_asking=_before_asking,
    before_granting=_before_granting,
    granted=_granted,
)
