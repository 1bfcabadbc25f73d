"""A tender record before the pack's rules. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.calc.tender_rules import (
    Avoided,
    Finding,
    Section,
    Standing,
    TenderRule,
    avoided_tenders,
    check_tender,
)
from lantu.lifecycle.gates.book import tender_book, work_calendar
from lantu.lifecycle.gates.models import GateTender
from lantu.projects.models import Project

DATE_FIELDS = {
    "prequal_sale_until_on": gettext_lazy("资格预审文件停止发售"),
    "prequal_due_on": gettext_lazy("资格预审申请截止"),
    "sale_from_on": gettext_lazy("公告及招标文件发出"),
    "sale_until_on": gettext_lazy("招标文件停止发售"),
    "objected_on": gettext_lazy("对招标文件的异议"),
    "answered_on": gettext_lazy("异议答复"),
    "clarified_on": gettext_lazy("最后一次澄清修改"),
    "bids_due_on": gettext_lazy("投标截止"),
    "opened_on": gettext_lazy("开标"),
    "report_on": gettext_lazy("收到评标报告"),
    "candidates_from_on": gettext_lazy("候选人公示开始"),
    "candidates_until_on": gettext_lazy("候选人公示结束"),
    "awarded_on": gettext_lazy("中标通知书"),
    "contracted_on": gettext_lazy("签订合同"),
    "reported_on": gettext_lazy("书面报告"),
    "deposit_back_on": gettext_lazy("退还投标保证金"),
}
AMOUNT_FIELDS = {
    "estimate_yuan": gettext_lazy("估算价（元）"),
    "bid_deposit_yuan": gettext_lazy("投标保证金（元）"),
    "contract_yuan": gettext_lazy("合同额（元）"),
    "performance_bond_yuan": gettext_lazy("履约保证金（元）"),
    "panel_people": gettext_lazy("评标委员会人数"),
    "panel_experts": gettext_lazy("其中专家人数"),
}
RULE_NAMES = {
    "sale_days": gettext_lazy("招标文件发售期不少于 5 日"),
    "prequalification_days": gettext_lazy("停止发售至资格预审截止不少于 5 日"),
    "bid_days": gettext_lazy("招标文件发出至投标截止不少于 20 日"),
    "clarification_days": gettext_lazy("澄清修改至投标截止不少于 15 日"),
    "objection_days": gettext_lazy("异议在投标截止 10 日前提出"),
    "objection_answer": gettext_lazy("异议 3 日内答复"),
    "opening": gettext_lazy("开标不早于投标截止"),
    "candidates_start": gettext_lazy("收到评标报告 3 日内公示"),
    "candidates_days": gettext_lazy("候选人公示不少于 3 日"),
    "award_after_publicity": gettext_lazy("公示期满后发中标通知书"),
    "contract_days": gettext_lazy("中标通知书发出 30 日内签订合同"),
    "report_days": gettext_lazy("15 日内书面报告"),
    "deposit_back": gettext_lazy("合同签订 5 日内退还投标保证金"),
    "bid_deposit": gettext_lazy("投标保证金不超过估算价 2%"),
    "performance_bond": gettext_lazy("履约保证金不超过合同额 10%"),
    "panel": gettext_lazy("评标委员会五人以上单数、专家不少于三分之二"),
}


def rule_name(rule: TenderRule) -> str:
    """The rule in the reader's language; one that only the pack knows keeps the pack's words."""
    return str(RULE_NAMES.get(rule.code, rule.label))


def dates_of(row: GateTender) -> dict[str, date | None]:
    """The record's days."""
    return {
        field: date.fromisoformat(row.dates[field]) if field in row.dates else None for field in DATE_FIELDS
    }


def findings_of(row: GateTender, *, today: date) -> tuple[Finding, ...]:
    """Every rule that can apply, with how the record stands to it. A direct award knows no tender dates."""
    if row.method == GateTender.Method.DIRECT:
        return ()
    amounts = {field: row.amounts.get(field) for field in AMOUNT_FIELDS}
    return check_tender(tender_book().rules, dates_of(row), amounts, calendar=work_calendar(), today=today)


def avoided(project: Project, rows: Iterable[GateTender] | None = None) -> tuple[Avoided, ...]:
    """Direct awards that should have been tendered, where the project is state-funded."""
    rule = tender_book()
    if project.category not in rule.state_funded:
        return ()
    found = rows if rows is not None else GateTender.objects.filter(project=project)
    sections = [
        Section(
            row.name,
            row.kind,
            Decimal(row.amounts.get("estimate_yuan") or row.amounts.get("contract_yuan") or 0),
            row.method != GateTender.Method.DIRECT,
        )
        for row in found
    ]
    return avoided_tenders(sections, rule.thresholds_yuan)


def standing_words(standing: Standing) -> tuple[str, str]:
    """Label and tone of a standing."""
    return {
        Standing.KEPT: (_("符合"), "ok"),
        Standing.BROKEN: (_("不符合"), "bad"),
        Standing.PENDING: (_("待办"), "info"),
        Standing.LATE: (_("已逾期"), "bad"),
        Standing.UNKNOWN: (_("未填"), ""),
    }[standing]
