"""The layers document of the map: what each registered layer looks like, in the words of frontend/README.md."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.core.registry import MapLayer, map_layers
from lantu.gis.selectors import datum_note, lamp_counts_placed
from lantu.projects.areas import city
from lantu.projects.selectors import ProjectFilter


def lamp_words() -> dict[str, str]:
    """Lamps worst first: a cluster wears the colour of its worst member."""
    return {"red": _("红灯"), "yellow": _("黄灯"), "green": _("绿灯"), "grey": _("灰灯")}


def _project_style(counts: dict[str, int] | None) -> dict[str, Any]:
    legend: list[dict[str, Any]] = [
        {"value": key, "label": label, "color": key} for key, label in lamp_words().items()
    ]
    if counts is not None:
        legend = [entry | {"count": counts.get(entry["value"], 0)} for entry in legend]
    return {
        "color_by": "lamp",
        "label_field": "name",
        "link_field": "url",
        "legend": legend,
        "popup": [
            {"field": "lamp", "label": _("灯色")},
            {"field": "why", "label": _("原因")},
            {"field": "stage", "label": _("阶段")},
            {"field": "progress", "label": _("形象进度")},
            {"field": "investment", "label": _("总投资")},
            {"field": "area", "label": _("县市区")},
            {"field": "owner", "label": _("建设单位")},
        ],
    }


def _county_style() -> dict[str, Any]:
    return {
        "label_field": "name",
        "link_field": "url",
        "popup": [
            {"field": "projects", "label": _("项目")},
            {"field": "building", "label": _("在建")},
            {"field": "red", "label": _("红灯")},
        ],
    }


def _device_style() -> dict[str, Any]:
    return {
        "color_by": "state",
        "label_field": "name",
        "link_field": "url",
        "legend": [
            {"value": "silent", "label": _("静默"), "color": "orange"},
            {"value": "ok", "label": _("在线"), "color": "green"},
        ],
        "popup": [{"field": "state", "label": _("状态")}, {"field": "code", "label": _("编号")}],
    }


def _vehicle_style() -> dict[str, Any]:
    return {
        "color_by": "state",
        "label_field": "name",
        "link_field": "url",
        "legend": [
            {"value": "quiet", "label": _("失联"), "color": "orange"},
            {"value": "moving", "label": _("行驶"), "color": "green"},
            {"value": "standing", "label": _("停车"), "color": "primary"},
            {"value": "away", "label": _("离线"), "color": "grey"},
        ],
        "popup": [
            {"field": "state", "label": _("状态")},
            {"field": "company", "label": _("运输企业")},
            {"field": "speed", "label": _("车速")},
            {"field": "load", "label": _("载重")},
            {"field": "at", "label": _("定位时间")},
        ],
    }


def _track_style() -> dict[str, Any]:
    return {"color": "primary", "label_field": "name", "link_field": "url"}


def _disposal_style() -> dict[str, Any]:
    return {
        "color": "green",
        "label_field": "name",
        "popup": [{"field": "code", "label": _("编号")}, {"field": "until", "label": _("核准止")}],
    }


def _hazard_style() -> dict[str, Any]:
    words = ((4, _("红"), "red"), (3, _("橙"), "orange"), (2, _("黄"), "yellow"), (1, _("蓝"), "primary"))
    return {
        "color_by": "severity",
        "label_field": "name",
        "link_field": "url",
        "legend": [{"value": str(level), "label": label, "color": color} for level, label, color in words],
        "popup": [{"field": "severity", "label": _("等级")}, {"field": "project", "label": _("项目")}],
    }


def _risk_style() -> dict[str, Any]:
    words = (
        (4, _("重大风险"), "red"),
        (3, _("较大风险"), "orange"),
        (2, _("一般风险"), "yellow"),
        (1, _("低风险"), "primary"),
    )
    return {
        "color_by": "severity",
        "label_field": "name",
        "link_field": "url",
        "legend": [{"value": str(level), "label": label, "color": color} for level, label, color in words],
        "popup": [
            {"field": "project", "label": _("项目")},
            {"field": "work", "label": _("作业")},
            {"field": "level", "label": _("危大判定")},
            {"field": "window", "label": _("时间")},
            {"field": "responsible", "label": _("责任人")},
            {"field": "weather", "label": _("天气")},
        ],
    }


def _look(layer: MapLayer, counts: dict[str, int]) -> dict[str, Any]:
    if layer.style == "project":
        look = _project_style(counts if layer.kind == "points" else None)
        # The points carry the names; outlines that did so too would crowd out the counties.
        return (
            look
            if layer.kind == "points"
            else {key: value for key, value in look.items() if key != "label_field"}
        )
    looks = {"county": _county_style, "device": _device_style, "hazard": _hazard_style, "risk": _risk_style}
    looks |= {"vehicle": _vehicle_style, "track": _track_style, "disposal": _disposal_style}
    return looks[layer.style]() if layer.style in looks else {"label_field": "name", "link_field": "url"}


def layers_document(
    reader: Any, wanted: ProjectFilter, *, as_of: str, only: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The document at ``/map/layers.json`` for this reader: layers they may open, bounds, datum note, tiles.

    ``only``: keys of the layers wanted, all when empty (a small map shows one project). The map adds its own filter to each layer's address, so none stands in them.
    """
    counts, unplaced, _newest = lamp_counts_placed(reader, wanted)
    layers = []
    for layer in map_layers:
        if (only and layer.key not in only) or (layer.permission and not may(reader, layer.permission)):
            continue
        layers.append(
            {
                "key": layer.key,
                "label": str(layer.label),
                "kind": layer.kind,
                "style": layer.style,
                # A layer that is asked for by its name is meant to be seen.
                "visible": layer.visible or layer.key in only,
                "url": reverse(layer.url_name),
                **({"cluster": True} if layer.kind == "points" else {}),
                **_look(layer, counts),
            }
        )
    pack = city()
    note = [_("县界仅供示意") if only else datum_note()]
    if unplaced:
        note.append(_("另有 %(n)s 个项目没有登记位置") % {"n": unplaced})
    return {
        "as_of": as_of,
        "datum_note": "；".join(part for part in note if part),
        "bounds": list(pack.bounds),
        "tiles": settings.MAP_TILE_URL or None,
        "layers": layers,
    }


def list_address(wanted: ProjectFilter) -> str:
    """The same selection as a list."""
    return f"{reverse('projects:list')}?{urlencode(wanted.active())}"
