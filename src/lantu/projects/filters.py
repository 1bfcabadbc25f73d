"""The filter of a list or map as a page shows it: groups of choices, and what is set as removable chips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation
from lantu.projects.areas import area_names
from lantu.projects.models import Category, Lamp, PlanClass, Project, Sector, Stage, Status
from lantu.projects.selectors import ProjectFilter


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Group:
    """One select box."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True)
class Chip:
    """Something that narrows the list, with the address of the list without it."""

    label: str
    value: str
    without: str


def _labels() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    def of(choices: Any) -> list[tuple[str, str]]:
        return [(str(key), str(label)) for key, label in choices.choices]

    return {
        "stage": (_("阶段"), of(Stage)),
        "area": (_("县市区"), list(area_names().items())),
        "category": (_("投资类别"), of(Category)),
        "plan_class": (_("计划类别"), of(PlanClass)),
        "sector": (_("领域"), of(Sector)),
        "status": (_("状态"), of(Status)),
    }


def filter_groups(wanted: ProjectFilter) -> list[Group]:
    """The select boxes with what is chosen. Several values of one group show as “n 项”."""
    groups = []
    for name, (label, choices) in _labels().items():
        chosen = getattr(wanted, name)
        options = [Option(value, text, value == chosen) for value, text in choices]
        if "," in chosen:
            words = dict(choices)
            joined = "、".join(words.get(part, part) for part in chosen.split(","))
            options.insert(0, Option(chosen, joined, True))
        groups.append(Group(name, label, tuple(options), chosen))
    return groups


def sort_options() -> list[tuple[str, str]]:
    return [
        ("", _("最近更新")),
        ("behind", _("落后最多")),
        ("-investment", _("投资从大到小")),
        ("finish", _("竣工日期从近到远")),
        ("-paid", _("支付从多到少")),
        ("name", _("名称（拼音）")),
    ]


def chips(wanted: ProjectFilter) -> list[Chip]:
    """What is set, in words, each with the address that drops it."""
    active = wanted.active()
    groups = _labels()
    found = []
    for name, value in active.items():
        rest = urlencode({key: other for key, other in active.items() if key != name})
        if name in groups:
            label, choices = groups[name]
            words = dict(choices)
            found.append(
                Chip(label, "、".join(words.get(part, part) for part in value.split(",")), f"?{rest}")
            )
        elif name == "q":
            found.append(Chip(_("搜索"), value, f"?{rest}"))
        elif name == "tag":
            found.append(Chip(_("标签"), value, f"?{rest}"))
        elif name == "year":
            found.append(Chip(_("年度计划"), value, f"?{rest}"))
        elif name == "owner":
            unit = Organisation.objects.filter(pk=int(value)).first()
            found.append(Chip(_("建设单位"), unit.name if unit else value, f"?{rest}"))
    return found


@dataclass(frozen=True)
class LampTab:
    value: str
    label: str
    count: int
    url: str
    current: bool


def lamp_tabs(wanted: ProjectFilter, counts: dict[str, int]) -> list[LampTab]:
    """All, then each lamp, worst first, with the numbers under the other filters."""
    others = {key: value for key, value in wanted.active().items() if key != "lamp"}
    tabs = [LampTab("", _("全部"), sum(counts.values()), f"?{urlencode(others)}", not wanted.lamp)]
    names = {Lamp.RED: _("红灯"), Lamp.YELLOW: _("黄灯"), Lamp.GREEN: _("绿灯"), Lamp.GREY: _("灰灯")}
    for colour, name in names.items():
        url = f"?{urlencode(others | {'lamp': colour.value})}"
        tabs.append(LampTab(colour.value, name, counts[colour], url, wanted.lamp == colour))
    return tabs


def tone_of(project: Project) -> str:
    """The tone of a progress bar: red and yellow lamps colour it."""
    return {Lamp.RED: "bad", Lamp.YELLOW: "warn"}.get(project.lamp, "")  # type: ignore[call-overload]
