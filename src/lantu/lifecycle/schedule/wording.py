"""Words of the pages of schedules: what ``<lantu-gantt>`` shows, translated here because scripts hold no sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lantu.accounts.models import Organisation, User
from lantu.calc.progress_claims import ClaimPart
from lantu.lifecycle.schedule.calendar_text import weekday_names
from lantu.lifecycle.schedule.states import ConstraintKind

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*[+-]\d\d:\d\d$")

EVENTS = {
    "schedules.schedule_created": gettext_lazy("建立进度计划"),
    "schedules.schedule_edited": gettext_lazy("修改进度计划"),
    "schedules.schedule_computed": gettext_lazy("重新计算进度计划"),
    "schedules.schedule_proposed": gettext_lazy("进度计划报批"),
    "schedules.schedule_sent_back": gettext_lazy("退回进度计划"),
    "schedules.schedule_put_in_force": gettext_lazy("批准进度计划"),
    "schedules.schedule_superseded": gettext_lazy("进度计划被新版替代"),
    "schedules.baseline_frozen": gettext_lazy("冻结基准"),
    "schedules.progress_recorded": gettext_lazy("填报计划进度"),
    "schedules.milestone_slipped": gettext_lazy("关键节点滞后"),
    "schedules.slip_answered": gettext_lazy("答复节点滞后"),
    "schedules.slip_closed": gettext_lazy("节点滞后办结"),
    "schedules.levelling_asked": gettext_lazy("提出资源平衡"),
    "schedules.levelling_done": gettext_lazy("资源平衡算完"),
    "schedules.levelling_adopted": gettext_lazy("采纳资源平衡"),
    "schedules.adoption_undone": gettext_lazy("撤销采纳资源平衡"),
    "schedules.schedule_discarded": gettext_lazy("作废编制稿"),
}


def gantt_words() -> dict[str, str]:
    """For the child script of ``<lantu-gantt>``; see frontend/README.md."""
    return {**_bar(), **_table(), **_legend(), **_asking(), **_paper()}


CHANGES = {
    "moved": gettext_lazy("日期移动"),
    "added": gettext_lazy("基准之后新增"),
    "dropped": gettext_lazy("已从计划删去"),
    "same": gettext_lazy("没有变化"),
}
# Verdict of the claim checker → (what it says, tone of the badge).
VERDICTS = {
    "holds": (gettext_lazy("说法成立"), "ok"),
    "partly": (gettext_lazy("部分成立"), "warn"),
    "fails": (gettext_lazy("说法不成立"), "bad"),
    "cannot_say": (gettext_lazy("无法判断"), ""),
}


def reason_text(code: str, values: Mapping[str, Any]) -> str:
    """Why the claim checker decided so; an unknown reason stays a code, which is easy to spot."""
    match code:
        case "no_weights":
            return _("基准没有预算、权重或工期，无法折算任务量。")
        case "too_slow":
            return _("实际一天完成计划 %(compression).2f 天的任务量，所称是 %(claimed).2f 天。") % values
        case "not_yet":
            return _(
                "速度达到所称，但到截至日只完成了计划 %(done).0f 天的任务量，还不到 %(claimed).0f 天。"
            ) % {
                "done": values["planned_days"],
                "claimed": values["claimed_days"],
            }
        case "too_little_done":
            return _("已完成的任务量相当于计划 %(done).0f 天，不到所称的 %(claimed).0f 天。") % {
                "done": values["planned_days"],
                "claimed": values["claimed_days"],
            }
        case "took_longer":
            return _("实际用了 %(elapsed).0f 天，超过所称的 %(claimed).0f 天。") % values
        case "not_proved":
            return _("已完成部分只有 %(share).0f%% 有证据，要求不低于 %(wanted).0f%%。") % {
                "share": 100 * values["share"],
                "wanted": 100 * values["wanted"],
            }
        case "scope_cut":
            return _(
                "范围比基准缩小 %(share).1f%%（删去 %(dropped)d 项，减量 %(shrunk)d 项），须先还原同一范围。"
            ) % {
                "share": 100 * values["share"],
                "dropped": values["dropped"],
                "shrunk": values["shrunk"],
            }
        case "holds":
            return _("按有证据的部分计算，一天完成计划 %(compression).2f 天的任务量。") % values
        case _:
            return code


def part_rows(parts: Sequence[ClaimPart]) -> list[tuple[str, bool, str, str]]:
    """(what is claimed, whether it holds, what was found, what it takes) for each part of a claim."""
    names = {
        "pace": _("速度：一天完成的计划天数"), "amount": _("任务量：相当于计划天数"), "time": _("用时：自实际开工"),
        "proof": _("证据：已完成部分里有证据的"), "scope": _("范围：与基准相同的"),
    }  # fmt: skip

    def shown(part: ClaimPart, value: float) -> str:
        if part.code == "pace":
            return f"{value:.2f}"
        if part.code in {"amount", "time"}:
            return _("%(n).0f 天") % {"n": value}
        return f"{100 * value:.1f}%"

    return [
        (names.get(part.code, part.code), part.holds, shown(part, part.found),
         ("≤ " if part.code == "time" else "≥ ") + shown(part, part.wanted))
        for part in parts
    ]  # fmt: skip


def plain_value(value: Any) -> Any:
    """A stored moment as a date and a time, a whole calendar by its days off; anything else as it is."""
    if isinstance(value, dict):
        return _("停工 %(n)s 天") % {"n": sum(not spans for spans in value.get("exceptions", {}).values())}
    if isinstance(value, str) and ISO.match(value):
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    return value


def told_differences(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What somebody else changed (``Stale.differences``), fields named and values as people write them."""
    return told_rows(rows, field="field", sides=("before", "theirs"))


def told_rows(
    rows: Sequence[Mapping[str, Any]], *, field: str, sides: tuple[str, str]
) -> list[dict[str, Any]]:
    """Rows of changes with names in place of codes and numbers: of the field (under key ``field``), and of the people,
    units and kinds on both ``sides``. One query a kind of number, none without such changes."""
    names = {
        "responsible_id": _names(User, rows, field, sides, "responsible_id"),
        "owner_id": _names(Organisation, rows, field, sides, "owner_id"),
        "constraint_kind": {str(kind): str(label) for kind, label in ConstraintKind.choices},
    }

    def shown(row: Mapping[str, Any], side: str) -> Any:
        known, value = names.get(str(row.get(field, "")), {}), row.get(side)
        return known.get(str(value)) or plain_value(value)

    return [
        {**row, field: field_label(str(row.get(field, ""))), **{side: shown(row, side) for side in sides}}
        for row in rows
    ]


def _names(
    model: type[User] | type[Organisation],
    rows: Sequence[Mapping[str, Any]],
    field: str,
    sides: tuple[str, str],
    name: str,
) -> dict[str, str]:
    values = (row.get(side) for row in rows if row.get(field) == name for side in sides)
    numbers = {value for value in values if isinstance(value, int)}
    return {str(row.pk): str(row) for row in model.objects.filter(pk__in=numbers)} if numbers else {}


def field_label(what: str) -> str:
    """The name of a changed field as people say it; an unknown one stays as it is."""
    return {
        "name": _("名称"),
        "duration_min": _("工期（分钟）"),
        "remaining_min": _("剩余工期（分钟）"),
        "calendar_code": _("日历"),
        "parent_code": _("上级"),
        "default_calendar": _("默认日历"),
        "calendar_name": _("日历名称"),
        "calendar_hours_per_day": _("一天按几小时"),
        "calendar_exceptions": _("例外日"),
        "drop_calendar": _("删除日历"),
        "expected_finish_at": _("预计完成"),
        "constraint_kind": _("限制"),
        "constraint_at": _("限制日期"),
        "deadline_at": _("最后期限"),
        "responsible_id": _("责任人"),
        "owner_id": _("责任单位"),
        "weight": _("权重"),
        "budget_yuan": _("预算"),
        "percent": _("完成 %"),
        "actual_start_at": _("实际开始"),
        "actual_finish_at": _("实际完成"),
        "data_date": _("数据日期"),
        "start_at": _("计划开始"),
        "must_finish_at": _("必须完成"),
        "add": _("新增"),
        "remove": _("删除"),
        "link": _("逻辑关系"),
        "unlink": _("去掉逻辑关系"),
        "calendar": _("日历"),
        **{f"calendar_day{number}": name for number, name in enumerate(weekday_names())},
    }.get(what, what)


def _bar() -> dict[str, str]:
    return {
        "gantt_search": _("按名称、编号、单位查找"),
        "gantt_sets": _("显示哪些任务"),
        "gantt_set_all": _("全部任务"),
        "gantt_set_critical": _("关键任务"),
        "gantt_set_late": _("晚于基准"),
        "gantt_set_open": _("未完成"),
        "gantt_set_mine": _("我负责的"),
        "gantt_count": _("{count} 项"),
        "gantt_zoom": _("时间尺度"),
        "gantt_zoom_day": _("日"),
        "gantt_zoom_week": _("周"),
        "gantt_zoom_month": _("月"),
        "gantt_zoom_quarter": _("季"),
        "gantt_zoom_year": _("年"),
        "gantt_today": _("数据日期"),
        "gantt_fold_all": _("收起"),
        "gantt_open_all": _("展开"),
        "gantt_fold": _("展开或收起“{name}”"),
        "gantt_show": _("显示"),
        "gantt_showLinks": _("逻辑关系"),
        "gantt_showBaseline": _("基准"),
        "gantt_showFloat": _("时差"),
        "gantt_table": _("表格"),
        "gantt_chart": _("横道图"),
        "gantt_print": _("打印 A3"),
        "gantt_loading": _("正在读取计划"),
        "gantt_failed": _("计划没有取到，请刷新页面重试。"),
    }


def _table() -> dict[str, str]:
    return {
        "gantt_name": _("名称"),
        "gantt_start": pgettext("schedule", "开始"),
        "gantt_finish": pgettext("schedule", "完成"),
        "gantt_percent": "%",
        "gantt_caption": _("{name}，共 {count} 行"),
        "gantt_col_code": _("编号"),
        "gantt_col_name": _("名称"),
        "gantt_col_start": pgettext("schedule", "开始"),
        "gantt_col_finish": pgettext("schedule", "完成"),
        "gantt_col_days": _("天数"),
        "gantt_col_percent": "%",
        "gantt_col_float": _("总时差"),
        "gantt_col_critical": _("关键"),
        "gantt_col_base_start": _("基准开始"),
        "gantt_col_base_finish": _("基准完成"),
        "gantt_col_late": _("较基准"),
        "gantt_col_before": _("紧前任务"),
        "gantt_col_owner": _("责任单位"),
        "gantt_col_grade": _("证据等级"),
        "gantt_yes": _("是"),
        "gantt_critical": _("关键"),
        "gantt_days_late": _("比基准晚 {days} 天"),
        "gantt_tip_baseline": _("基准 {from} – {to}"),
        "gantt_tip_float": _("总时差 {days} 个工作日"),
    }


def _legend() -> dict[str, str]:
    return {
        "gantt_l_done": _("已完成部分"),
        "gantt_l_rest": _("未完成部分"),
        "gantt_l_critical": _("关键任务"),
        "gantt_l_overdue": _("已过基准完成日"),
        "gantt_l_baseline": _("基准"),
        "gantt_l_float": _("总时差"),
        "gantt_l_milestone": _("里程碑、汇总"),
        "gantt_l_data_date": _("数据日期"),
        "gantt_l_today": _("今日"),
    }


def _asking() -> dict[str, str]:
    return {
        "gantt_ask_move": _(
            "把“{name}”设为不早于 {start} 开始？原为 {before_start} 至 {before_finish}，后续任务将重新计算。"
        ),
        "gantt_ask_stretch": _(
            "把“{name}”的工期改到 {finish} 完成？原为 {before_start} 至 {before_finish}，后续任务将重新计算。"
        ),
        "gantt_confirm": _("确认修改"),
        "gantt_cancel": _("取消"),
        "gantt_close": _("知道了"),
        "gantt_newest": _("载入最新计划"),
        "gantt_stay": _("先不载入"),
        "gantt_what": _("项目内容"),
        "gantt_before": _("原值"),
        "gantt_after": _("现值"),
        "gantt_by": _("修改人"),
        "gantt_saved": _("已修改，计划已重新计算。"),
    }


def _paper() -> dict[str, str]:
    return {
        "gantt_p_data_date": _("数据日期 {date}"),
        "gantt_p_baseline": _("对照 {name}"),
        "gantt_p_as_of": _("打印时间 {time}"),
        "gantt_p_page": _("第 {number} 页"),
    }
