"""Listed supervision 挂牌督办: put on the public list by an authority's document, taken off by another one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards.events import HazardDelisted, HazardListed
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard, Listing
from lantu.hazards.services.numbers import LISTING, next_number
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock, reason_of, save, tell
from lantu.hazards.states import HazardState, Verb


@transaction.atomic
def list_hazard(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    authority: str,
    document_no: str,
    requirement: str,
    until: datetime | None = None,
    version: int | None = None,
) -> Listing:
    """Put a major hazard on the list. ``until`` defaults to the order's deadline.

    Raises Refused for a hazard that is not major, one that is listed already, or without authority and document.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.list_hazard", hazard.project)
    before, _after = advance(hazard, Verb.LIST)
    if not hazard.is_major:
        raise Refused(
            "hazards.not_major",
            _("只有按条款判定为重大事故隐患的，才能挂牌督办。"),
            remedy=_("请先写明判定依据，把等级定为“重大（红）”。"),
        )
    if listing_in_force(hazard) is not None:
        raise Refused(
            "hazards.already_listed", _("这条隐患已挂牌督办。"), remedy=_("请刷新页面查看最新状态。")
        )
    authority, document_no = clean_text(authority, most=80), clean_text(document_no, most=60)
    for field, text in (("authority", authority), ("document_no", document_no)):
        if len(text) < 2:
            raise _unfit(
                field,
                _("挂牌督办须写明督办机关和文号。"),
                _("例如“德州市安全生产委员会”“德安督〔2026〕3号”。"),
            )
    until = until or hazard.due_at
    if until is None or until <= now:
        raise _unfit("until", _("督办期限须晚于现在。"), _("请填写督办通知书上的期限。"))
    listing = Listing.objects.create(
        hazard=hazard,
        number=next_number(LISTING, now),
        authority=authority,
        document_no=document_no,
        requirement=reason_of(requirement, field="requirement"),
        until=until,
        by=by,
        at=now,
    )
    if hazard.state == HazardState.SV_CONFIRMED:
        hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已挂牌督办"))
    else:
        save(hazard)
    tell(HazardListed, hazard, before=before, at=now, actor=by, reason=listing.requirement, listing_id=listing.pk,
         number=listing.number, authority=authority, document_no=document_no, until=until.isoformat())  # fmt: skip
    return listing


@transaction.atomic
def delist(
    hazard: Hazard, *, by: User, now: datetime, document_no: str, note: str, version: int | None = None
) -> Listing:
    """Take it off the list after acceptance, with the authority's document; work has been let go on before.

    Raises Refused while a stop-work order stands, without document, or for the person who rectified.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.delist", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("摘牌办理人"))
    before, _after = advance(hazard, Verb.DELIST)
    listing = listing_in_force(hazard)
    if listing is None:
        raise Refused("hazards.not_listed", _("这条隐患没有挂牌督办。"), remedy=_("请刷新页面查看最新状态。"))
    if stop_in_force(hazard) is not None:
        raise Refused(
            "hazards.still_stopped", _("停工令还没有解除，不能摘牌。"), remedy=_("请先签发复工令。")
        )
    document_no = clean_text(document_no, most=60)
    if len(document_no) < 2:
        raise _unfit("document_no", _("摘牌须写明督办机关的验收文号。"), _("请按验收批复填写文号。"))
    listing.delisted_by, listing.delisted_at = by, now
    listing.delist_document_no, listing.delist_note = document_no, reason_of(note, field="note")
    listing.save(update_fields=["delisted_by", "delisted_at", "delist_document_no", "delist_note"])
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已摘牌"))
    tell(HazardDelisted, hazard, before=before, at=now, actor=by, reason=listing.delist_note,
         listing_id=listing.pk, document_no=document_no)  # fmt: skip
    return listing


def _unfit(field: str, detail: str, remedy: str) -> Refused:
    return Refused("hazards.bad_listing", detail, remedy=remedy, field=field, status=422)
