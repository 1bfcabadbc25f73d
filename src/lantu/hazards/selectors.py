"""Reads of hazards. Every one starts from the projects that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.models import User
from lantu.accounts.scopes import scope_of
from lantu.core.findings import words
from lantu.core.models import Event, Evidence
from lantu.core.refusals import Missing
from lantu.duties.models import Notice
from lantu.hazards.models import Hazard, Reply
from lantu.hazards.states import EXCLUDED_STATES, Grade, HazardState
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

# What the rates count: confirmed and not taken out of the count.
COUNTED = Q(confirmed_at__isnull=False) & ~Q(state__in=EXCLUDED_STATES)
OPEN = Q(closed_at=None)
ON_TIME = Q(state=HazardState.CLOSED, closed_at__lte=F("original_due_at"))
EVER_CLOSED = Q(state=HazardState.CLOSED) | (Q(reopened_count__gt=0) & COUNTED)
# Back within 90 days of the closing before.
REOPENED_SOON = EVER_CLOSED & Q(
    reopened_count__gt=0, reopened_at__lte=F("last_closed_at") + timedelta(days=90)
)
# Re-checked by somebody of another unit than whoever issued the order; an automatic order has no such person.
INDEPENDENT = Q(state=HazardState.CLOSED) & (
    Q(issuer=None) | ~Q(rechecker__organisation=F("issuer__organisation"))
)
# The list's named sets; figures open exactly these rows.
SETS: dict[str, Q] = {
    "open": OPEN,
    "counted": COUNTED,
    "closed": Q(state=HazardState.CLOSED),
    "excluded": Q(state__in=EXCLUDED_STATES),
    "first_pass": Q(state=HazardState.CLOSED, returned_count=0),
    "ever_closed": EVER_CLOSED,
    "reopened": REOPENED_SOON,
    "independent": INDEPENDENT,
    "false": Q(state=HazardState.FALSE_POSITIVE),
    "major": ~Q(major_basis=""),
    "stopped": OPEN & Q(stops__isnull=False, stops__resumed_at=None),
    "listed": Q(listings__isnull=False, listings__delisted_at=None),
}
# Over the list: label, query parameter, value.
CHIPS = (
    (gettext_lazy("全部"), "", ""),
    (gettext_lazy("在我手上"), "mine", "1"),
    (gettext_lazy("未销号"), "set", "open"),
    (gettext_lazy("逾期"), "due", "overdue"),
    (gettext_lazy("计入整改率"), "set", "counted"),
    (gettext_lazy("本年到期"), "due", "year"),
    (gettext_lazy("重大"), "set", "major"),
    (gettext_lazy("停工中"), "set", "stopped"),
    (gettext_lazy("复发"), "set", "reopened"),
    (gettext_lazy("已销号"), "set", "closed"),
    (gettext_lazy("不计入"), "set", "excluded"),
)


def visible_hazards(reader: Any) -> QuerySet[Hazard]:
    """The hazards of the projects that this reader may know of."""
    if scope_of(reader).city:
        return Hazard.objects.all()
    return Hazard.objects.filter(project__in=visible_projects(reader))


def with_deadline(rows: QuerySet[Hazard]) -> QuerySet[Any]:
    """Adds ``deadline``: the order's deadline, or while there is no order, the one of the open duty."""
    return rows.annotate(deadline=Coalesce("due_at", "duty__due_at"))


def overdue(rows: QuerySet[Hazard], now: datetime) -> QuerySet[Any]:
    """Open and past the deadline."""
    return with_deadline(rows).filter(OPEN, deadline__lt=now)


def year_start(now: datetime) -> datetime:
    """The first moment of the local year."""
    return timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def due_this_year(rows: QuerySet[Hazard], now: datetime) -> QuerySet[Hazard]:
    """Counted hazards whose original deadline lies between the start of the year and now."""
    return rows.filter(COUNTED, original_due_at__gte=year_start(now), original_due_at__lte=now)


def on_time(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """Closed not later than the order first said: more time granted later does not count."""
    return rows.filter(ON_TIME)


@dataclass(frozen=True, kw_only=True)
class HazardFilter:
    """What the list is asked for. ``order``: recent | due | oldest; ``month``: "2026-06", of the original deadline."""

    words: str = ""
    state: str = ""
    grade: int | None = None
    project: str = ""
    unit: int | None = None
    named_set: str = ""
    due: str = ""
    mine: bool = False
    order: str = ""
    county: str = ""
    month: str = ""
    rule: str = ""


_ORDERS = {
    "recent": ("-opened_at", "-id"),
    "oldest": ("opened_at", "id"),
    "due": ("deadline", "-grade", "id"),
}


def filtered_hazards(reader: User, wanted: HazardFilter, *, now: datetime) -> QuerySet[Hazard]:
    """The list page's and the API's rows."""
    rows = with_deadline(visible_hazards(reader)).select_related(
        "project", "rectifier_unit", "duty__holder", "duty__unit"
    )
    if wanted.words:
        rows = rows.filter(
            Q(title__icontains=wanted.words)
            | Q(order_no__icontains=wanted.words)
            | Q(project__name__icontains=wanted.words)
        )
    if wanted.state in HazardState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.grade in Grade.values:
        rows = rows.filter(grade=wanted.grade)
    if wanted.project:
        rows = rows.filter(project__code=wanted.project)
    if wanted.unit is not None:
        rows = rows.filter(rectifier_unit_id=wanted.unit)
    if wanted.named_set in SETS:
        rows = rows.filter(SETS[wanted.named_set])
    if wanted.due == "overdue":
        rows = overdue(rows, now)
    elif wanted.due == "year":
        rows = due_this_year(rows, now)
    elif wanted.due == "past":
        rows = rows.filter(COUNTED, original_due_at__lte=now)
    elif wanted.due == "year_on_time":
        rows = on_time(due_this_year(rows, now))
    if wanted.mine:
        rows = rows.filter(OPEN, duty__holder=reader)
    rows = _of_group(rows, wanted)
    default = "due" if wanted.named_set == "open" or wanted.due == "overdue" or wanted.mine else "recent"
    return rows.order_by(*_ORDERS.get(wanted.order, _ORDERS[default]))


def _of_group(rows: QuerySet[Any], wanted: HazardFilter) -> QuerySet[Any]:
    """The lines of the rate card: a county, a rule, a month."""
    if wanted.county:
        rows = rows.filter(project__area_code=wanted.county)
    if wanted.rule:
        rows = rows.filter(rule_label=wanted.rule)
    span = month_span(wanted.month)
    if span is not None:
        rows = rows.filter(original_due_at__gte=span[0], original_due_at__lt=span[1])
    return rows


def month_span(text: str) -> tuple[datetime, datetime] | None:
    """The first moments of that local month and of the next; None for anything that is no month."""
    year, _dash, month = text.partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit()):
        return None
    if not (2000 <= int(year) <= 2100 and 1 <= int(month) <= 12):
        return None
    zone = timezone.get_current_timezone()
    first = datetime(int(year), int(month), 1, tzinfo=zone)
    return first, datetime(int(year) + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=zone)


def get_visible_hazard(reader: Any, pk: int) -> Hazard:
    """One hazard with its people. Raises Missing when it is not there for this reader."""
    found = (
        visible_hazards(reader)
        .select_related(
            "project", "alert__device", "rectifier_unit", "rectifier__organisation", "issuer__organisation",
            "supervisor__organisation", "rechecker__organisation", "reporter__organisation", "merged_into",
            "false_proposed_by__organisation", "ended_by", "duty__holder__organisation", "duty__unit",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip
    if found is None:
        raise Missing(
            "hazards.unknown", _("没有找到这条隐患，或您无权查看。"), remedy=_("请从隐患清单重新进入。")
        )
    return found


def holds_ball(reader: Any, hazard: Hazard) -> bool:
    """Whether the open duty of this hazard lies with the reader."""
    return hazard.is_open and hazard.duty is not None and hazard.duty.holder_id == reader.pk


@dataclass(frozen=True, kw_only=True)
class ReplyView:
    """A reply with its evidence and the reviews with theirs."""

    reply: Reply
    files: list[Evidence]
    reviews: list[tuple[Any, list[Evidence]]]


def evidence_of(supports_type: str, ids: list[int]) -> dict[int, list[Evidence]]:
    """Evidence that is not void, by the row it supports; ``questions``: its findings in the reader's words."""
    found: dict[int, list[Evidence]] = {pk: [] for pk in ids}
    rows = Evidence.objects.filter(supports_type=supports_type, supports_id__in=ids, voided_at=None)
    for evidence in rows.order_by("id"):
        evidence.questions = [words(found_out) for found_out in evidence.findings]  # type: ignore[attr-defined]
        found[evidence.supports_id].append(evidence)
    return found


def found_photos(hazard: Hazard) -> list[Evidence]:
    """Photos of how the hazard was found."""
    return evidence_of("hazards.hazard", [hazard.pk])[hazard.pk]


def reply_views(hazard: Hazard) -> list[ReplyView]:
    """All replies, oldest first, in three queries."""
    replies = list(
        hazard.replies.select_related("by", "unit").prefetch_related("reviews__by", "reviews__unit")
    )
    reviews = [review for reply in replies for review in reply.reviews.all()]
    of_reply = evidence_of("hazards.reply", [reply.pk for reply in replies])
    of_review = evidence_of("hazards.review", [review.pk for review in reviews])
    return [
        ReplyView(
            reply=reply,
            files=of_reply[reply.pk],
            reviews=[(review, of_review[review.pk]) for review in reply.reviews.all()],
        )
        for reply in replies
    ]


def events_of(hazard: Hazard) -> QuerySet[Event]:
    """What happened to this hazard, newest first."""
    mine = Event.objects.filter(subject_type="hazards.hazard", subject_id=hazard.pk)
    return mine.select_related("actor__organisation", "on_behalf_of").order_by("-id")


def deliveries(hazard: Hazard) -> QuerySet[Notice]:
    """Who was told of this hazard's steps and slips, when, and when they saw it, latest first."""
    mine = Notice.objects.filter(duty__subject_type="hazards.hazard", duty__subject_id=hazard.pk)
    return mine.select_related("recipient").order_by("-sent_at", "-pk")


def hazards_at_hand(reader: User) -> QuerySet[Hazard]:
    """Open hazards for a person on site: those whose ball is with them or with their unit, nearest deadline first."""
    mine = Q(duty__holder=reader)
    if reader.organisation_id is not None:
        mine |= Q(duty__unit_id=reader.organisation_id)
    rows = with_deadline(visible_hazards(reader)).filter(OPEN & mine)
    return rows.select_related("project", "duty__holder", "rectifier_unit").order_by(
        "duty__due_at", "-grade", "id"
    )


def mergeable_into(reader: Any, hazard: Hazard) -> QuerySet[Hazard]:
    """Other open hazards of the same project; which of two stays is for :func:`lantu.hazards.twins.stays` to say."""
    others = visible_hazards(reader).filter(OPEN, project_id=hazard.project_id).exclude(pk=hazard.pk)
    return others.order_by("-opened_at")


def lamp_facts(project_ids: list[int], now: datetime) -> dict[int, dict[str, int]]:
    """Open hazards that colour a project's lamp: red, orange, overdue."""
    found: dict[int, dict[str, int]] = {}
    rows = with_deadline(Hazard.objects.filter(OPEN, project_id__in=project_ids))
    for project_id, grade, deadline in rows.values_list("project_id", "grade", "deadline"):
        mine = found.setdefault(
            project_id, {"open_red_warnings": 0, "open_orange_warnings": 0, "overdue_hazards": 0}
        )
        mine["open_red_warnings"] += grade == Grade.RED
        mine["open_orange_warnings"] += grade == Grade.ORANGE
        mine["overdue_hazards"] += deadline is not None and deadline < now
    return found


def open_count(reader: Any, project: Project) -> int:
    """Open hazards of one project."""
    return visible_hazards(reader).filter(OPEN, project=project).count()
