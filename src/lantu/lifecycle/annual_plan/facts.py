"""What a proposal must satisfy, whichever door it comes through; and what follows from its figures."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.annual_plan.rules import holds_word, label, plan_rules, remedy, resources
from lantu.packs.annual_plan import HardStop
from lantu.projects.facts import MAX_YUAN, Problem, check_facts

WAN = Decimal(10_000)
CENT = Decimal("0.01")
MONTHS = 12
MOST_UNITS = 10_000_000
# Field of a proposal → the field of the project's record by whose rules it is judged.
AS_PROJECT = {
    "code": "code", "name": "name", "category": "category", "plan_class": "plan_class", "sector": "sector",
    "industry_code": "industry_code", "area_code": "area_code", "owner_org": "owner_org", "summary": "summary",
    "content_scale": "content_scale", "total_yuan": "total_investment_yuan", "works_yuan": "works_yuan",
    "land_yuan": "land_yuan", "other_yuan": "other_yuan", "funds": "funds", "annual_goal": "annual_goal",
    "starts_on": "planned_start_on", "finishes_on": "planned_finish_on", "approvals": "approvals",
    "lead_unit": "lead_unit", "leader": "sponsor", "targets": "targets", "public_summary": "public_summary",
}  # fmt: skip
OWN = ("annual_yuan", "monthly_yuan", "land_mu", "energy_tce", "must", "group", "geometry", "lon", "lat")
EDITABLE = (*AS_PROJECT, *OWN)
_BACK = {there: here for here, there in AS_PROJECT.items()}


def stops_of(values: Mapping[str, Any]) -> list[HardStop]:
    """The hard stops that these values run into: such a proposal is refused and nothing of it is stored."""
    rules = plan_rules()
    text = unicodedata.normalize(
        "NFKC",
        " ".join(
            str(values.get(field) or "") for field in ("name", "summary", "public_summary", "annual_goal")
        ),
    )
    hit = {
        "secret": holds_word(text, rules.secret_words),
        "negative_list": holds_word(text, rules.negative_words),
        "no_code": not str(values.get("code") or "").strip(),
        "no_funds": not any(_amount(entry) > 0 for entry in values.get("funds") or []),
    }
    return [stop for key, stop in rules.stops.items() if hit.get(key)]


def refuse_stopped(values: Mapping[str, Any]) -> None:
    """Raise Unacceptable for the gravest hard stop. The words name the rule, never the content."""
    found = {stop.key: stop for stop in stops_of(values)}
    for key in ("secret", "negative_list", "no_code", "no_funds"):
        if key in found:
            stop = found[key]
            raise Unacceptable(
                f"plans.{key}",
                _("不能列入：%(stop)s（%(basis)s）。") % {"stop": label(stop), "basis": stop.basis},
                remedy=remedy(stop),
                field={"no_code": "code", "no_funds": "funds"}.get(key, "name"),
            )


def check_proposal(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Tidy the values (field → value; money in yuan) and list everything that is wrong with them."""
    unknown = [
        Problem(f, _("“%(field)s”不是可填写的项目。") % {"field": f}) for f in values if f not in EDITABLE
    ]
    given = {AS_PROJECT[field]: value for field, value in values.items() if field in AS_PROJECT}
    clean, problems = check_facts({**given, "stage": "initiation"})
    found = [Problem(_BACK.get(p.field, p.field), p.detail, p.remedy) for p in problems]
    tidy = {_BACK[field]: value for field, value in clean.items() if field in _BACK}
    hurt = {problem.field for problem in found}
    own, mine = _own_values(values, tidy, hurt)
    return {**tidy, **own}, [*unknown, *found, *mine]


def _own_values(
    values: Mapping[str, Any], tidy: Mapping[str, Any], hurt: set[str]
) -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []
    own: dict[str, Any] = {
        "must": bool(values.get("must", False)),
        "group": str(values.get("group") or "").replace("\x00", "").strip()[:40],
        "geometry": values.get("geometry"),
        "lon": values.get("lon"),
        "lat": values.get("lat"),
    }
    for field in ("land_mu", "energy_tce"):
        own[field] = _units(field, values.get(field), problems)
    annual = _yuan("annual_yuan", values.get("annual_yuan"), problems)
    own["annual_yuan"] = annual
    total = tidy.get("total_yuan")
    if "total_yuan" not in hurt and total is not None and annual > total:
        problems.append(
            Problem(
                "annual_yuan",
                _("年度投资 %(annual)s 万元超过总投资 %(total)s 万元。")
                % {"annual": wan(annual), "total": wan(total)},
                _("请核对单位是万元还是元。"),
            )
        )
    own["monthly_yuan"] = _months(values.get("monthly_yuan"), annual, tidy, problems)
    if "funds" not in hurt:
        problems += _fund_problems(tidy.get("funds") or [])
    return own, problems


def _yuan(field: str, value: Any, problems: list[Problem]) -> Decimal:
    try:
        amount = Decimal(str(value if value not in (None, "") else 0)).quantize(CENT)
        if amount.is_finite() and 0 <= amount <= MAX_YUAN:
            return amount
    except InvalidOperation:
        pass
    problems.append(
        Problem(field, _("“%(value)s”不是合理的金额。") % {"value": str(value)[:40]}, _("请只填数字。"))
    )
    return Decimal(0)


def _units(field: str, value: Any, problems: list[Problem]) -> int:
    try:
        number = Decimal(str(value if value not in (None, "") else 0))
        if number.is_finite() and 0 <= number <= MOST_UNITS:
            return int(number.to_integral_value(ROUND_HALF_UP))
    except InvalidOperation:
        pass
    problems.append(
        Problem(field, _("“%(value)s”不是合理的数量。") % {"value": str(value)[:40]}, _("请填整数。"))
    )
    return 0


def _months(given: Any, annual: Decimal, tidy: Mapping[str, Any], problems: list[Problem]) -> list[str]:
    if not given:
        return [str(amount) for amount in spread(annual, str(tidy.get("plan_class") or ""))]
    try:
        months = [Decimal(str(amount or 0)).quantize(CENT) for amount in given]
    except (InvalidOperation, TypeError):
        months = []
    if len(months) != MONTHS or any(not m.is_finite() or m < 0 for m in months):
        problems.append(
            Problem("monthly_yuan", _("分月投资应为 12 个不小于 0 的数。"), _("请逐月填写，没有的月份填 0。"))
        )
    elif sum(months) != annual:
        problems.append(
            Problem(
                "monthly_yuan",
                _("分月合计 %(sum)s 万元，年度投资 %(annual)s 万元，相差 %(off)s 万元。")
                % {
                    "sum": wan(sum(months, Decimal(0))),
                    "annual": wan(annual),
                    "off": wan(annual - sum(months)),
                },
                _("请把差额分到各月，或清空后按季节曲线自动生成。"),
            )
        )
    return [str(amount) for amount in months]


def _fund_problems(funds: Sequence[Any]) -> list[Problem]:
    wrong = [entry for entry in funds if not isinstance(entry, Mapping) or not entry.get("source")]
    if wrong or any(_amount(entry) < 0 for entry in funds):
        return [
            Problem(
                "funds",
                _("资金来源每项应有名称和不小于 0 的金额。"),
                _("例如：专项债，8000，2027（万元，年度）。"),
            )
        ]
    return []


def spread(annual: Decimal, plan_class: str) -> list[Decimal]:
    """Twelve amounts in the shape of the class that sum exactly to ``annual``; the largest month takes the rounding."""
    shape = plan_rules().monthly_shape.get(plan_class) or ()
    if annual <= 0:
        return [Decimal(0)] * MONTHS
    if sum(shape) <= 0:
        shape = (1.0,) * MONTHS
    total = Decimal(str(sum(shape)))
    unit = WAN if annual >= WAN * 100 else CENT
    months = [
        (annual * Decimal(str(share)) / total / unit).to_integral_value(ROUND_HALF_UP) * unit
        for share in shape
    ]
    peak = max(range(MONTHS), key=lambda month: shape[month])
    months[peak] += annual - sum(months)
    return months


def wan(yuan: Decimal | int) -> str:
    """Yuan as 万元 without trailing zeros."""
    text = f"{(Decimal(yuan) / WAN).quantize(Decimal('0.0001')):f}".rstrip("0").rstrip(".")
    return text or "0"


def _amount(entry: Any) -> Decimal:
    try:
        return Decimal(str(entry.get("yuan") or 0)) if isinstance(entry, Mapping) else Decimal(0)
    except InvalidOperation:
        return Decimal(-1)


def funds_in_year(funds: Sequence[Mapping[str, Any]], *, year: int, annual: Decimal) -> dict[str, Decimal]:
    """Source → yuan for the year. Where no entry names a year, the year's investment is split as the total is."""
    dated = any(entry.get("year") for entry in funds)
    if dated:
        mine = [entry for entry in funds if str(entry.get("year") or "") == str(year)]
        shares = {i: _amount(entry) for i, entry in enumerate(mine)}
    else:
        mine = list(funds)
        total = sum((_amount(entry) for entry in mine), Decimal(0))
        shares = {i: (annual * _amount(e) / total if total else Decimal(0)) for i, e in enumerate(mine)}
    found: dict[str, Decimal] = {}
    for i, entry in enumerate(mine):
        source = str(entry.get("source") or "")
        found[source] = found.get(source, Decimal(0)) + shares[i]
    return found


def uses_of(proposal: Any, *, year: int) -> dict[str, int]:
    """What a proposal takes from each resource of the workbench, in its whole units (money rounded up to 万元)."""
    sources = funds_in_year(proposal.funds or [], year=year, annual=Decimal(proposal.annual_yuan))
    found = {}
    for resource in resources():
        if resource.kind == "annual":
            amount = Decimal(proposal.annual_yuan)
        elif resource.kind == "funds":
            amount = sum((v for k, v in sources.items() if holds_word(k, resource.words)), Decimal(0))
        else:
            found[resource.key] = int(getattr(proposal, resource.key, 0) or 0)
            continue
        found[resource.key] = int(-(-amount // WAN)) if amount > 0 else 0
    return found
