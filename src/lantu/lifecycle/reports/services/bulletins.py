"""Prepare, edit, submit (freeze), issue or send back the bulletin of a month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import Grant, User
from lantu.accounts.permissions import may, require
from lantu.accounts.roles import Reach, Role
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.programmes.services.passing import next_pk, reason_of, rules
from lantu.lifecycle.reports import events
from lantu.lifecycle.reports.content import fingerprint
from lantu.lifecycle.reports.models import Bulletin, ReportSeries
from lantu.lifecycle.reports.services.copies import freeze_bulletin
from lantu.lifecycle.reports.states import BulletinState, BulletinVerb, next_state
from lantu.lifecycle.stale import stale_edit
from lantu.projects.progress import month_before, month_start

SUBJECT = "lifecycle.bulletin"
SEVERITY = 2
FOREWORD_MOST = 2000


@transaction.atomic
def prepare_bulletin(
    *, month: date, prepared_by: User, signer: User, by: User | None, now: datetime, is_demo: bool = False
) -> Bulletin:
    """Begin the bulletin of ``month``. ``by`` None: the timer. Raises Refused for a month that has one, or is not over."""
    if by is not None:
        require(by, "lifecycle.reports_prepare")
    first = month_start(month)
    if first >= month_start(timezone.localtime(now).date()):
        raise Unacceptable(
            "reports.month_not_over",
            _("%(month)s 还没有结束。") % {"month": f"{first:%Y-%m}"},
            remedy=_("请在次月编制。"),
            field="month",
        )
    if prepared_by.pk == signer.pk or not may(signer, "lifecycle.reports_sign"):
        raise Unacceptable(
            "reports.bad_signer",
            _("签发人应是有签发权限的另一位同志。"),
            remedy=_("请选择局领导或分管副市长。"),
            field="signer",
        )
    if (there := Bulletin.objects.filter(month=first).exclude(state=BulletinState.VOID).first()) is not None:
        raise Refused(
            "reports.month_taken",
            _("%(month)s 的通报已经有了（%(state)s）。")
            % {"month": f"{first:%Y-%m}", "state": there.get_state_display()},
            remedy=_("请打开已有的通报。"),
        )
    bulletin = Bulletin(
        pk=next_pk("lifecycle_bulletin"),
        month=first,
        prepared_by=prepared_by,
        signer=signer,
        created_at=now,
        is_demo=is_demo,
    )
    bulletin.duty = open_duty(
        subject_type=SUBJECT, subject_id=bulletin.pk, now=now, actor=by, **_duty_of(bulletin, now=now)
    )
    bulletin.save(force_insert=True)
    emit(events.BulletinPrepared(**_about(bulletin, ""), signer_id=signer.pk), actor=by, at=now)
    return bulletin


def prepare_due_bulletin(*, now: datetime) -> Bulletin | None:
    """What the timer does: from the pack's day on, last month's draft is there, with an officer and a director.

    None when it is not time yet, the draft is there already, or nobody holds one of the two roles.
    """
    today = timezone.localtime(now).date()
    last = month_before(month_start(today))
    if today.day < rules().bulletin_prepare_day or Bulletin.objects.filter(month=last).exists():
        return None
    preparer, signer = _first(Role.OFFICER), _first(Role.DIRECTOR)
    if preparer is None or signer is None:
        return None
    return prepare_bulletin(month=last, prepared_by=preparer, signer=signer, by=None, now=now)


def _first(role: str) -> User | None:
    grants = Grant.objects.filter(
        role=role, reach=Reach.CITY, user__is_active=True, user__organisation__isnull=False
    ).select_related("user__organisation")
    return next(
        (grant.user for grant in grants.order_by("pk") if may(grant.user, "lifecycle.reports_read")), None
    )


def _duty_of(bulletin: Bulletin, *, now: datetime) -> dict[str, Any]:
    if bulletin.state == BulletinState.DRAFT:
        step, label, holder = "prepare", gettext_noop("编制通报并送签"), bulletin.prepared_by
        due_at = due_after(now, working_days=rules().bulletin_prepare_working_days)
    else:
        step, label, holder = "sign", gettext_noop("签发通报"), bulletin.signer
        due_at = due_after(now, working_days=rules().bulletin_sign_working_days)
    return {
        "step": step,
        "title": f"{bulletin.month:%Y-%m} 重点工程建设情况通报",
        "action_label": label,
        "action_url": reverse("lifecycle:reports_bulletin", args=[bulletin.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }


def _about(bulletin: Bulletin, before: str) -> dict[str, Any]:
    return {
        "project_id": None,
        "subject_id": bulletin.pk,
        "before": before,
        "after": bulletin.state,
        "month": f"{bulletin.month:%Y-%m}",
    }


def _lock(bulletin: Bulletin, *, edited_no: int | None) -> Bulletin:
    row = (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("prepared_by__organisation", "signer__organisation", "duty__holder", "copy")
        .get(pk=bulletin.pk)
    )
    if edited_no is not None and edited_no != row.edited_no:
        raise Refused(
            "reports.changed_meanwhile",
            _("通报刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新内容后再操作。"),
        )
    return row


def _must_hold(bulletin: Bulletin, by: User, person: User) -> None:
    holder_id = bulletin.duty.holder_id if bulletin.duty is not None else None
    if by.pk not in {person.pk, holder_id}:
        raise Refused(
            "reports.not_yours",
            _("这一步由%(person)s办理。") % {"person": person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )


def _hand_on(bulletin: Bulletin, *, now: datetime, actor: User, outcome: str) -> None:
    assert bulletin.duty is not None
    bulletin.duty = move_duty(
        bulletin.duty, now=now, actor=actor, outcome=outcome, **_duty_of(bulletin, now=now)
    )
    _save(bulletin)


def _save(bulletin: Bulletin) -> None:
    bulletin.edited_no += 1
    bulletin.save()


@transaction.atomic
def edit_foreword(bulletin: Bulletin, *, text: str, edited_no: int, by: User, now: datetime) -> Bulletin:
    """The words of the people: all else in a bulletin is computed."""
    require(by, "lifecycle.reports_prepare")
    bulletin = _lock(bulletin, edited_no=None)
    before, bulletin.state = bulletin.state, next_state(bulletin.state, BulletinVerb.EDIT)
    earlier, wanted = bulletin.foreword, text.replace("\x00", "").strip()[:FOREWORD_MOST]
    if edited_no != bulletin.edited_no:
        raise stale_edit("reports.changed_meanwhile", Bulletin, {"foreword": earlier}, {"foreword": wanted})
    bulletin.foreword = wanted
    if earlier == bulletin.foreword:
        return bulletin
    _save(bulletin)
    emit(events.BulletinEdited(**_about(bulletin, before), foreword_before=earlier[:300]), actor=by, at=now)
    return bulletin


@transaction.atomic
def submit_bulletin(bulletin: Bulletin, *, by: User, now: datetime, edited_no: int | None = None) -> Bulletin:
    """Freeze the numbers as they read now and ask for the signature: what is signed is what was frozen."""
    require(by, "lifecycle.reports_prepare")
    bulletin = _lock(bulletin, edited_no=edited_no)
    before, bulletin.state = bulletin.state, next_state(bulletin.state, BulletinVerb.SUBMIT)
    _must_hold(bulletin, by, bulletin.prepared_by)
    bulletin.copy = freeze_bulletin(bulletin, by=by, now=now)
    bulletin.submitted_at, bulletin.return_reason = now, ""
    _hand_on(bulletin, now=now, actor=by, outcome=gettext_noop("已送签"))
    emit(
        events.BulletinSubmitted(
            **_about(bulletin, before), copy_id=bulletin.copy.pk, sha256=bulletin.copy.sha256
        ),
        actor=by,
        at=now,
    )
    return bulletin


@transaction.atomic
def issue_bulletin(
    bulletin: Bulletin, *, by: User, now: datetime, sha256: str, edited_no: int | None = None
) -> Bulletin:
    """A second person signs the frozen copy with this hash; it gets its number. The hash is computed anew."""
    require(by, "lifecycle.reports_sign")
    bulletin = _lock(bulletin, edited_no=edited_no)
    before, bulletin.state = bulletin.state, next_state(bulletin.state, BulletinVerb.ISSUE)
    copy = bulletin.copy
    assert copy is not None
    if by.pk in {bulletin.prepared_by_id, copy.made_by_id}:
        raise Refused(
            "reports.same_person",
            _("编制人不能签发自己的通报。"),
            remedy=_("请由签发人办理。"),
            status=403,
        )
    _must_hold(bulletin, by, bulletin.signer)
    if not copy.sha256 == sha256 == fingerprint(copy.facts, copy.facts_en):
        raise Refused(
            "reports.not_what_was_frozen",
            _("存档内容与您看到的指纹不一致，没有签发。"),
            remedy=_("请刷新页面核对；仍不一致的，退回重新送签。"),
        )
    bulletin.number = _next_number(now)
    bulletin.issued_at = bulletin.closed_at = now
    if bulletin.duty is not None:
        bulletin.duty = close_duty(bulletin.duty, now=now, actor=by, outcome=gettext_noop("已签发"))
    _save(bulletin)
    emit(
        events.BulletinIssued(**_about(bulletin, before), number=bulletin.number, sha256=copy.sha256),
        actor=by,
        at=now,
    )
    return bulletin


def _next_number(now: datetime) -> str:
    """``重通〔2026〕11号``, without gaps."""
    series, year = rules().bulletin_series, timezone.localtime(now).year
    ReportSeries.objects.bulk_create([ReportSeries(series=series, year=year)], ignore_conflicts=True)
    row = ReportSeries.objects.select_for_update().get(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{series}〔{year}〕{row.last}号"


@transaction.atomic
def send_back_bulletin(
    bulletin: Bulletin, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> Bulletin:
    """Do not sign: back to the preparer. The frozen copy stays on record and is not used."""
    require(by, "lifecycle.reports_sign")
    bulletin = _lock(bulletin, edited_no=edited_no)
    why = reason_of(reason)
    before, bulletin.state = bulletin.state, next_state(bulletin.state, BulletinVerb.SEND_BACK)
    _must_hold(bulletin, by, bulletin.signer)
    sha256 = bulletin.copy.sha256 if bulletin.copy else ""
    bulletin.copy, bulletin.return_reason = None, why
    _hand_on(bulletin, now=now, actor=by, outcome=gettext_noop("已退回"))
    emit(events.BulletinSentBack(**_about(bulletin, before), sha256=sha256), actor=by, at=now, reason=why)
    return bulletin


@transaction.atomic
def void_bulletin(
    bulletin: Bulletin, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> Bulletin:
    """Give a draft up; another of the same month may be begun."""
    require(by, "lifecycle.reports_prepare")
    bulletin = _lock(bulletin, edited_no=edited_no)
    why = reason_of(reason)
    before, bulletin.state = bulletin.state, next_state(bulletin.state, BulletinVerb.VOID)
    bulletin.closed_at, bulletin.end_reason = now, why
    if bulletin.duty is not None:
        bulletin.duty = close_duty(bulletin.duty, now=now, actor=by, outcome=gettext_noop("通报已取消"))
    _save(bulletin)
    emit(events.BulletinVoided(**_about(bulletin, before)), actor=by, at=now, reason=why)
    return bulletin
