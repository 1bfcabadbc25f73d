"""The map of a programme: its area, and its members with their state in every month, for the time slider."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.calc.rollup import MemberState
from lantu.gis.layers import layers_document
from lantu.lifecycle.programmes.models import Programme
from lantu.lifecycle.programmes.selectors import Past, lane_label, months_of
from lantu.packs.load import national
from lantu.projects.models import Project
from lantu.projects.progress import month_end
from lantu.projects.selectors import ProjectFilter
from lantu.ui.tags.numbers import money

COLOURS = {
    MemberState.BEHIND: "red",
    MemberState.UNREPORTED: "orange",
    MemberState.ON_PLAN: "green",
    MemberState.FINISHED: "primary",
    MemberState.NOT_BEGUN: "grey",
}


def state_words() -> dict[str, str]:
    """States of members in the reader's language, worst first."""
    return {
        MemberState.BEHIND: _("滞后"),
        MemberState.UNREPORTED: _("未报送"),
        MemberState.ON_PLAN: _("按计划"),
        MemberState.FINISHED: _("已竣工"),
        MemberState.NOT_BEGUN: _("未开工"),
    }


def programme_map(programme: Programme, past: Past, reader: Any, *, now: datetime) -> dict[str, Any]:
    """The layers document of ``<lantu-map>``; ``times`` drives its slider, each feature says where it stood when."""
    document = layers_document(
        reader,
        ProjectFilter(),
        as_of=timezone.localtime(now).isoformat(timespec="seconds"),
        only=frozenset({"counties"}),
    )
    months = months_of(programme, now)
    today = timezone.localtime(now).date()
    document["times"] = {
        "label": _("月份"),
        "steps": [{"value": f"{month:%Y-%m}", "label": f"{month:%Y-%m}"} for month in months],
    }
    if programme.geometry:
        document["layers"].append(_area(programme))
    features = [
        _feature(programme, row, past, months, today)
        for project, row in _latest(past).items()
        if project.lon is not None
    ]
    document["layers"].append(
        {
            "key": "members",
            "label": _("成员项目"),
            "kind": "points",
            "visible": True,
            "cluster": False,
            "color_by": "state",
            "time_field": "when",
            "label_field": "name",
            "link_field": "url",
            "legend": [
                {"value": str(state), "label": label, "color": COLOURS[MemberState(state)]}
                for state, label in state_words().items()
            ],
            "popup": [
                {"field": "state", "label": _("状态")},
                {"field": "progress", "label": _("形象进度")},
                {"field": "lane", "label": _("并行线")},
                {"field": "investment", "label": _("总投资")},
            ],
            "geojson": {"type": "FeatureCollection", "features": features},
        }
    )
    placed = [feature["geometry"]["coordinates"] for feature in features]
    if placed:
        lons, lats = [point[0] for point in placed], [point[1] for point in placed]
        document["bounds"] = [min(lons) - 0.05, min(lats) - 0.05, max(lons) + 0.05, max(lats) + 0.05]
    return document


def _latest(past: Past) -> dict[Project, Any]:
    return {row.project: row for row in past.members}


def _area(programme: Programme) -> dict[str, Any]:
    feature = {"type": "Feature", "geometry": programme.geometry, "properties": {"name": programme.name}}
    return {
        "key": "area",
        "label": _("计划范围"),
        "kind": "polygons",
        "style": "area",
        "visible": True,
        "color": "primary",
        "label_field": "name",
        "geojson": {"type": "FeatureCollection", "features": [feature]},
    }


def _feature(programme: Programme, row: Any, past: Past, months: list[date], today: date) -> dict[str, Any]:
    project: Project = row.project
    points = national().programmes.behind_points
    when: dict[str, dict[str, str]] = {}
    for month in months:
        day = min(month_end(month), today)
        if row not in past.present(day):
            continue
        facts = past.at(row, day)
        pct = facts.counted_pct
        when[f"{month:%Y-%m}"] = {
            "state": str(facts.state(points)),
            "progress": "—" if pct is None else f"{pct:g}%",
        }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [project.lon, project.lat]},
        "properties": {
            "name": project.name,
            "url": project.get_absolute_url(),
            "lane": lane_label(programme, row.lane),
            "investment": money(project.total_investment_yuan),
            "when": when,
        },
    }


def end_of_month(month: date) -> datetime:
    """The last moment of a month, where charts read their points."""
    return timezone.make_aware(datetime.combine(month_end(month), time(23, 59)))
