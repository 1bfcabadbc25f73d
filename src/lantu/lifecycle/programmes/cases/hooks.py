"""The parts that this floor gives to templates; higher floors add theirs in their own hooks."""

from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.programmes.cases.parts import checklist, durations, gates, schedule
from lantu.lifecycle.programmes.cases.registry import CasePart, parts

parts.add(
    CasePart(key="gates", label=_("关口"), order=10, take=gates.take, foresee=gates.foresee, make=gates.make)
)
parts.add(
    CasePart(
        key="checklist",
        label=_("清单"),
        order=20,
        take=checklist.take,
        foresee=checklist.foresee,
        make=checklist.make,
    )
)
parts.add(
    CasePart(
        key="schedule",
        label=_("进度计划"),
        order=30,
        take=schedule.take,
        foresee=schedule.foresee,
        make=schedule.make,
    )
)
parts.add(
    CasePart(key="durations", label=_("工期统计"), order=40, take=durations.take, foresee=durations.foresee)
)
