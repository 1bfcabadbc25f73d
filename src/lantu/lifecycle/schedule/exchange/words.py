"""Sentences for the codes of findings, in the language of whoever reads the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: dict[str, Any] = {
    "table_twice": gettext_lazy("表 %(table)s 出现两次，按同一张表合并读取。"),
    "line_continued": gettext_lazy("表 %(table)s 的文字里有换行，已并入上一行。"),
    "no_end_mark": gettext_lazy("没有结束标记 %%E，按您的说明照常读取；请核对任务数。"),
    "bytes_replaced": gettext_lazy("有 %(count)s 个字符在所判断的编码里不存在，已替换或略去。"),
    "project_twice": gettext_lazy("项目 %(uid)s 重复出现，只读第一次。"),
    "calendar_substituted": gettext_lazy(
        "日历“%(calendar)s”无法读取（%(reason)s），暂以每周五天、每天八小时代替。"
    ),
    "calendar_parts_skipped": gettext_lazy("日历“%(calendar)s”有 %(count)s 处时间写法无法理解，已略去。"),
    "calendar_missing": gettext_lazy(
        "有 %(count)s 项任务引用文件里没有的日历 %(uid)s，暂以每周五天、每天八小时代替。"
    ),
    "project_calendar_missing": gettext_lazy("项目默认日历 %(uid)s 不在文件里，改用文件的第一个日历。"),
    "resource_calendars": gettext_lazy("有 %(count)s 项任务按资源排程，已改用其资源的日历。"),
    "resource_calendars_differ": gettext_lazy(
        "有 %(count)s 项按资源排程的任务用到日历不同的几项资源，如“%(code)s %(name)s”；核算时按任务自己的日历。"
    ),
    "calendars_absent": gettext_lazy("文件里没有任何日历，暂以每周五天、每天八小时代替。"),
    "activity_without_id": gettext_lazy("有一行任务没有内部编号，已略去。"),
    "activity_twice": gettext_lazy("任务“%(code)s %(name)s”的内部编号重复，只读第一次。"),
    "activities_homeless": gettext_lazy("有 %(count)s 项任务不属于文件里的任何项目，已略去。"),
    "activity_inactive": gettext_lazy("任务“%(code)s %(name)s”已停用：保留显示，其逻辑关系不读。"),
    "parent_missing": gettext_lazy("任务“%(code)s”所属的 WBS 不在文件里，放在最上层。"),
    "tree_in_a_ring": gettext_lazy("WBS 互为上级，共 %(count)s 项：%(names)s。"),
    "row_blank": gettext_lazy("第 %(row)s 行是空行，已略去。"),
    "row_external": gettext_lazy("第 %(row)s 行“%(name)s”是其他项目的任务，已略去。"),
    "code_twice": gettext_lazy("编号“%(code)s”出现 %(count)s 次，镜像里在后面加序号区分。"),
    "codes_from": gettext_lazy("文件没有任务编号一栏，编号取自%(source)s。"),
    "names_blank": gettext_lazy("有 %(count)s 项任务没有名称，镜像里显示编号。"),
    "finish_before_start": gettext_lazy("任务“%(code)s %(name)s”的完成早于开始，日期照原样保留。"),
    "actual_after_data_date": gettext_lazy(
        "有 %(count)s 项任务的实际日期晚于数据日期，如“%(code)s %(name)s”；日期照原样保留，请在原软件里核对。"
    ),
    "duration_negative": gettext_lazy("任务“%(code)s %(name)s”的工期是负数，按零读取。"),
    "before_baseline": gettext_lazy("有 %(count)s 项任务的开始早于基准，如“%(code)s %(name)s”。"),
    "open_ends": gettext_lazy("没有紧前任务的 %(without_before)s 项，没有紧后任务的 %(without_after)s 项。"),
    "dates_unreadable": gettext_lazy("有 %(count)s 个日期无法理解，按未填读取，如：%(examples)s。"),
    "numbers_unreadable": gettext_lazy("有 %(count)s 个时长无法理解，按未填读取，如：%(examples)s。"),
    "link_end_missing": gettext_lazy("一条逻辑关系的一端（%(uid)s）不在文件里，已略去。"),
    "link_other_project": gettext_lazy("一条逻辑关系连到其他项目（%(uid)s），已略去。"),
    "link_kind_unknown": gettext_lazy("不认识的关系类型“%(kind)s”，按“完成—开始”读取。"),
    "link_to_itself": gettext_lazy("任务“%(code)s %(name)s”连到自己，已略去。"),
    "link_twice": gettext_lazy("%(from)s → %(to)s 的 %(kind)s 关系重复，保留间隔较长的一条。"),
    "link_inactive": gettext_lazy("连到停用任务（%(uid)s）的逻辑关系已略去。"),
    "link_of_summary": gettext_lazy("%(from)s → %(to)s 的 %(kind)s 关系连到汇总任务：镜像里不保存。"),
    "link_of_summary_skipped": gettext_lazy("%(from)s → %(to)s 的 %(kind)s 关系连到汇总任务，不参与核算。"),
    "baseline_absent": gettext_lazy("文件里没有基准计划。"),
    "baselines_too_many": gettext_lazy("基准多于 11 个，“%(name)s”未读。"),
    "no_activities": gettext_lazy("项目“%(project)s”里没有任务。"),
    "no_dates": gettext_lazy("文件里没有任何开始日期，无法落到日历上。"),
    "cycle": gettext_lazy("逻辑关系成环：%(names)s。请在原软件里断开其中一条关系后重新导出。"),
    "through_mpxj": gettext_lazy("由 MPXJ 转换后读取。"),
}
REASONS: dict[str, Any] = {
    "syntax": gettext_lazy("格式有误"),
    "no_week": gettext_lazy("没有工作周"),
    "no_working_day": gettext_lazy("没有一个工作日"),
}
CODE_SOURCES: dict[str, Any] = {
    "wbs": gettext_lazy(" WBS"),
    "row": gettext_lazy("行号"),
}
ENCODING_WHY: dict[str, Any] = {
    "stated": gettext_lazy("您指定的"),
    "declared": gettext_lazy("文件自己声明"),
    "bom": gettext_lazy("文件开头有字节序标记"),
    "zeros": gettext_lazy("字节排列符合 UTF-16"),
    "ascii": gettext_lazy("只含英文字符"),
    "utf8": gettext_lazy("整个文件是有效的 UTF-8"),
    "chinese": gettext_lazy("不是 UTF-8，字节大多组成常用汉字"),
    "western": gettext_lazy("不是 UTF-8，也不像中文，按西欧编码读取"),
}
FORMATS: dict[str, Any] = {
    "xer": "Primavera XER",
    "p6xml": "Primavera P6 XML",
    "mspdi": "Microsoft Project XML",
    "mpp": "Microsoft Project MPP",
    "xlsx": gettext_lazy("本平台的表格"),
}


def sentence(finding: Mapping[str, Any]) -> str:
    """A stored finding as a sentence; an unknown code is shown as it is."""
    template = SENTENCES.get(finding["code"])
    if template is None:
        return str(finding["code"])
    params = dict(finding.get("params", {}))
    if "reason" in params:
        params["reason"] = REASONS.get(params["reason"], params["reason"])
    if finding["code"] == "codes_from":
        params["source"] = CODE_SOURCES.get(params.get("source", ""), "")
    if isinstance(params.get("names"), list):
        params["names"] = " → ".join([*params["names"], params["names"][0]])
    text = str(template) % params
    line = finding.get("line")
    return _("第 %(line)s 行：%(text)s") % {"line": line, "text": text} if line else text
