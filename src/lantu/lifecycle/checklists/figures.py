"""Figures about the monthly appraisal: of the latest published month, each opening the rows behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.figures import FigureValue, figure
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, AppraisalScore
from lantu.lifecycle.checklists.selectors import due_nodes, latest_published, visible_scores


def _none(now: datetime, note: str = "") -> FigureValue:
    """Before the first publication, or without rows of the reader's own, nothing can be stated: not 0."""
    rows = reverse("lifecycle:appraisal_months")
    return FigureValue(value=None, rows=rows, as_of=now, note=note or _("尚无公布的月份"))


def _no_score(run: AppraisalMonth) -> str:
    return _("%(month)s 没有本人可见的得分") % {"month": f"{run.month:%Y-%m}"}


def _scores(reader: Any, run: AppraisalMonth) -> QuerySet[AppraisalScore]:
    return visible_scores(reader).filter(run=run, is_current=True)


def _dated(run: AppraisalMonth, now: datetime, query: str = "", **more: Any) -> FigureValue:
    """The figure stands for the month as frozen and published, not for the moment of reading."""
    address = run.get_absolute_url() + query
    return FigureValue(rows=address, as_of=run.published_at or now, note=f"{run.month:%Y-%m}", **more)


@figure(
    "appraisal.mean_score",
    label=gettext_lazy("考核平均分"),
    unit=gettext_lazy("分"),
    definition=gettext_lazy(
        "最近一个已公布月份中，本人可见清单的现行总分的算术平均（申诉后的得分取最新一次）"
    ),
)
def mean_score(reader: Any, *, now: datetime) -> FigureValue:
    run = latest_published()
    found = _scores(reader, run).aggregate(mean=Avg("total"), n=Count("pk")) if run is not None else {"n": 0}
    if run is None:
        return _none(now)
    if not found["n"]:
        return _none(now, _no_score(run))
    return _dated(run, now, value=round(found["mean"], 2), denominator=found["n"])


@figure(
    "appraisal.below_plan",
    label=gettext_lazy("低于计划的清单"),
    unit=gettext_lazy("张"),
    definition=gettext_lazy("最近一个已公布月份中加权完成低于计划的清单数；分母为当月评分的清单数"),
)
def below_plan(reader: Any, *, now: datetime) -> FigureValue:
    run = latest_published()
    if run is None:
        return _none(now)
    found = _scores(reader, run).aggregate(n=Count("pk"), below=Count("pk", filter=Q(below_plan=True)))
    if not found["n"]:
        return _none(now, _no_score(run))
    return _dated(
        run, now, "?set=below", value=found["below"], numerator=found["below"], denominator=found["n"]
    )


@figure(
    "appraisal.on_time_share",
    label=gettext_lazy("清单节点按时率"),
    unit="%",
    definition=gettext_lazy("最近一个已公布月份中到期的清单节点里按时完成的比例；扣除外因的节点不计"),
)
def on_time_share(reader: Any, *, now: datetime) -> FigureValue:
    run = latest_published()
    if run is None:
        return _none(now)
    found = due_nodes(reader, run).aggregate(n=Count("pk"), ok=Count("pk", filter=Q(node_late_days=0)))
    if not found["n"]:
        return _none(now, _("%(month)s 没有到期的节点") % {"month": f"{run.month:%Y-%m}"})
    return _dated(
        run, now, "?set=nodes", value=round(found["ok"] / found["n"] * 100, 1), numerator=found["ok"],
        denominator=found["n"],
    )  # fmt: skip
