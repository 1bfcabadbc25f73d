"""Names of events, reasons and lanes as pages show them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lantu.calc.gate_lamps import GateReason

EVENTS = {
    "gates.gates_opened": gettext_lazy("建立关口"),
    "gates.gate_started": gettext_lazy("启动关口"),
    "gates.gate_submitted": gettext_lazy("提交关口"),
    "gates.gate_checked": gettext_lazy("核对完整性"),
    "gates.gate_returned": gettext_lazy("退回关口"),
    "gates.gate_passed": gettext_lazy("关口通过"),
    "gates.gate_held": gettext_lazy("暂缓关口"),
    "gates.gate_released": gettext_lazy("解除暂缓"),
    "gates.gate_rejected": gettext_lazy("不予通过"),
    "gates.gate_suspended": gettext_lazy("停缓建"),
    "gates.gate_resumed": gettext_lazy("恢复建设"),
    "gates.gate_cancelled": gettext_lazy("取消项目"),
    "gates.gate_reopened": gettext_lazy("重新打开关口"),
    "gates.gate_replanned": gettext_lazy("调整关口时限"),
    "gates.step_applied": gettext_lazy("申请要件"),
    "gates.step_confirmed": gettext_lazy("确认要件"),
    "gates.step_returned": gettext_lazy("退回要件"),
    "gates.step_waived": gettext_lazy("认定要件不适用"),
    "gates.document_voided": gettext_lazy("作废文件"),
    "gates.condition_met": gettext_lazy("补齐容缺条件"),
    "gates.tender_saved": gettext_lazy("登记招标记录"),
}
REASONS = {
    GateReason.NO_PERMIT: gettext_noop("在施工而没有施工许可"),
    GateReason.CONDITION_OVERDUE: gettext_noop("容缺条件逾期未补齐"),
    GateReason.BEFORE_BLOCKED: gettext_noop("前置关口的容缺条件逾期，本关口锁定"),
    GateReason.OVERDUE_LONG: gettext_noop("超过时限较久"),
    GateReason.OVERDUE: gettext_noop("超过时限"),
    GateReason.REJECTED: gettext_noop("不予通过"),
    GateReason.HELD: gettext_noop("已暂缓"),
    GateReason.RETURNED: gettext_noop("已退回补正"),
    GateReason.NEAR: gettext_noop("临近时限，必备要件未齐"),
    GateReason.CONDITION_OPEN: gettext_noop("容缺条件待补齐"),
    GateReason.REOPENED: gettext_noop("因重大变化重新打开"),
}
TONES = {
    "passed": "ok", "conditional": "warn", "held": "warn", "returned": "warn", "reopened": "warn",
    "rejected": "bad", "suspended": "", "cancelled": "", "confirmed": "ok", "waived": "", "applied": "info",
    "submitted": "info", "reviewing": "info", "preparing": "info", "met": "ok", "open": "warn",
}  # fmt: skip


def reason_words(codes: Iterable[str]) -> str:
    """Why a gate's lamp is what it is."""
    return "；".join(_(REASONS[GateReason(code)]) for code in codes)
