"""A plan that a bureau has in Excel already: find the headings, guess the columns, read every row, name every fault."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from lantu.accounts.models import Organisation
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.annual_plan.facts import MONTHS, check_proposal, stops_of
from lantu.lifecycle.annual_plan.models import AnnualPlan
from lantu.lifecycle.annual_plan.prefilling import prefill
from lantu.lifecycle.annual_plan.rules import label, remedy
from lantu.projects.facts import Unfit
from lantu.projects.models import Category, PlanClass, Project, Sector
from lantu.projects.record_lines import read_lines
from lantu.projects.sheets.cells import read_cell
from lantu.projects.sheets.columns import UNITS, Column
from lantu.projects.sheets.opening import opened_sheets

MOST_ROWS = 3000
SEARCHED_ROWS = 30
MOST_COLUMNS = 80
LEAST_KNOWN = 2
_UNIT = re.compile(r"(亿元|百万元|万元|千元|元)")
_NOISE = re.compile(r"[\s（()）【】\[\]:：*＊/、·\-—_]")


@dataclass(frozen=True)
class Target:
    """A field that a column may be read into. ``kind``: text, money, date, whole, unit, funds, ignore."""

    key: str
    name: Any
    kind: str
    aliases: tuple[str, ...]


TARGETS: tuple[Target, ...] = (
    Target(
        "code",
        gettext_lazy("项目代码"),
        "text",
        ("代码", "项目编码", "投资项目代码", "统一代码", "projectcode"),
    ),
    Target("name", gettext_lazy("项目名称"), "text", ("名称", "工程名称", "项目", "projectname", "name")),
    Target("category", gettext_lazy("投资类别"), "text", ("项目类型", "投资类型", "类别", "category")),
    Target("plan_class", gettext_lazy("计划类别"), "text", ("建设性质", "项目性质", "类型", "planclass")),
    Target("sector", gettext_lazy("领域"), "text", ("行业领域", "行业类别", "sector")),
    Target(
        "area_code",
        gettext_lazy("县市区"),
        "text",
        ("建设地点", "所在县市区", "所属县区", "县区", "属地", "county"),
    ),
    Target(
        "owner_org", gettext_lazy("建设单位"), "unit", ("项目单位", "业主单位", "项目法人", "业主", "owner")
    ),
    Target(
        "summary",
        gettext_lazy("建设内容及规模"),
        "text",
        ("主要建设内容", "建设内容", "建设规模", "建设规模及内容"),
    ),
    Target(
        "total_yuan",
        gettext_lazy("总投资"),
        "money",
        ("计划总投资", "估算总投资", "投资总额", "totalinvestment"),
    ),
    Target(
        "annual_yuan",
        gettext_lazy("年度投资"),
        "money",
        ("年度计划投资", "本年计划投资", "当年投资", "年度计划", "annualinvestment"),
    ),
    Target(
        "annual_goal",
        gettext_lazy("年度目标"),
        "text",
        ("年度建设目标", "形象进度目标", "年度形象进度", "建设目标", "annualgoal"),
    ),
    Target("starts_on", gettext_lazy("计划开工"), "date", ("开工时间", "开工日期", "计划开工时间")),
    Target(
        "finishes_on", gettext_lazy("计划竣工"), "date", ("竣工时间", "竣工日期", "计划竣工时间", "完工时间")
    ),
    Target("funds", gettext_lazy("资金来源"), "funds", ("资金渠道", "资金筹措", "fundsource")),
    Target("land_mu", gettext_lazy("用地（亩）"), "whole", ("用地", "用地面积", "占地面积", "新增用地")),
    Target("energy_tce", gettext_lazy("能耗（tce）"), "whole", ("能耗", "年综合能耗", "综合能耗")),
    Target("lead_unit", gettext_lazy("责任部门"), "unit", ("责任单位", "牵头单位", "主管部门")),
    Target("public_summary", gettext_lazy("公开简介"), "text", ()),
    *(
        Target(f"month_{n}", gettext_lazy("分月投资"), "money", (f"{n}月", f"{n}月计划", f"{n}月投资"))
        for n in range(1, MONTHS + 1)
    ),
)
BY_KEY = {target.key: target for target in TARGETS}
# What a city plan's list usually says in its “类别” column besides the five categories.
CATEGORY_WORDS = {"政府": "government", "财政": "government", "企业": "enterprise", "社会": "enterprise", "专项债": "special_bond",
                  "债券": "special_bond", "中央": "central_budget", "特许": "concession", "ppp": "concession"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """What was found in the file: headings, the row they stand in (from 1), and the rows below with their numbers."""

    headings: list[str]
    title_row: int
    rows: list[tuple[int, list[str]]]

    @property
    def signature(self) -> str:
        """The same headings, the same mapping."""
        return hashlib.sha256("|".join(normal(heading) for heading in self.headings).encode()).hexdigest()


@dataclass(frozen=True)
class Trouble:
    row: int
    column: str
    what: str
    remedy: str = ""


@dataclass
class Reading:
    """``rows``: (row number, values); usable only when there is no trouble."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def normal(text: str) -> str:
    """A heading without units, brackets, spaces and case."""
    return _NOISE.sub("", _UNIT.sub("", unicodedata.normalize("NFKC", text))).lower()


def read_table(file: IO[bytes], name: str) -> Table:
    """Find the heading row: the one among the first 30 that knows most columns. Merged headings of several rows are read
    from top to bottom. Raises Unacceptable with what was looked for."""
    with opened_sheets(file, name) as sheets:
        for sheet in sheets:
            rows = [tuple(row[:MOST_COLUMNS]) for row in islice(sheet.rows, SEARCHED_ROWS + MOST_ROWS + 1)]
            merged = sheet.merged
            best = max(range(min(len(rows), SEARCHED_ROWS)), key=lambda n: _known(rows[n]), default=None)
            if best is None or _known(rows[best]) < LEAST_KNOWN:
                continue
            depth = max((bottom for top, _a, bottom, _b in merged if top == best + 1), default=best + 1)
            depth = min(max(depth, best + 1), best + 4)
            headings = _headings(rows[best:depth])
            body = [
                (number, [_cell(value) for value in row])
                for number, row in enumerate(rows[depth:], start=depth + 1)
                if any(value not in (None, "") for value in row)
            ]
            if len(body) > MOST_ROWS:
                raise Unacceptable(
                    "plans.too_many_rows",
                    _("表格有 %(n)d 行以上，最多 %(most)d 行。") % {"n": MOST_ROWS, "most": MOST_ROWS},
                    remedy=_("请分批导入。"),
                    field="file",
                )
            return Table(headings, best + 1, _without_sums(body))
    raise Unacceptable(
        "plans.no_headings",
        _("前 %(n)d 行里没有找到标题行。") % {"n": SEARCHED_ROWS},
        remedy=_("标题行至少应有“项目名称”和另一列（如“项目代码”“总投资”“类别”）。"),
        field="file",
    )


def _known(row: Sequence[Any]) -> int:
    found = {
        target.key for value in row if isinstance(value, str) and (target := target_of(value)) is not None
    }
    return len(found) if "name" in found else 0


def _headings(rows: Sequence[Sequence[Any]]) -> list[str]:
    """One heading for each column: the lowest words that stand in it; where that is known, else all of them joined."""
    width = max(len(row) for row in rows)
    found = []
    for column in range(width):
        words = [
            str(row[column]).strip() for row in rows if column < len(row) and row[column] not in (None, "")
        ]
        known = next((word for word in reversed(words) if target_of(word) is not None), None)
        found.append((known or "".join(words))[:60])
    return found


def _cell(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).replace("\x00", "").strip()[:2000]


def _without_sums(body: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Lines such as 合计 and 小计 are no projects."""
    return [
        (n, cells)
        for n, cells in body
        if not re.fullmatch(
            r"[一二三四五六七八九十、（）()\d\s.]*(合计|小计|总计|共计).*", next((c for c in cells if c), "")
        )
    ]


def target_of(heading: str) -> Target | None:
    """The field that a heading means, if it is known."""
    word = normal(heading)
    if not word:
        return None
    for target in TARGETS:
        names = [*target.aliases] if target.key.startswith("month_") else [str(target.name), *target.aliases]
        if word in {normal(one) for one in names} or word == normal(_msgid(target)):
            return target
    return None


def _msgid(target: Target) -> str:
    with override("zh-hans"):
        return "" if target.key.startswith("month_") else str(target.name)


def guess(headings: Sequence[str]) -> dict[str, str]:
    """Column number (as text) → field; a field is taken once."""
    taken: set[str] = set()
    found = {}
    for number, heading in enumerate(headings):
        target = target_of(heading)
        if target is not None and target.key not in taken:
            taken.add(target.key)
            found[str(number)] = target.key
    return found


def refuse_secret(table: Table) -> None:
    """Raise Unacceptable when a row is secret: the file is not stored and its words are not repeated."""
    for number, cells in table.rows:
        if any(stop.key == "secret" for stop in stops_of({"name": " ".join(cells), "code": "x"})):
            stop = next(s for s in stops_of({"name": " ".join(cells)}) if s.key == "secret")
            raise Unacceptable(
                "plans.secret",
                _("第 %(row)d 行：%(stop)s。文件没有保存。") % {"row": number, "stop": label(stop)},
                remedy=remedy(stop),
                field="file",
            )


def read_rows(
    plan: AnnualPlan, headings: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]], columns: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Reading:  # fmt: skip
    """Every row with every fault. ``columns``: column number → field; ``defaults``: field → text where a row says nothing.

    A row whose project the register knows by code or by exact name takes from there what the sheet does not say.
    """
    found = Reading()
    chosen = {int(number): BY_KEY[key] for number, key in columns.items() if key in BY_KEY}
    units = {o.name: o for o in Organisation.objects.all()} | {
        o.short_name: o for o in Organisation.objects.exclude(short_name="")
    }
    register = _register([cells for _n, cells in rows])
    have = dict(plan.proposals.values_list("code", "name"))
    seen: dict[str, int] = {}
    for number, cells in rows:
        before = len(found.troubles)
        values = _values((number, cells), chosen, headings, units, found.troubles)
        values = _completed(values, defaults, register, units, plan.year)
        clean, problems = check_proposal(values)
        found.troubles += [Trouble(number, _column(p.field), p.detail, p.remedy) for p in problems]
        found.troubles += [
            Trouble(number, "", _("不能列入：%(stop)s。") % {"stop": label(stop)}, remedy(stop))
            for stop in stops_of(values)
        ]
        code = str(clean.get("code") or "")
        if code and code in seen:
            found.troubles.append(
                Trouble(
                    number,
                    _column("code"),
                    _("与第 %(row)d 行代码相同。") % {"row": seen[code]},
                    _("一个项目只能列一类，请删去一行。"),
                )
            )
        if code in have:
            found.troubles.append(
                Trouble(
                    number,
                    _column("code"),
                    _("“%(name)s”已在计划中。") % {"name": have[code]},
                    _("请删去这一行，或在页面上修改。"),
                )
            )
        seen.setdefault(code, number)
        if len(found.troubles) == before:
            found.rows.append((number, values))
    return found


def _column(key: str) -> str:
    target = BY_KEY.get(key)
    return str(target.name) if target is not None else ""


def _values(
    line: tuple[int, Sequence[str]],
    chosen: Mapping[int, Target],
    headings: Sequence[str],
    units: Mapping[str, Organisation],
    troubles: list[Trouble],
) -> dict[str, Any]:
    number, cells = line
    values: dict[str, Any] = {}
    months: dict[int, Decimal] = {}
    for index, target in chosen.items():
        text = cells[index] if index < len(cells) else ""
        if not text:
            continue
        try:
            value = _read(target, text, headings[index], units)
        except Unfit as unfit:
            troubles.append(Trouble(number, headings[index], unfit.detail, unfit.remedy))
            continue
        if target.key.startswith("month_"):
            months[int(target.key.removeprefix("month_"))] = value
        else:
            values[target.key] = value
    if months:
        values["monthly_yuan"] = [months.get(n, Decimal(0)) for n in range(1, MONTHS + 1)]
    return values


def _read(target: Target, text: str, heading: str, units: Mapping[str, Organisation]) -> Any:
    if target.kind in ("money", "date"):
        stated = _UNIT.search(unicodedata.normalize("NFKC", heading))
        unit = stated.group(1) if stated and stated.group(1) in UNITS else "万元"
        value: Any = Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
        return read_cell(Column(target.key, heading, target.kind, 10, ""), value, unit)
    if target.kind == "unit":
        if text not in units:
            raise Unfit(
                _("没有登记“%(unit)s”这个单位。") % {"unit": text[:40]},
                _("请先登记单位，或改成已登记的名称。"),
            )
        return units[text]
    if target.kind == "funds":
        return read_lines("funds", text.replace("；", "\n").replace(";", "\n"))
    # The city's sheets speak Chinese, whatever language their importer reads.
    with override("zh-hans"):
        if target.key == "category" and text not in {str(v) for pair in Category.choices for v in pair}:
            return next((key for word, key in CATEGORY_WORDS.items() if word in text.lower()), text)
        if target.key == "plan_class":
            return next((key for key, words in PlanClass.choices if str(words) in text), text)
    return text


def _register(rows: Sequence[Sequence[str]]) -> dict[str, Project]:
    """Projects that the rows name by code or by exact name."""
    words = {cell for cells in rows for cell in cells if 2 <= len(cell) <= 160}
    found = Project.objects.filter(name__in=words) | Project.objects.filter(code__in=words)
    projects = found.select_related("owner_org", "lead_unit", "sponsor").prefetch_related("years")
    return {key: project for project in projects for key in (project.name, project.code)}


def _completed(
    values: dict[str, Any], defaults: Mapping[str, str], register: Mapping[str, Project],
    units: Mapping[str, Organisation], year: int,
) -> dict[str, Any]:  # fmt: skip
    """The row's own values before those of the register, before the defaults."""
    known = register.get(str(values.get("code") or "")) or register.get(str(values.get("name") or ""))
    base: dict[str, Any] = prefill(known, year=year) if known is not None else {}
    if "annual_yuan" in values or "plan_class" in values:
        base.pop("monthly_yuan", None)
    given = {
        key: units.get(text) if BY_KEY[key].kind == "unit" else text
        for key, text in defaults.items()
        if text and key in BY_KEY and BY_KEY[key].kind in ("text", "unit")
    }
    merged = {**given, **base, **values}
    if not merged.get("funds") and merged.get("annual_yuan") and values.get("funds") is None:
        merged["funds"] = []
    merged.setdefault("sector", Sector.INDUSTRY if merged.get("category") == "enterprise" else "")
    return merged
