"""Events of checklists in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "checklists.checklist_drafted": _("编制清单"),
    "checklists.items_put": _("列入子任务"),
    "checklists.item_changed": _("修改子任务"),
    "checklists.checklist_submitted": _("送会签"),
    "checklists.checklist_signed": _("会签"),
    "checklists.checklist_sent_back": _("清单退回修改"),
    "checklists.checklist_issued": _("下达清单"),
    "checklists.checklist_withdrawn": _("撤回清单"),
    "appraisal.month_opened": _("预填本月清单"),
    "appraisal.month_reviewed": _("异常复核与抽样"),
    "appraisal.month_moved": _("月度考核进入下一步"),
    "appraisal.month_published": _("公布考核结果"),
    "appraisal.sheet_reported": _("核对清单"),
    "appraisal.sheet_verified": _("核验清单"),
    "appraisal.item_passed_on": _("移交或退回子任务"),
    "appraisal.checklist_frozen": _("冻结清单数据"),
    "appraisal.checklist_scored": _("清单评分"),
    "appraisal.appeal_made": _("考核申诉"),
    "appraisal.appeal_decided": _("裁定申诉"),
    "appraisal.adjustment_proposed": _("提出考核调整"),
    "appraisal.adjustment_decided": _("确认考核调整"),
    "appraisal.questions_asked": _("提出询问"),
    "appraisal.question_answered": _("答复询问"),
    "appraisal.fact_corrected": _("冻结后更正"),
}
