"""Duties for programs: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import AfterValidator

from lantu.accounts.models import User
from lantu.core.moments import in_utc
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.duties import selectors
from lantu.duties.abilities import desk_of
from lantu.duties.models import Duty
from lantu.duties.services.bounce import arbitrate, bounce
from lantu.duties.services.clock_stop import approve_stop, ask_stop, refuse_stop, resume
from lantu.duties.services.extension import ask_extension, decide_extension
from lantu.duties.services.hand_over import hand_over
from lantu.duties.services.seen import mark_notices_seen
from lantu.duties.services.urge import urge
from lantu.duties.timebill import Bill, bill_of_project, bill_of_subject
from lantu.projects.selectors import get_visible

router = Router(tags=["责任"])


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("不能含空字符")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]


class DutyFilter(Schema):
    """``holder``: ``me`` or a user name; ``open``/``overdue``: true or false; ``project``: a code."""

    holder: Text = ""
    open: bool | None = None
    overdue: bool | None = None
    project: Text = ""
    subject: Text = ""
    cursor: Text | None = None
    limit: int = 100


class DutyOut(Schema):
    id: int
    title: str
    step: str
    subject_type: str
    subject_id: int
    project: str | None
    holder: str
    holder_name: str
    unit: str
    severity: int
    opened_at: datetime
    due_at: datetime
    original_due_at: datetime
    clock: str
    stopped_since: datetime | None
    slip: str
    level: int
    overdue: bool
    closed_at: datetime | None
    outcome: str
    action_label: str
    action_url: str


class HoldingOut(Schema):
    holder: str
    unit: str
    started_at: datetime
    ended_at: datetime | None
    reason: str


class BillRowOut(Schema):
    label: str
    unit: str
    objects: int
    days: float
    seconds: int


class BillOut(Schema):
    """Working days of 24 hours; rows add up to elapsed minus stopped."""

    rows: list[BillRowOut]
    elapsed_seconds: int
    stopped_seconds: int
    objects: int


class DutyDetailOut(DutyOut):
    verbs: list[str]
    holdings: list[HoldingOut]
    bill: BillOut


class PassIn(Schema):
    """``to`` is the user name of the receiver."""

    to: Text
    reason: Text = ""


class BounceIn(PassIn):
    code: Text


class AskStopIn(Schema):
    code: Text
    note: Text
    expected_until: datetime


class DecideIn(Schema):
    granted: bool = True
    reason: Text = ""


class AskExtensionIn(Schema):
    wanted_due_at: datetime
    reason: Text


class ReasonIn(Schema):
    reason: Text = ""


class NoticesIn(Schema):
    """Without ``ids``: all of mine."""

    ids: list[int] | None = None


class SeenOut(Schema):
    seen: int


def _me(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined]


def _duty(row: Duty, now: datetime) -> dict[str, Any]:
    late = row.closed_at is None and row.stopped_since is None and row.due_at < now
    return {
        "id": row.pk,
        "title": row.title,
        "step": row.step,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "project": row.project.code if row.project else None,
        "holder": row.holder.username,
        "holder_name": str(row.holder),
        "unit": row.unit.name,
        "severity": row.severity,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "original_due_at": row.original_due_at,
        "clock": row.clock,
        "stopped_since": row.stopped_since,
        "slip": row.slip,
        "level": row.level,
        "overdue": late,
        "closed_at": row.closed_at,
        "outcome": row.outcome,
        "action_label": row.action_label,
        "action_url": row.action_url,
    }


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "rows": [
            {
                "label": row.label,
                "unit": row.unit,
                "objects": row.objects,
                "days": row.days,
                "seconds": row.seconds,
            }
            for row in bill.rows
        ],
        "elapsed_seconds": bill.elapsed_seconds,
        "stopped_seconds": bill.stopped_seconds,
        "objects": bill.objects,
    }


def _answer(pk: int) -> dict[str, Any]:
    """The duty as it is after the verb, also when the caller has just given it out of sight."""
    row = Duty.objects.select_related("project", "holder", "unit").get(pk=pk)
    return _duty(row, timezone.now())


def _person(username: str) -> User:
    found = User.objects.select_related("organisation").filter(username=username).first()
    if found is None:
        raise Unacceptable(
            "duties.unknown_person",
            _("没有用户名为 %(username)s 的人员。") % {"username": username},
            field="to",
        )
    return found


@router.get("/duties", response=Page[DutyOut])
def list_duties(request: HttpRequest, narrow: Query[DutyFilter]) -> dict[str, Any]:
    """Mine, those of my unit, and those of the projects that I may see, by due time."""
    now = timezone.now()
    rows = selectors.visible_duties(_me(request)).select_related("project", "holder", "unit")
    if narrow.holder == "me":
        rows = rows.filter(holder=_me(request))
    elif narrow.holder:
        rows = rows.filter(holder__username=narrow.holder)
    if narrow.open is not None:
        rows = rows.filter(closed_at__isnull=narrow.open)
    if narrow.overdue is not None:
        late = selectors.overdue(rows, now)
        rows = late if narrow.overdue else rows.exclude(pk__in=late.values("pk"))
    if narrow.project:
        rows = rows.filter(project__code=narrow.project)
    if narrow.subject:
        kind, _colon, number = narrow.subject.rpartition(":")
        rows = rows.filter(
            subject_type=kind, subject_id=int(number) if number.isdecimal() and len(number) < 19 else -1
        )
    return page_of(
        rows, cursor=narrow.cursor, limit=narrow.limit, order="due_at", shape=lambda row: _duty(row, now)
    )


@router.get("/duties/{int:pk}", response=DutyDetailOut)
def get_duty(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One duty with its holdings, its bill and the verbs that are open to the caller."""
    now = timezone.now()
    row = selectors.get_visible_duty(_me(request), pk)
    desk = desk_of(row, _me(request), now=now)
    spans = row.holdings.select_related("holder", "unit")
    return _duty(row, now) | {
        "verbs": sorted(desk.verbs),
        "holdings": [
            {
                "holder": str(span.holder),
                "unit": span.unit.name,
                "started_at": span.started_at,
                "ended_at": span.ended_at,
                "reason": span.reason,
            }
            for span in spans
        ],
        "bill": _bill(bill_of_subject(row.subject_type, row.subject_id, now=now)),
    }


@router.get("/projects/{code}/time-bill", response=BillOut)
def project_time_bill(request: HttpRequest, code: str, by: str = "unit") -> dict[str, Any]:
    """The responsibility time bill of a project, ``by`` unit or person."""
    if by not in {"unit", "person"}:
        raise Unacceptable("duties.bill_by", _("by 只能是 unit 或 person。"), field="by")
    return _bill(bill_of_project(get_visible(_me(request), code), now=timezone.now(), by=by))


@router.post("/duties/{int:pk}/hand-over", response=DutyOut)
def post_hand_over(request: HttpRequest, pk: int, body: PassIn) -> dict[str, Any]:
    """Pass it on within the unit; the bureau passes it to anybody."""
    row = selectors.get_visible_duty(_me(request), pk)
    hand_over(row, to=_person(body.to), reason=body.reason, now=timezone.now(), actor=_me(request))
    return _answer(pk)


@router.post("/duties/{int:pk}/bounce", response=DutyOut)
def post_bounce(request: HttpRequest, pk: int, body: BounceIn) -> dict[str, Any]:
    """Send it back with a code (not_ours, wrong_area, too_little, duplicate) and a proposed person."""
    row = selectors.get_visible_duty(_me(request), pk)
    bounce(
        row, code=body.code, to=_person(body.to), reason=body.reason, now=timezone.now(), actor=_me(request)
    )
    return _answer(pk)


@router.post("/duties/{int:pk}/arbitrate", response=DutyOut)
def post_arbitrate(request: HttpRequest, pk: int, body: PassIn) -> dict[str, Any]:
    """After a second bounce: the arbiter's decision binds."""
    row = selectors.get_visible_duty(_me(request), pk)
    arbitrate(row, to=_person(body.to), reason=body.reason, now=timezone.now(), actor=_me(request))
    return _answer(pk)


@router.post("/duties/{int:pk}/ask-stop", response=DutyOut)
def post_ask_stop(request: HttpRequest, pk: int, body: AskStopIn) -> dict[str, Any]:
    """Ask to stop the clock: higher_approval, force_majeure, stop_order, applicant."""
    row = selectors.get_visible_duty(_me(request), pk)
    ask_stop(
        row,
        code=body.code,
        note=body.note,
        expected_until=in_utc(body.expected_until),
        now=timezone.now(),
        actor=_me(request),
    )
    return _answer(pk)


@router.post("/duties/{int:pk}/approve-stop", response=DutyOut)
def post_approve_stop(request: HttpRequest, pk: int, body: DecideIn) -> dict[str, Any]:
    """Decide the pending stop; never by the one who asked. ``granted`` false refuses, with a reason."""
    row, now = selectors.get_visible_duty(_me(request), pk), timezone.now()
    if body.granted:
        approve_stop(row, now=now, actor=_me(request))
    else:
        refuse_stop(row, reason=body.reason, now=now, actor=_me(request))
    return _answer(pk)


@router.post("/duties/{int:pk}/resume", response=DutyOut)
def post_resume(request: HttpRequest, pk: int, body: ReasonIn) -> dict[str, Any]:
    """Let the clock run again; the due time moves by the time that it stood still."""
    row = selectors.get_visible_duty(_me(request), pk)
    resume(row, now=timezone.now(), actor=_me(request), reason=body.reason)
    return _answer(pk)


@router.post("/duties/{int:pk}/ask-extension", response=DutyOut)
def post_ask_extension(request: HttpRequest, pk: int, body: AskExtensionIn) -> dict[str, Any]:
    """Ask for more time, before expiry only, at most twice."""
    row = selectors.get_visible_duty(_me(request), pk)
    ask_extension(
        row,
        wanted_due_at=in_utc(body.wanted_due_at),
        reason=body.reason,
        now=timezone.now(),
        actor=_me(request),
    )
    return _answer(pk)


@router.post("/duties/{int:pk}/decide-extension", response=DutyOut)
def post_decide_extension(request: HttpRequest, pk: int, body: DecideIn) -> dict[str, Any]:
    """Decide the pending extension; never by the one who asked."""
    row = selectors.get_visible_duty(_me(request), pk)
    decide_extension(row, granted=body.granted, reason=body.reason, now=timezone.now(), actor=_me(request))
    return _answer(pk)


@router.post("/duties/{int:pk}/urge", response=DutyOut)
def post_urge(request: HttpRequest, pk: int, body: ReasonIn) -> dict[str, Any]:
    """A yellow slip by hand: the holder, the unit's head and the bureau's leaders are told."""
    row = selectors.get_visible_duty(_me(request), pk)
    urge(row, reason=body.reason, now=timezone.now(), actor=_me(request))
    return _answer(pk)


@router.post("/notices/seen", response=SeenOut)
def post_notices_seen(request: HttpRequest, body: NoticesIn) -> dict[str, int]:
    """Mark my notices as seen."""
    return {"seen": mark_notices_seen(_me(request), now=timezone.now(), ids=body.ids)}
