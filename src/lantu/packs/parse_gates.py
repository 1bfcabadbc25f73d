"""Stage gates (gates.yaml) and tender rules (tender_rules.yaml) of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import Any

from lantu.calc.deadlines import Term, parse_term
from lantu.calc.interlocks import Circle, UnknownStep
from lantu.calc.tender_rules import RuleKind, TenderRule
from lantu.packs.gates import (
    STAGES,
    GateBook,
    GateSettings,
    GateTemplate,
    Lane,
    Matter,
    NamedLink,
    Template,
    TenderBook,
    template_graph,
)
from lantu.packs.reading import Problem, Value, unique

MARKS = ("V", "K", "D", "U")
SOURCES = ("upload", "registry")
DUE_FROM = ("start", "finish")


def parse_gates(top: Value, problems: list[str]) -> GateBook:
    """The book of gates; what is wrong, circles among them, is noted with its place."""
    f = top.fields("version basis mark settings lanes matters interlocks templates")
    f["mark"].choice(MARKS)
    lanes = f["lanes"].each(_lane, problems)
    codes = {lane.code for lane in lanes}
    rows = f["matters"].each(lambda item: _matter(item, codes), problems)
    matters = unique(rows, lambda m: m.code, f["matters"], "the matter", problems)
    _after_known(f["matters"], matters, problems)
    named = f["interlocks"].each(lambda item: _named(item, matters), problems)
    templates = f["templates"].each(lambda item: _template(item, matters, named), problems)
    return GateBook(
        version=f["version"].text(),
        basis=f["basis"].text(),
        settings=_settings(f["settings"]),
        lanes=lanes,
        matters=matters,
        templates=unique(templates, lambda t: t.code, f["templates"], "the template", problems),
    )


def parse_terms(top: Value, known: Mapping[str, Matter], problems: list[str]) -> dict[str, Term]:
    """A city's own terms by matter (its gates.yaml)."""
    f = top.fields("version basis mark terms")
    f["mark"].choice(MARKS)
    found: dict[str, Term] = {}
    for code, place in f["terms"].pairs():
        try:
            if code not in known:
                raise place.problem("no such matter in the national gates.yaml", "Use a code from there")
            found[code] = _term(place)
        except Problem as problem:
            problems.append(str(problem))
    return found


def _settings(place: Value) -> GateSettings:
    names = [one.name for one in fields_of(GateSettings)]
    given = place.fields("", " ".join(names))
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value.empty:
            continue
        values[name] = value.number() if name == "reopen_change_pct" else value.integer()
        if values[name] <= 0:
            raise value.problem("a positive number is expected", "Write e.g. 3")
    return GateSettings(**values)


def _lane(item: Value) -> Lane:
    f = item.fields("code label label_en")
    return Lane(f["code"].text(), f["label"].text(), f["label_en"].text())


def _term(place: Value) -> Term:
    try:
        return parse_term(place.text())
    except ValueError as error:
        raise place.problem(str(error), "Write e.g. 20wd") from None


def _flag(place: Value) -> bool:
    return place.choice(("true", "false"), "false") == "true"


def _matter(item: Value, lanes: set[str]) -> Matter:
    f = item.fields(
        "code label label_en unit term hard basis mark", "lane after may_wait source valid_months"
    )
    return Matter(
        code=f["code"].text(),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        lane=f["lane"].choice(lanes, "approval"),
        unit=f["unit"].text(),
        term=_term(f["term"]),
        hard=_flag(f["hard"]),
        may_wait=_flag(f["may_wait"]),
        after=f["after"].texts(),
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
        source=f["source"].choice(SOURCES, "upload"),
        valid_months=f["valid_months"].integer(0),
    )


def _after_known(place: Value, matters: Mapping[str, Matter], problems: list[str]) -> None:
    for matter in matters.values():
        for before in matter.after:
            if before not in matters:
                problems.append(
                    str(
                        place.problem(
                            f"“{matter.code}” waits for “{before}”, which is no matter", "Correct it"
                        )
                    )
                )


def _named(item: Value, matters: Mapping[str, Matter]) -> NamedLink:
    f = item.fields("needs step label label_en basis mark")
    return NamedLink(
        needs=f["needs"].choice(matters),
        step=f["step"].choice(matters),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
    )


def _gate(item: Value, matters: Mapping[str, Matter]) -> GateTemplate:
    f = item.fields("stage lead matters", "after due")
    due = f["due"].fields("from", "months") if not f["due"].empty else None
    return GateTemplate(
        stage=f["stage"].choice(STAGES),
        lead=f["lead"].text(),
        after=tuple(one.choice(STAGES) for one in f["after"].items()),
        matters=tuple(one.choice(matters) for one in f["matters"].items()),
        due_from=due["from"].choice(DUE_FROM) if due else "",
        due_months=due["months"].integer(0) if due else 0,
    )


def _template(item: Value, matters: Mapping[str, Matter], named: tuple[NamedLink, ...]) -> Template:
    f = item.fields("code label label_en gates", "match drop_interlocks add_interlocks")
    gates = tuple(_gate(one, matters) for one in f["gates"].items())
    if tuple(gate.stage for gate in gates) != STAGES:
        raise f["gates"].problem("six gates in their order are expected", f"Write {', '.join(STAGES)}")
    asked = [code for gate in gates for code in gate.matters]
    twice = sorted({code for code in asked if asked.count(code) > 1})
    if twice:
        raise f["gates"].problem(f"asked for twice: {', '.join(twice)}", "Name each matter in one gate")
    match = f["match"].fields("categories", "sectors words lines") if not f["match"].empty else None
    template = Template(
        code=f["code"].text(),
        label=f["label"].text(),
        label_en=f["label_en"].text(),
        gates=gates,
        matters={code: matters[code] for code in asked},
        named=_links(f, named, matters, set(asked)),
        categories=match["categories"].texts() if match else (),
        sectors=match["sectors"].texts() if match else (),
        words=match["words"].texts() if match else (),
        lines=_flag(match["lines"]) if match else False,
    )
    _sound(template, f["gates"])
    return template


def _links(
    f: dict[str, Value], named: tuple[NamedLink, ...], matters: Mapping[str, Matter], asked: set[str]
) -> tuple[NamedLink, ...]:
    """The named interlocks of a template: those of the book whose ends it has, less dropped, plus its own."""
    dropped = set()
    for one in f["drop_interlocks"].items():
        pair = one.fields("needs step")
        dropped.add((pair["needs"].choice(matters), pair["step"].choice(matters)))
    own = tuple(_named(one, matters) for one in f["add_interlocks"].items())
    kept = [one for one in named if {one.needs, one.step} <= asked and (one.needs, one.step) not in dropped]
    return (*kept, *own)


def _sound(template: Template, place: Value) -> None:
    try:
        template_graph(template)
    except Circle as circle:
        names = " → ".join(template.matters[code].label for code in circle.steps)
        raise place.problem(
            f"in “{template.label}” these wait for each other: {names}", "Remove one “after” of the circle"
        ) from None
    except UnknownStep as unknown:
        raise place.problem(
            f"an interlock of “{template.label}” names “{unknown.code}”, which it does not ask for",
            "Add the matter to one of its gates, or drop the interlock",
        ) from None


def parse_tender(top: Value, problems: list[str]) -> TenderBook:
    """The rules of tendering."""
    f = top.fields("version basis mark thresholds state_funded rules")
    f["mark"].choice(MARKS)
    rows = f["rules"].each(_rule, problems)
    unique(rows, lambda r: r.code, f["rules"], "the rule", problems)
    return TenderBook(
        version=f["version"].text(),
        basis=f["basis"].text(),
        rules=rows,
        thresholds_yuan={kind: Decimal(value.integer()) for kind, value in f["thresholds"].pairs()},
        state_funded=f["state_funded"].texts(),
    )


def _rule(item: Value) -> TenderRule:
    f = item.fields("code label kind first second limit basis mark", "working")
    limit = f["limit"].number()
    if limit < 0:
        raise f["limit"].problem("a limit is not negative", "Write e.g. 20")
    return TenderRule(
        code=f["code"].text(),
        label=f["label"].text(),
        kind=RuleKind(f["kind"].choice(tuple(RuleKind))),
        first=f["first"].text(),
        second=f["second"].text(),
        limit=limit,
        basis=f["basis"].text(),
        mark=f["mark"].choice(MARKS),
        working=_flag(f["working"]),
    )
