"""Events of programmes and templates in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, tuple[Any, str]] = {
    "programmes.programme_drafted": (_("编制行动计划"), ""),
    "programmes.programme_edited": (_("修改行动计划"), ""),
    "programmes.programme_submitted": (_("提请批准行动计划"), "warn"),
    "programmes.programme_approved": (_("批准行动计划"), "ok"),
    "programmes.programme_sent_back": (_("退回行动计划"), "bad"),
    "programmes.programme_checked": (_("核对月度进展"), "ok"),
    "programmes.programme_finished": (_("行动计划完成"), "ok"),
    "programmes.programme_voided": (_("取消行动计划"), "bad"),
    "programmes.project_joined": (_("纳入成员项目"), ""),
    "programmes.project_left": (_("成员项目退出"), "warn"),
    "programmes.goal_set": (_("设定目标"), ""),
    "programmes.goal_valued": (_("填报目标完成值"), ""),
    "programmes.milestone_added": (_("设定共同节点"), ""),
    "programmes.milestone_moved": (_("调整节点时限"), "warn"),
    "programmes.milestone_reported": (_("报告节点完成"), ""),
    "programmes.milestone_confirmed": (_("确认节点完成"), "ok"),
    "programmes.milestone_sent_back": (_("退回节点报告"), "bad"),
    "programmes.milestone_dropped": (_("取消节点"), "warn"),
    "cases.template_drafted": (_("编制经验模板"), ""),
    "cases.template_edited": (_("修改经验模板"), ""),
    "cases.template_submitted": (_("提请批准经验模板"), "warn"),
    "cases.template_approved": (_("批准经验模板"), "ok"),
    "cases.template_sent_back": (_("退回经验模板"), "bad"),
    "cases.template_superseded": (_("经验模板被新版取代"), ""),
    "cases.template_voided": (_("取消经验模板"), "bad"),
    "cases.template_used": (_("套用经验模板"), "ok"),
    "reports.bulletin_prepared": (_("编制通报"), ""),
    "reports.bulletin_edited": (_("修改编者按"), ""),
    "reports.bulletin_submitted": (_("通报送签并冻结"), "warn"),
    "reports.bulletin_issued": (_("签发通报"), "ok"),
    "reports.bulletin_sent_back": (_("退回通报"), "bad"),
    "reports.bulletin_voided": (_("取消通报"), "bad"),
    "reports.one_pager_kept": (_("存档项目一页纸"), ""),
    "reports.file_made": (_("生成报告文件"), ""),
}


def lines(events: Any) -> list[dict[str, Any]]:
    """Event, label and tone for the time line of a page."""
    found = []
    for one in events:
        label, tone = EVENTS.get(one.kind, (one.kind, ""))
        found.append({"event": one, "label": label, "tone": tone})
    return found
