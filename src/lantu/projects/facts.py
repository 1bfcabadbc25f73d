"""What a project's record must satisfy, whichever door it comes through: form, API or spreadsheet.

Values arrive as text, numbers, dates or model instances; money in yuan. ``check_facts`` tidies them and
lists every problem with its field and remedy, so that a spreadsheet can show all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from lantu.accounts.models import Organisation, User
from lantu.projects.areas import area_names, area_of_words
from lantu.projects.codes import scheme_of, tidy_code
from lantu.projects.models import Category, PlanClass, Project, Sector, Stage, Status

REQUIRED = (
    "code", "name", "category", "plan_class", "sector", "stage", "area_code", "total_investment_yuan", "owner_org",
)  # fmt: skip
MONEY = ("total_investment_yuan", "works_yuan", "land_yuan", "other_yuan")
DATES = ("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on")
CHOICES: dict[str, Any] = {
    "category": Category, "plan_class": PlanClass, "sector": Sector, "stage": Stage, "status": Status,
}  # fmt: skip
TEXTS = {"local_no": 20, "name": 160, "industry_code": 6, "address": 200, "annual_goal": 300}
LONG_TEXTS = ("summary", "public_summary")
LISTS = ("tags", "content_scale", "funds", "approvals", "elements", "targets")
UNITS = ("owner_org", "lead_unit")
EDITABLE = (
    "code", *TEXTS, *LONG_TEXTS, *CHOICES, "area_code", *MONEY, *DATES, *UNITS, "sponsor", *LISTS,
)  # fmt: skip
MAX_YUAN = Decimal("9999999999999")
LONG_TEXT_CHARS = 8000


@dataclass(frozen=True)
class Problem:
    """One thing wrong: which field, what, and what to do about it."""

    field: str
    detail: str
    remedy: str = ""


class Unfit(Exception):
    """A value that cannot be taken over."""

    def __init__(self, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy


def label_of(field: str) -> str:
    """The field's name on screen."""
    return str(getattr(Project._meta.get_field(field), "verbose_name", field))


def check_facts(
    values: Mapping[str, Any], *, current: Project | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Tidy ``values`` (field → value) and list what is wrong with them.

    With ``current`` the values are a change: rules across fields see the project's other values.
    """
    clean: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, value in values.items():
        if field not in EDITABLE:
            problems.append(Problem(field, _("“%(field)s”不是可填写的项目。") % {"field": field}))
            continue
        try:
            clean[field] = _tidy(field, value)
        except Unfit as unfit:
            problems.append(Problem(field, unfit.detail, unfit.remedy))
    hurt = {problem.field for problem in problems}
    for field in REQUIRED:
        missing = field not in values if current is None else False
        if field not in hurt and (missing or (field in clean and clean[field] in (None, ""))):
            problems.append(
                Problem(field, _("“%(label)s”没有填写。") % {"label": label_of(field)}, _("此项必填。"))
            )
    if not hurt:
        problems += _across(clean, current)
    return clean, problems


def _tidy(field: str, value: Any) -> Any:
    for fields, rule in _RULES:
        if field in fields:
            return rule(field, value)
    return value


def _text(field: str, value: Any) -> str:
    text = "" if value is None else str(value).replace("\x00", "").strip()
    most = TEXTS.get(field, LONG_TEXT_CHARS)
    if len(text) > most:
        raise Unfit(
            _("“%(label)s”有 %(n)s 个字，最多 %(most)s 个。")
            % {"label": label_of(field), "n": len(text), "most": most},
            _("请精简。"),
        )
    return text


def _code(field: str, value: Any) -> str:
    code = tidy_code(value or "")
    if not code:
        return ""
    try:
        scheme_of(code)
    except ValueError:
        raise Unfit(
            _("“%(code)s”不是项目代码。") % {"code": code[:40]},
            _("应为 24 位，形如 2603-371402-04-01-123456（GB/T 40058），见项目审批、核准或备案文件。"),
        ) from None
    return code


def _choice(field: str, value: Any) -> str:
    text = "" if value is None else str(value).strip()
    choices = CHOICES[field].choices
    # A sheet of the city speaks Chinese, whatever language its importer reads.
    with override("zh-hans"):
        source = {str(label): str(key) for key, label in choices}
    for key, label in choices:
        if text in (key, str(label)):
            return str(key)
    if text in source:
        return source[text]
    if not text:
        return ""
    allowed = "、".join(str(label) for _key, label in choices)
    raise Unfit(
        _("“%(label)s”没有“%(value)s”这一项。") % {"label": label_of(field), "value": text[:40]},
        _("可填：%(allowed)s。") % {"allowed": allowed},
    )


def _area(field: str, value: Any) -> str:
    text = "" if value is None else str(value).strip()
    if not text:
        return ""
    code = area_of_words(text)
    if code is not None:
        return code
    raise Unfit(
        _("没有“%(value)s”这个县市区或功能区。") % {"value": text[:40]},
        _("可填：%(allowed)s。") % {"allowed": "、".join(area_names().values())},
    )


def _money(field: str, value: Any) -> Decimal | None:
    if value is None or value == "":
        return None if field == "total_investment_yuan" else Decimal(0)
    try:
        yuan = Decimal(str(value).replace(",", "").strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Unfit(
            _("“%(label)s”：“%(value)s”不是数字。") % {"label": label_of(field), "value": str(value)[:40]},
            _("请只填数字。"),
        ) from None
    if not yuan.is_finite() or not 0 <= yuan <= MAX_YUAN:
        raise Unfit(
            _("“%(label)s”为 %(value)s 元，不在合理范围。")
            % {"label": label_of(field), "value": str(value)[:40]},
            _("应不小于 0，请核对单位。"),
        )
    return yuan


def _date(field: str, value: Any) -> date | None:
    if value is None or value == "":
        return None
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        try:
            day = date.fromisoformat(str(value).strip())
        except ValueError:
            raise Unfit(
                _("“%(label)s”：“%(value)s”不是日期。")
                % {"label": label_of(field), "value": str(value)[:40]},
                _("请填成 2026-03-01。"),
            ) from None
    if not 1990 <= day.year <= 2100:
        raise Unfit(
            _("“%(label)s”的年份 %(year)s 不合理。") % {"label": label_of(field), "year": day.year},
            _("请核对。"),
        )
    return day


def _list(field: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise Unfit(_("“%(label)s”应为列表。") % {"label": label_of(field)})
    if len(value) > 60:
        raise Unfit(_("“%(label)s”最多 60 条。") % {"label": label_of(field)})
    if field == "tags":
        tags = [str(tag).strip()[:30] for tag in value if str(tag).strip()]
        return list(dict.fromkeys(tags))
    return list(value)


def _instance(model: type[Organisation] | type[User]) -> Callable[[str, Any], Any]:
    def rule(field: str, value: Any) -> Any:
        if value is None or value == "" or isinstance(value, model):
            return value or None
        raise Unfit(
            _("“%(label)s”没有找到。") % {"label": label_of(field)}, _("请从已登记的单位或人员中选择。")
        )

    return rule


_RULES: list[tuple[tuple[str, ...], Callable[[str, Any], Any]]] = [
    (("code",), _code),
    ((*TEXTS, *LONG_TEXTS), _text),
    (tuple(CHOICES), _choice),
    (("area_code",), _area),
    (MONEY, _money),
    (DATES, _date),
    (UNITS, _instance(Organisation)),
    (("sponsor",), _instance(User)),
    (LISTS, _list),
]


def _across(clean: dict[str, Any], current: Project | None) -> list[Problem]:
    """Rules between fields, on the values that would stand after the change."""

    def after(field: str) -> Any:
        return clean[field] if field in clean else getattr(current, field, None)

    problems = []
    for first, last in (("planned_start_on", "planned_finish_on"), ("actual_start_on", "actual_finish_on")):
        start, finish = after(first), after(last)
        if start and finish and finish < start:
            problems.append(
                Problem(
                    last,
                    _("“%(last)s” %(finish)s 早于“%(first)s” %(start)s。")
                    % {"last": label_of(last), "finish": finish, "first": label_of(first), "start": start},
                    _("请核对两个日期。"),
                )
            )
    total, parts = after("total_investment_yuan"), [after(f) or 0 for f in MONEY[1:]]
    if total is not None and sum(parts) > total:
        problems.append(
            Problem(
                "total_investment_yuan",
                _("工程费、征迁费、其他费合计 %(parts)s 元，超过总投资 %(total)s 元。")
                % {"parts": sum(parts), "total": total},
                _("请核对单位是万元还是元。"),
            )
        )
    return problems
