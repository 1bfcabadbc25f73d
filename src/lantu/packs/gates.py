"""Stage gates and tender rules as a pack holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from lantu.calc.deadlines import Term, Unit
from lantu.calc.gate_lamps import GateLampRules
from lantu.calc.interlocks import Interlocks, Link, Step, interlocks
from lantu.calc.tender_rules import TenderRule

STAGES = ("initiation", "design", "tender", "construction", "acceptance", "operation")
PARTIES = ("bureau", "supervisor")
"""Units of a matter that are no topic of the city's departments."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One document that a gate may ask for. ``hard``: the gate does not pass without it; ``may_wait``: it may be
    brought later under a dated condition (容缺)."""

    code: str
    label: str
    label_en: str
    lane: str
    unit: str
    term: Term
    hard: bool
    may_wait: bool
    after: tuple[str, ...]
    basis: str
    mark: str
    source: str = "upload"
    valid_months: int = 0

    @property
    def working_days(self) -> int:
        """The term as working days, for planning ahead: five of seven natural days, 21 of a month."""
        amount = int(self.term.amount)
        match self.term.unit:
            case Unit.WORKING_DAYS:
                return amount
            case Unit.MONTHS:
                return amount * 21
            case _:
                return -(-amount * 5 // 7)


@dataclass(frozen=True, kw_only=True)
class GateTemplate:
    """One of the six gates. ``due_from``: ``start``, ``finish`` or empty (then its matters' terms decide)."""

    stage: str
    lead: str
    after: tuple[str, ...]
    matters: tuple[str, ...]
    due_from: str = ""
    due_months: int = 0


@dataclass(frozen=True, kw_only=True)
class NamedLink:
    """An interlock with a name of its own."""

    needs: str
    step: str
    label: str = ""
    label_en: str = ""
    basis: str = ""
    mark: str = "D"


@dataclass(frozen=True, kw_only=True)
class Template:
    """Six gates for a type of project. Empty lists of ``match`` match nothing: the template is chosen by hand."""

    code: str
    label: str
    label_en: str
    gates: tuple[GateTemplate, ...]
    matters: Mapping[str, Matter]
    named: tuple[NamedLink, ...]
    categories: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    lines: bool = False

    @cached_property
    def graph(self) -> Interlocks:
        """Its matters as a graph; the pack was refused if this could not be built."""
        return template_graph(self)

    def gate_of(self, matter: str) -> str:
        """The stage whose gate asks for a matter."""
        return next(gate.stage for gate in self.gates if matter in gate.matters)


def template_graph(template: Template) -> Interlocks:
    """Steps and links of a template. What a matter waits for counts where the template asks for both. Raises as
    ``calc.interlocks`` does."""
    steps = [
        Step(code, template.matters[code].lane, gate.stage, template.matters[code].working_days)
        for gate in template.gates
        for code in gate.matters
    ]
    known = {step.code for step in steps}
    links = [
        Link(before, step.code)
        for step in steps
        for before in template.matters[step.code].after
        if before in known
    ]
    links += [Link(one.needs, one.step, one.label, one.basis) for one in template.named]
    return interlocks(steps, links)


@dataclass(frozen=True)
class Lane:
    """What runs beside what."""

    code: str
    label: str
    label_en: str


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """Internal terms and limits of the gates."""

    check_working_days: int = 1
    review_working_days: int = 3
    return_working_days: int = 10
    hold_working_days: int = 20
    suspend_days: int = 90
    condition_working_days: int = 30
    working_days_per_year: int = 250
    reopen_change_pct: float = 10.0
    near_working_days: int = 5
    grace_working_days: int = 10
    statistics_months: int = 1
    # Share of the year's planned investment that sources available by that year must cover, for the project's lamp.
    funds_cover_pct: float = 100.0


@dataclass(frozen=True, kw_only=True)
class GateBook:
    """Everything about gates that is data."""

    version: str = "gates-0"
    basis: str = ""
    settings: GateSettings = field(default_factory=GateSettings)
    lanes: tuple[Lane, ...] = ()
    matters: Mapping[str, Matter] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)

    @property
    def lamp_rules(self) -> GateLampRules:
        """The limits of the gates' lamps, under this book's version."""
        return GateLampRules(self.settings.near_working_days, self.settings.grace_working_days, self.version)

    def with_terms(self, terms: Mapping[str, Term], version: str) -> GateBook:
        """The book with a city's own terms."""
        if not terms:
            return self
        own = {c: replace(m, term=terms[c]) if c in terms else m for c, m in self.matters.items()}
        changed = {
            code: replace(one, matters={c: own[c] for c in one.matters})
            for code, one in self.templates.items()
        }
        return replace(self, version=f"{self.version}+{version}", matters=own, templates=changed)


@dataclass(frozen=True, kw_only=True)
class TenderBook:
    """Rules of public tendering and from which estimate on they are compulsory."""

    version: str = "tender-0"
    basis: str = ""
    rules: tuple[TenderRule, ...] = ()
    thresholds_yuan: Mapping[str, Decimal] = field(default_factory=dict)
    state_funded: tuple[str, ...] = ()
