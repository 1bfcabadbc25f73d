"""Whether the rows of a draft fit together: everything is told by its place, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from lantu.calc.work_time import BadCalendar, WorkTime
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.drafts import ActivityRow, CalendarRow, LinkRow, ScheduleDraft
from lantu.lifecycle.schedule.services.passing import unfit
from lantu.lifecycle.schedule.states import (
    ActivityKind,
    ConstraintKind,
    EvidenceGrade,
    LagCalendar,
    LinkKind,
    PercentKind,
    ScheduleKind,
    Source,
)

MOST_ACTIVITIES = 200_000
MOST_MINUTES = 2_000_000_000
SHOWN = 5


def check_draft(draft: ScheduleDraft) -> None:
    """Raises Unacceptable with the place and the remedy for the first thing that does not fit."""
    if draft.kind not in ScheduleKind.values or draft.source not in Source.values:
        raise unfit("kind", _("计划类别或来源不对。"))
    if not draft.name.strip():
        raise unfit("name", _("请填写计划名称。"))
    if not draft.activities:
        raise unfit("activities", _("计划里还没有任务。"), _("至少要有一项任务。"))
    if len(draft.activities) > MOST_ACTIVITIES:
        raise unfit(
            "activities", _("任务超过 %(most)d 项。") % {"most": MOST_ACTIVITIES}, _("请按标段拆成几份计划。")
        )
    check_calendars(draft.calendars)
    _unique("activities", [row.code for row in draft.activities])
    calendars = {row.code for row in draft.calendars}
    kinds = {row.code: row.kind for row in draft.activities}
    for row in draft.activities:
        check_activity(row, calendars, kinds)
    _no_nesting_loop(draft)
    for link in draft.links:
        check_link(link, kinds)
    _unique("links", [f"{link.predecessor_code} {link.kind} {link.successor_code}" for link in draft.links])


def check_calendars(rows: Sequence[CalendarRow]) -> None:
    """Every calendar can be laid out, codes are unique, and exactly one is the default."""
    if not rows:
        raise unfit("calendars", _("计划没有日历。"), _("请至少选择一个日历，例如“国家工作日”。"))
    _unique("calendars", [row.code for row in rows])
    if sum(row.is_default for row in rows) != 1:
        raise unfit("calendars", _("默认日历应当恰好有一个。"), _("请把其中一个设为默认。"))
    for row in rows:
        try:
            WorkTime.of(row.week, {date.fromisoformat(day): spans for day, spans in row.exceptions.items()})
        except (BadCalendar, ValueError, TypeError) as error:
            place = error.place if isinstance(error, BadCalendar) else "exceptions"
            raise Unacceptable(
                "schedules.bad_calendar",
                _("日历“%(name)s”有误：%(place)s。") % {"name": row.name or row.code, "place": place},
                remedy=_("每天的工作时段写成“从几分到几分”，按先后排列、互不重叠，全周至少有一个工作时段。"),
                field=f"calendars.{row.code}.{place}",
            ) from error
        if not 0 < row.hours_per_day <= 24:
            raise unfit(f"calendars.{row.code}.hours_per_day", _("每日工时应在 0 到 24 之间。"))


def check_activity(row: ActivityRow, calendars: set[str], kinds: dict[str, str]) -> None:
    """One row against the codes of the plan."""
    place = f"activities.{row.code}"
    if not row.code.strip() or not row.name.strip():
        raise unfit(place, _("任务“%(row)s”缺编号或名称。") % {"row": row.code or row.name})
    if row.calendar_code and row.calendar_code not in calendars:
        raise unfit(
            f"{place}.calendar",
            _("任务“%(code)s”用的日历“%(calendar)s”不存在。")
            % {"code": row.code, "calendar": row.calendar_code},
            _("可用的日历：%(known)s。") % {"known": "、".join(sorted(calendars))},
        )
    if row.parent_code and kinds.get(row.parent_code) != ActivityKind.SUMMARY:
        raise unfit(
            f"{place}.parent",
            _("任务“%(code)s”的上级“%(parent)s”不是汇总任务。")
            % {"code": row.code, "parent": row.parent_code},
            _("请先增加汇总任务，或去掉上级。"),
        )
    for field, value, allowed in (
        ("kind", row.kind, ActivityKind.values),
        ("constraint_kind", row.constraint_kind, ConstraintKind.values),
        ("constraint2_kind", row.constraint2_kind, ConstraintKind.values),
        ("percent_kind", row.percent_kind, PercentKind.values),
        ("evidence_grade", row.evidence_grade, EvidenceGrade.values),
    ):
        if value not in allowed:
            raise unfit(f"{place}.{field}", _("“%(value)s”不是可用的取值。") % {"value": value})
    _check_numbers(row, place)
    _check_dates(row, place)


def _check_numbers(row: ActivityRow, place: str) -> None:
    for field in ("duration_min", "remaining_min"):
        minutes = getattr(row, field)
        if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
            raise unfit(
                f"{place}.{field}",
                _("任务“%(code)s”的工期不对。") % {"code": row.code},
                _("工期不能是负数。"),
            )
    if not 0 <= row.percent <= 100:
        raise unfit(
            f"{place}.percent", _("任务“%(code)s”的完成比例应在 0 到 100 之间。") % {"code": row.code}
        )


def _check_dates(row: ActivityRow, place: str) -> None:
    needs = [(row.constraint_kind, row.constraint_at), (row.constraint2_kind, row.constraint2_at)]
    for kind, at in needs:
        if kind not in {"", ConstraintKind.ALAP} and at is None:
            raise unfit(
                f"{place}.constraint_at",
                _("任务“%(code)s”有限制但没有日期。") % {"code": row.code},
                _("请填写限制日期，或改为“尽早开始”。"),
            )
    if row.actual_finish_at is not None and (
        row.actual_start_at is None or row.actual_finish_at < row.actual_start_at
    ):
        raise unfit(
            f"{place}.actual_finish_at",
            _("任务“%(code)s”的实际完成早于实际开始。") % {"code": row.code},
            _("请核对两个日期。"),
        )


def check_link(link: LinkRow, kinds: dict[str, str]) -> None:
    """Both ends exist, are different and no summaries."""
    place = f"links.{link.predecessor_code}-{link.successor_code}"
    for code in (link.predecessor_code, link.successor_code):
        if code not in kinds:
            raise unfit(
                place, _("逻辑关系里的任务“%(code)s”不存在。") % {"code": code}, _("请核对任务编号。")
            )
        if kinds[code] == ActivityKind.SUMMARY:
            raise unfit(
                place,
                _("汇总任务“%(code)s”不能有逻辑关系。") % {"code": code},
                _("请把关系连到它下面的任务或里程碑。"),
            )
    if link.predecessor_code == link.successor_code:
        raise unfit(
            place,
            _("任务“%(code)s”不能等待它自己。") % {"code": link.predecessor_code},
            _("请去掉这条关系。"),
        )
    if link.kind not in LinkKind.values or link.lag_calendar not in LagCalendar.values:
        raise unfit(place, _("逻辑关系的类型不对。"), _("可用：FS、SS、FF、SF。"))
    if abs(link.lag_min) > MOST_MINUTES:
        raise unfit(place, _("间隔时间不对。"))


def _unique(place: str, codes: list[str]) -> None:
    twice = [code for code, times in Counter(codes).items() if times > 1]
    if twice:
        raise unfit(
            f"{place}.{twice[0]}",
            _("编号重复：%(codes)s。") % {"codes": "、".join(twice[:SHOWN])},
            _("每个编号只能出现一次。"),
        )


def _no_nesting_loop(draft: ScheduleDraft) -> None:
    parent = {row.code: row.parent_code for row in draft.activities}
    safe: set[str] = {""}
    for start in parent:
        path: list[str] = []
        code = start
        while code not in safe:
            if code in path:
                raise unfit(
                    f"activities.{code}.parent",
                    _("汇总任务互为上级：%(codes)s。") % {"codes": " → ".join([*path, code])},
                    _("请去掉其中一个上级。"),
                )
            path.append(code)
            code = parent[code]
        safe.update(path)
