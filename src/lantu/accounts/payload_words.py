"""What the fields of events are called in the log, and how their values are shown.

The payload itself is stored with the names of the code; they stay visible as tooltips, because the hash covers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as now_in
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import Organisation, User
from lantu.core.sentences import retell

LONGEST = 160
PEOPLE = frozenset(
    {
        "arbiter_id", "asked_by", "asked_by_id", "contact_id", "deputy_id", "from_id", "holder_id", "inspector_id",
        "patroller_id", "proposed_by_id", "proposed_id", "rectifier_id", "second_id", "to_id", "told_ids", "user_id",
    }
)  # fmt: skip
UNITS = frozenset({"from_unit_id", "organisation_id", "rectifier_unit_id", "to_unit_id", "unit_id"})

_words: dict[str, Any] = {}


def name_fields(words: Mapping[str, Any]) -> None:
    """Add names of payload fields: ``{"order_no": _("整改单号")}``. A room may name its own in hooks.py."""
    _words.update(words)


def field_name(key: str) -> Any:
    """The name on screen, or the field itself."""
    return _words.get(key, key)


@dataclass(frozen=True)
class Shown:
    key: str
    label: Any
    text: str


def shown_payloads(payloads: Iterable[Mapping[str, Any]]) -> list[list[Shown]]:
    """The payloads of one page of the log in words; people and units are looked up together, in two queries."""
    payloads = list(payloads)
    people = _names(User.objects.all(), payloads, PEOPLE)
    units = _names(Organisation.objects.all(), payloads, UNITS)
    return [
        [
            Shown(
                key, field_name(key), _text(value, people if key in PEOPLE else units if key in UNITS else {})
            )
            for key, value in payload.items()
            if value not in (None, "", [], {})
        ]
        for payload in payloads
    ]


def _names(rows: Any, payloads: list[Mapping[str, Any]], keys: frozenset[str]) -> dict[int, str]:
    wanted: set[int] = set()
    for payload in payloads:
        for key in keys & payload.keys():
            value = payload[key]
            wanted.update(
                one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int)
            )
    return {row.pk: str(row) for row in rows.filter(pk__in=wanted)} if wanted else {}


def _text(value: Any, names: dict[int, str]) -> str:
    """One value in words: yes or no, a local time, names for numbers, a list joined."""
    if isinstance(value, bool):
        return now_in("是") if value else now_in("否")
    if isinstance(value, list):
        shown = "、".join(_text(one, names) for one in value)
    elif isinstance(value, dict):
        shown = "；".join(f"{field_name(str(key))} {_text(one, names)}" for key, one in value.items())
    elif isinstance(value, int) and value in names:
        shown = names[value]
    elif isinstance(value, str):
        at = _moment(value)
        shown = f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at is not None else retell(value)
    else:
        shown = "" if value is None else str(value)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _moment(text: str) -> datetime | None:
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return None
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


name_fields(
    {
        "about_id": _("对象编号"),
        "about_type": _("对象类型"),
        "address": _("地址"),
        "after": _("之后"),
        "after_months": _("之后分月计划（元）"),
        "after_yuan": _("之后（元）"),
        "agreed": _("同意"),
        "alert_id": _("预警编号"),
        "alert_kind": _("预警类别"),
        "all_right": _("全部正常"),
        "arbiter_id": _("裁定人"),
        "area": _("部位"),
        "asked_by": _("申请人"),
        "asked_by_id": _("申请人"),
        "authority": _("机关"),
        "automatic": _("自动"),
        "base_version": _("原版本"),
        "basis": _("依据"),
        "before": _("之前"),
        "before_months": _("之前分月计划（元）"),
        "before_yuan": _("之前（元）"),
        "breaks": _("不符处"),
        "bytes": _("字节"),
        "changed": _("改动"),
        "changes": _("改动"),
        "channel_id": _("通道编号"),
        "check_id": _("巡查记录"),
        "clause": _("条款"),
        "cleared_at": _("解除时间"),
        "closed_at": _("关闭时间"),
        "code": _("代码"),
        "company": _("企业"),
        "confidence": _("置信度"),
        "contact_id": _("联系人"),
        "content_sha256": _("内容指纹"),
        "cranes": _("塔机台数"),
        "crc_mode": _("校验方式"),
        "d": _("LEC 分值"),
        "deputy_id": _("代理人"),
        "description": _("说明"),
        "device_id": _("设备编号"),
        "devices": _("设备台数"),
        "digest": _("摘要"),
        "dispute_id": _("异议编号"),
        "document_id": _("文书编号"),
        "document_kind": _("文书种类"),
        "document_no": _("文号"),
        "doubt": _("存疑"),
        "draw_id": _("抽签编号"),
        "drawn_inspectors": _("抽中检查人"),
        "drawn_projects": _("抽中项目"),
        "due_after": _("新时限"),
        "due_at": _("时限"),
        "due_before": _("原时限"),
        "duties": _("责任事项"),
        "equipment": _("设备"),
        "events": _("事件条数"),
        "evidence_id": _("凭证编号"),
        "evidence_ids": _("凭证编号"),
        "expected_until": _("预计至"),
        "expert_result": _("论证结论"),
        "experts": _("专家人数"),
        "extension_id": _("延期申请"),
        "extensions": _("延期次数"),
        "faults": _("问题"),
        "field": _("领域"),
        "fields": _("字段"),
        "figures": _("数值"),
        "file_name": _("文件"),
        "finding_kind": _("发现类别"),
        "findings": _("发现项数"),
        "finish_at": _("完成时间"),
        "first_at": _("首次时间"),
        "first_day": _("首日"),
        "from_id": _("移交人"),
        "from_unit_id": _("移交单位"),
        "geometry_type": _("图形类型"),
        "grade": _("等级"),
        "grade_before": _("原等级"),
        "grant_id": _("授权编号"),
        "ground": _("理由"),
        "hazard_id": _("隐患编号"),
        "hazard_ids": _("隐患编号"),
        "holder_id": _("责任人"),
        "how": _("方式"),
        "in_place": _("已落实"),
        "inputs": _("输入"),
        "inspector_id": _("检查人"),
        "inspectors": _("检查人数"),
        "into_id": _("并入"),
        "item": _("检查项"),
        "items": _("条目数"),
        "kept_id": _("离线提交"),
        "lat": _("纬度"),
        "late": _("迟到数据"),
        "level": _("层级"),
        "limit": _("限值"),
        "limit_s": _("限值（秒）"),
        "listing_id": _("挂牌编号"),
        "lon": _("经度"),
        "look_back_id": _("回头看编号"),
        "looser": _("放宽"),
        "major_basis": _("重大隐患依据"),
        "major_clause": _("重大隐患条款"),
        "measured_at": _("测量时间"),
        "met_state": _("当时状态"),
        "missed_periods": _("漏巡次数"),
        "mn": _("MN 编号"),
        "month": _("月份"),
        "name": _("名称"),
        "new": _("新增"),
        "new_code": _("新代码"),
        "number": _("编号"),
        "observation": _("观察"),
        "observed_at": _("观察时间"),
        "old_code": _("原代码"),
        "on": _("启用"),
        "on_time": _("按期"),
        "opened_at": _("发生时间"),
        "order_no": _("整改单号"),
        "organisation_id": _("单位"),
        "organisation_kind": _("单位类型"),
        "original_due_at": _("原定时限"),
        "outcome": _("结果"),
        "passed": _("通过"),
        "patroller_id": _("巡查人"),
        "period_days": _("周期（天）"),
        "place": _("位置"),
        "plan_id": _("方案编号"),
        "plan_no": _("方案序号"),
        "planned_on": _("计划日期"),
        "plate": _("车牌"),
        "point_ids": _("风险点"),
        "projects": _("项目数"),
        "proposed_by_id": _("提出人"),
        "proposed_grade": _("拟定等级"),
        "proposed_id": _("建议承办人"),
        "reach": _("范围"),
        "readings": _("读数条数"),
        "reason_code": _("理由"),
        "reassess_due_at": _("复评时限"),
        "rectifier_id": _("整改责任人"),
        "rectifier_unit_id": _("整改单位"),
        "reopened_count": _("重开次数"),
        "reply_id": _("回复编号"),
        "reply_no": _("回复序号"),
        "result": _("结果"),
        "returned_count": _("退回次数"),
        "review_id": _("审查编号"),
        "role": _("角色"),
        "round_id": _("巡查轮次"),
        "rule": _("规则"),
        "rule_name": _("规则名称"),
        "rule_version": _("规则版本"),
        "rung": _("审批层级"),
        "scanned": _("扫码"),
        "scope": _("范围"),
        "second_id": _("第二检查人"),
        "sections": _("章节"),
        "seed": _("随机种子"),
        "seen_state": _("所见状态"),
        "severity": _("级别"),
        "severity_before": _("原级别"),
        "sheet_hash": _("表单指纹"),
        "skew_s": _("时钟偏差（秒）"),
        "slip": _("督办单"),
        "source": _("来源"),
        "source_crs": _("坐标系"),
        "stage": _("阶段"),
        "status": _("状态"),
        "status_before": _("原状态"),
        "step": _("环节"),
        "stop_id": _("停工令编号"),
        "stopped_from": _("停钟起"),
        "stopped_seconds": _("停钟（秒）"),
        "table": _("检查表"),
        "taken_up_ref": _("转入"),
        "title": _("标题"),
        "to_id": _("接收人"),
        "to_unit_id": _("接收单位"),
        "token_id": _("令牌编号"),
        "told_ids": _("告知"),
        "total": _("总分"),
        "trip_at": _("行程时间"),
        "type_code": _("类型代码"),
        "unit": _("单位"),
        "unit_id": _("责任单位"),
        "until": _("至"),
        "uscc": _("统一社会信用代码"),
        "user_id": _("人员"),
        "username": _("用户名"),
        "value": _("数值"),
        "vehicle_id": _("车辆编号"),
        "verb": _("动作"),
        "verdict": _("结论"),
        "version": _("版本"),
        "wanted_due_at": _("申请时限"),
        "what": _("内容"),
        "why": _("理由"),
        "window_days": _("窗口（天）"),
        "work": _("作业"),
        "wrong": _("异常"),
        "year": _("年度"),
    }
)
