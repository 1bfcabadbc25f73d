"""Reads what people type into the pages of annual plans: text in, values or a refusal with the field's name out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.annual_plan.facts import MONTHS, WAN, wan
from lantu.lifecycle.annual_plan.rules import resources
from lantu.projects.record_lines import lines_of, read_lines

LINES = ("content_scale", "funds", "approvals", "targets")
MONEY = ("total_yuan", "works_yuan", "land_yuan", "other_yuan", "annual_yuan")
TEXTS = (
    "code", "name", "category", "plan_class", "sector", "industry_code", "area_code", "summary", "annual_goal",
    "starts_on", "finishes_on", "land_mu", "energy_tce", "group", "public_summary",
)  # fmt: skip
MOST_DIGITS = 18


def unfit(field: str, detail: str, remedy: str = "") -> Unacceptable:
    """A value that cannot be taken, with the field's name."""
    return Unacceptable("plans.bad_value", detail, remedy=remedy, field=field)


def plain(values: Mapping[str, Any], field: str, most: int = 400) -> str:
    return str(values.get(field) or "").replace("\x00", "").strip()[:most]


def whole(values: Mapping[str, Any], field: str) -> int | None:
    """A whole number, or None when the field is empty."""
    text = plain(values, field).replace(",", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise unfit(field, _("“%(value)s”不是整数。") % {"value": text[:40]}, _("请填不小于 0 的整数。"))
    return int(text)


def must_whole(values: Mapping[str, Any], field: str) -> int:
    number = whole(values, field)
    if number is None:
        raise unfit(field, _("缺少必填的数字。"), _("请刷新页面后重试。"))
    return number


def yuan(values: Mapping[str, Any], field: str) -> Decimal | None:
    """An amount typed in 万元, as yuan; None when the field is empty."""
    text = plain(values, field).replace(",", "")
    if not text:
        return None
    try:
        amount = Decimal(text) * WAN
    except InvalidOperation:
        raise unfit(
            field, _("“%(value)s”不是数字。") % {"value": text[:40]}, _("请填以万元为单位的数字。")
        ) from None
    if not amount.is_finite():
        raise unfit(field, _("“%(value)s”不是数字。") % {"value": text[:40]}, _("请填以万元为单位的数字。"))
    return amount


def day(values: Mapping[str, Any], field: str) -> date | None:
    """A day, or None when the field is empty."""
    text = plain(values, field, 20)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unfit(field, _("“%(value)s”不是日期。") % {"value": text}, _("请填如 2026-03-01。")) from None


def ids(values: QueryDict, field: str) -> list[int]:
    """Numbers of ticked rows; whatever is no number is left out."""
    return [
        int(text)
        for text in values.getlist(field)
        if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    ]


def unit(values: Mapping[str, Any], field: str) -> Organisation | None:
    """A unit by the name typed, or None."""
    name = plain(values, field, 200)
    if not name:
        return None
    found = (
        Organisation.objects.filter(name=name).first() or Organisation.objects.filter(short_name=name).first()
    )
    if found is None:
        raise unfit(
            field, _("没有登记“%(name)s”这个单位。") % {"name": name[:60]}, _("请填已登记单位的全称。")
        )
    return found


def person(values: Mapping[str, Any], field: str) -> User | None:
    """Somebody by user name, or None."""
    name = plain(values, field, 150)
    if not name:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise unfit(field, _("没有“%(name)s”这个人。") % {"name": name[:60]}, _("请从列表中选择。"))
    return found


def proposal_values(values: QueryDict, owner: Organisation | None = None) -> dict[str, Any]:
    """The record as the form gives it; money typed in 万元."""
    found: dict[str, Any] = {name: plain(values, name, 8000) for name in TEXTS}
    for name in MONEY:
        found[name] = yuan(values, name)
    for name in LINES:
        try:
            found[name] = read_lines(name, values.get(name, "").replace("\x00", ""))
        except ValueError as error:
            raise unfit(
                name,
                _("“%(line)s”里的金额不是数字。") % {"line": error},
                _("每行：名称，金额（万元），年度。"),
            ) from None
    found["owner_org"] = unit(values, "owner_org") or owner
    found["lead_unit"] = unit(values, "lead_unit")
    found["leader"] = person(values, "leader")
    found["must"] = bool(values.get("must"))
    months = [yuan(values, f"month_{n}") for n in range(1, MONTHS + 1)]
    if any(amount is not None for amount in months):
        found["monthly_yuan"] = [amount or Decimal(0) for amount in months]
    return found


def typed_proposal(source: Mapping[str, Any]) -> dict[str, str]:
    """Values of a proposal as the form shows them."""
    shown = {name: str(source.get(name) if source.get(name) is not None else "") for name in TEXTS}
    shown |= {name: wan(Decimal(source.get(name) or 0)) for name in MONEY}
    shown |= {name: lines_of(name, source.get(name)) for name in LINES}
    shown["owner_org"] = str(getattr(source.get("owner_org"), "name", "") or "")
    shown["lead_unit"] = str(getattr(source.get("lead_unit"), "name", "") or "")
    shown["leader"] = str(getattr(source.get("leader"), "username", "") or "")
    shown["must"] = "1" if source.get("must") else ""
    months = source.get("monthly_yuan") or []
    shown |= {f"month_{n}": wan(Decimal(str(amount))) for n, amount in enumerate(months, start=1)}
    return shown


def limit_values(values: Mapping[str, Any]) -> dict[str, int | None]:
    """Resource → whole units, None where the box “no limit” is ticked or nothing is typed."""
    return {
        r.key: None if values.get(f"free_{r.key}") else whole(values, f"limit_{r.key}")
        for r in resources()
        if f"limit_{r.key}" in values or f"free_{r.key}" in values
    }
