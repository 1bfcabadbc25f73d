"""``dangerous_works.yaml``: parameters, kinds of work with their two tests, the special scheme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lantu.calc.dangerous_works import Compare, Condition, SubType, Test
from lantu.calc.lec import assess
from lantu.packs.model import MARKS
from lantu.packs.reading import Value, unique
from lantu.packs.safety import DangerousWorks, Named, Parameter, WindRule, WorkKind

_CONDITION = re.compile(r"(\w+) (>=|>|<|is) (\S+)")
_COMPARES = {">=": Compare.AT_LEAST, ">": Compare.MORE_THAN, "<": Compare.LESS_THAN, "is": Compare.IS}
_TRUTH = {"yes": True, "no": False}


def parse_dangerous(top: Value, problems: list[str]) -> DangerousWorks:
    """The whole file; whatever is wrong is added to ``problems`` and left out."""
    f = top.fields("basis effective_from parameters categories scheme reassess_days plain_works")
    parameters = unique(
        f["parameters"].each(_parameter, problems),
        lambda one: one.key,
        f["parameters"],
        "the parameter",
        problems,
    )
    categories: dict[str, Named] = {}
    kinds: list[WorkKind] = []

    def category(item: Value) -> None:
        g = item.fields("code name name_en subtypes")
        code = g["code"].text()
        categories[code] = Named(code, g["name"].text(), g["name_en"].text())
        kinds.extend(g["subtypes"].each(lambda entry: _kind(entry, code, parameters), problems))

    f["categories"].each(category, problems)
    categories["plain"] = Named("plain", "一般作业", "ordinary work")
    kinds.extend(f["plain_works"].each(_plain, problems))
    scheme = f["scheme"].fields("basis mark experts_least results sections")
    scheme["mark"].choice(MARKS)
    return DangerousWorks(
        basis=f["basis"].text(),
        effective_from=f["effective_from"].day(),
        parameters=parameters,
        categories=categories,
        kinds=unique(kinds, lambda kind: kind.code, f["categories"], "the sub-type", problems),
        sections=scheme["sections"].each(_section, problems),
        experts_least=scheme["experts_least"].integer(),
        expert_results={key: place.text() for key, place in scheme["results"].pairs()},
        scheme_basis=scheme["basis"].text(),
        reassess_days=_days(f["reassess_days"]),
    )


def _days(place: Value) -> dict[int, int]:
    found = {key: value.integer() for key, value in place.pairs()}
    if sorted(found) != ["1", "2", "3", "4"] or min(found.values()) < 1:
        raise place.problem("every colour 1 to 4 needs its days", "Write e.g. {4: 7, 3: 14, 2: 30, 1: 90}")
    return {int(key): days for key, days in found.items()}


def _parameter(item: Value) -> Parameter:
    f = item.fields("key name name_en", "kind unit low high")
    boolean = f["kind"].choice(("boolean", "number"), "number") == "boolean"
    low, high = f["low"].number(0), f["high"].number(0)
    if not boolean and (f["unit"].empty or low >= high):
        raise item.problem(
            "a number needs its unit and a range", "Add e.g. unit: m, low: 0, high: 100, or kind: boolean"
        )
    return Parameter(
        f["key"].text(), f["name"].text(), f["name_en"].text(), f["unit"].text(""), boolean, low, high
    )


def _section(item: Value) -> Named:
    f = item.fields("code name name_en")
    return Named(f["code"].text(), f["name"].text(), f["name_en"].text())


def _steps(place: Value) -> tuple[float, float, float]:
    steps = [one.number() for one in place.items()]
    if len(steps) != 3:
        raise place.problem("L, E and C are three numbers", "Write e.g. [3, 6, 15]")
    try:
        assess(*steps)
    except ValueError as error:
        raise place.problem(str(error), "Use the steps of the table") from None
    return steps[0], steps[1], steps[2]


def _kind(item: Value, category: str, parameters: Mapping[str, Parameter]) -> WorkKind:
    f = item.fields("code name name_en dangerous lec controls", "beyond wind")
    code = f["code"].text()
    dangerous, clause, mark = _test(f["dangerous"], parameters)
    beyond, beyond_clause, beyond_mark = (
        (Test(), "", "") if f["beyond"].empty else _test(f["beyond"], parameters)
    )
    return WorkKind(
        code=code,
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        category=category,
        rule=SubType(code, dangerous, beyond),
        dangerous_clause=clause,
        beyond_clause=beyond_clause,
        marks=(mark, beyond_mark) if beyond_mark else (mark,),
        wind=None if f["wind"].empty else _wind(f["wind"]),
        lec=_steps(f["lec"]),
        controls=_controls(f["controls"]),
    )


def _plain(item: Value) -> WorkKind:
    f = item.fields("code name name_en lec controls")
    common: dict[str, Any] = {"category": "plain", "rule": None, "wind": None, "marks": ("D",)}
    return WorkKind(
        code=f["code"].text(),
        name=f["name"].text(),
        name_en=f["name_en"].text(),
        dangerous_clause="",
        beyond_clause="",
        lec=_steps(f["lec"]),
        controls=_controls(f["controls"]),
        **common,
    )


def _controls(place: Value) -> tuple[str, ...]:
    found = place.texts()
    if not found:
        raise place.problem("no control is named", "Name at least one, e.g. [临边防护栏杆齐全]")
    return found


def _wind(place: Value) -> WindRule:
    f = place.fields("limit_ms words basis mark")
    limit = f["limit_ms"].number()
    if not 0 < limit < 40:
        raise f["limit_ms"].problem("a wind speed in m/s lies between 0 and 40", "Write e.g. 10.8")
    return WindRule(limit, f["words"].text(), f["basis"].text(), f["mark"].choice(MARKS))


def _test(place: Value, parameters: Mapping[str, Parameter]) -> tuple[Test, str, str]:
    f = place.fields("clause mark", "always any")
    always = f["always"].choice(("yes", "no"), "no") == "yes"
    ways = tuple(tuple(_condition(entry, parameters) for entry in way.items()) for way in f["any"].items())
    if always == bool(ways):
        raise place.problem(
            "either it is always so, or there are conditions", "Write always: yes, or any: [[depth_m >= 3]]"
        )
    if any(not way for way in ways):
        raise f["any"].problem("an alternative has no condition", "Write e.g. any: [[depth_m >= 3]]")
    return Test(always=always, ways=ways), f["clause"].text(), f["mark"].choice(MARKS)


def _condition(place: Value, parameters: Mapping[str, Parameter]) -> Condition:
    found = _CONDITION.fullmatch(place.text())
    if found is None:
        raise place.problem(f"“{place.text()}” is no condition", "Write e.g. depth_m >= 3 or complex is yes")
    name, compare, limit = found.group(1), _COMPARES[found.group(2)], found.group(3)
    parameter = parameters.get(name)
    if parameter is None:
        raise place.problem(f"“{name}” is no parameter", "Add it under parameters")
    if parameter.boolean != (compare == Compare.IS):
        raise place.problem(
            f"“{name}” is not compared like that", "Yes and no with “is”, numbers with >=, > or <"
        )
    if parameter.boolean:
        if limit not in _TRUTH:
            raise place.problem(f"“{limit}” is neither yes nor no", "Write yes or no")
        return Condition(name, compare, _TRUTH[limit])
    try:
        value = float(limit)
    except ValueError:
        raise place.problem(f"“{limit}” is not a number", "Write digits, e.g. 3") from None
    if not parameter.low <= value <= parameter.high:
        raise place.problem(f"{value:g} lies outside the range of “{name}”", "Compare the two")
    return Condition(name, compare, value)
