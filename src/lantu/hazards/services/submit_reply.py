"""The rectifying unit replies 整改回复: what was done, with photos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import ReplySubmitted
from lantu.hazards.four_eyes import must_be_of_rectifying_unit
from lantu.hazards.models import Hazard, Reply
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock, reason_of, unit_of
from lantu.hazards.services.photos import keep_files
from lantu.hazards.states import HazardState, Verb

REPLY = "hazards.reply"


@transaction.atomic
def submit_reply(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    text: str,
    files: Sequence[Any] = (),
    no_photo_reason: str = "",
    version: int | None = None,
) -> Reply:
    """Reply to the order. At least one photo, or a reason why there is none.

    ``files``: uploaded files or (name, bytes) pairs, at most nine. Raises Refused for a missing text or photo, a bad
    file, a step out of order or another unit's person; Denied without the right.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.submit_reply", hazard.project)
    must_be_of_rectifying_unit(hazard, by)
    text = _what_was_done(text)
    before, after = advance(hazard, *_first(hazard), Verb.SUBMIT)
    reply = Reply.objects.create(
        hazard=hazard, no=hazard.replies.count() + 1, text=text, by=by, unit_id=unit_of(by), at=now
    )
    kept = keep_files(files, hazard=hazard, supports_type=REPLY, supports_id=reply.pk, by=by, now=now)
    if not any(evidence.kind == Evidence.Kind.PHOTO for evidence in kept):
        reply.no_photo_reason = _why_no_photo(no_photo_reason)
        reply.save(update_fields=["no_photo_reason"])
    hazard.submitted_at = now
    hazard.rectifier = by
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已回复"))
    emit(
        ReplySubmitted(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=after,
            reply_id=reply.pk,
            reply_no=reply.no,
            evidence_ids=[evidence.pk for evidence in kept],
            findings=sum(len(evidence.findings) for evidence in kept),
        ),
        actor=by,
        at=now,
    )
    return reply


def _first(hazard: Hazard) -> list[Verb]:
    """What comes before the reply: taking up the work again, or beginning it without a plan.

    An orange hazard that is put right within the plan's time is answered at once; a major one never is.
    """
    if hazard.state == HazardState.RETURNED:
        return [Verb.RESUME]
    if hazard.state != HazardState.ACCEPTED:
        return []
    if hazard.is_major:
        raise Refused(
            "hazards.plan_first",
            _("重大隐患须先有批准的整改方案，才能提交整改回复。"),
            remedy=_("请先提交含六项内容的整改方案，经审定后再整改。"),
        )
    return [Verb.START]


def _what_was_done(text: str) -> str:
    text = clean_text(text)
    if len(text) < 4:
        raise Refused(
            "hazards.text_missing",
            _("请写明整改情况。"),
            remedy=_("写清原因、措施和结果，例如“已补盖裸土 300 平方米，雾炮恢复运行”。"),
            field="text",
            status=422,
        )
    return text


def _why_no_photo(reason: str) -> str:
    if not reason.strip():
        raise Refused(
            "hazards.photo_missing",
            _("整改回复至少要有一张照片。"),
            remedy=_("请拍摄整改后的现场；确实无法拍照的，请写明理由。"),
            field="photos",
            status=422,
        )
    return reason_of(reason, field="no_photo_reason")[:200]
