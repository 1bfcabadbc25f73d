"""Made-up data for the style page. Nothing here reaches a real page."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any

from lantu.ui.assets import DIST

MONTHS = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"]


def page(now: datetime) -> dict[str, Any]:
    """Context of the sample pages."""
    return {
        "soon_at": now + timedelta(hours=18),
        "later_at": now + timedelta(days=5),
        "late_at": now - timedelta(days=2),
        "ago_at": now - timedelta(minutes=5),
        "fresh_at": now - timedelta(seconds=40),
        "quiet_at": now - timedelta(hours=3),
        "trend": [3, 4, 4, 6, 5, 8, 7, None, 9, 12, 11],
        "months": mixed_chart(),
        "bars": bar_chart(),
        "gauge": {
            "kind": "gauge",
            "unit": "%",
            "series": [{"name": "按期整改率", "data": [96.4], "color": "ok"}],
            "summary": "按期整改率 96.4%",
        },
        "closing": loop_chart(),
        "ranks": [
            ("德城区", 91.2),
            ("齐河县", 89.7),
            ("禹城市", 88.4),
            ("乐陵市", 86.9),
            ("陵城区", 84.1),
            ("临邑县", 81.6),
            ("平原县", 78.3),
            ("夏津县", 77.9),
            ("武城县", 74.5),
        ],
    }


def mixed_chart() -> dict[str, Any]:
    """Plan, fact and forecast lines over monthly bars on a second axis."""
    plan = [4, 9, 16, 24, 33, 42, 51, 59, 68, 78, 89, 100]
    fact = [3, 8, 14, 22, 30, 38, 47, 56, 64, 71, 78.5, None]
    forecast = [None] * 10 + [78.5, 92]
    return {
        "kind": "mixed",
        "x": MONTHS,
        "unit": "%",
        "unit2": "亿元",
        "min": 0,
        "max": 100,
        "series": [
            {
                "name": "当月完成投资",
                "type": "bar",
                "color": "soft",
                "axis": 1,
                "data": [8.2, 5.1, 13.6, 14.9, 15.8, 17.2, 14.1, 15.4, 18.3, 19.4, 12.7, None],
            },
            {"name": "计划", "data": plan, "color": "muted", "dash": True},
            {"name": "实际", "data": fact, "color": "primary", "area": True},
            {"name": "预测", "data": forecast, "color": "warn", "dash": True},
        ],
        "marks": [{"x": "11月", "label": "今日", "color": "bad"}],
        "summary": "计划与实际累计进度：11 月计划 89%，实际 78.5%；当月完成投资 12.7 亿元。",
    }


def bar_chart() -> dict[str, Any]:
    """Lying bars by category."""
    return {
        "kind": "bar",
        "horizontal": True,
        "x": ["交通", "市政", "房建", "园区", "水利", "医院", "学校"],
        "unit": "亿元",
        "min": 0,
        "labels": True,
        "overlap": True,
        "series": [
            {"name": "已完成", "data": [171, 132, 118, 71, 49, 44, 37], "color": "primary", "label": False},
            {"name": "总投资", "data": [318, 196, 162, 118, 84, 62, 46.4], "color": "soft"},
        ],
        "summary": "按类型的总投资与完成投资，交通最多：318 亿元，已完成 171 亿元。",
    }


def loop_chart() -> dict[str, Any]:
    """Opened against closed, month by month."""
    return {
        "kind": "bar",
        "x": MONTHS,
        "min": 0,
        "series": [
            {"name": "新增", "data": [62, 58, 49, 71, 66, 74, 69, 63, 58, 61, 54, 34], "color": "warn"},
            {"name": "闭环", "data": [57, 60, 51, 64, 68, 70, 72, 65, 60, 59, 57, 31], "color": "ok"},
        ],
        "summary": "近 12 个月新增与闭环预警。",
    }


def time_chart(start: datetime) -> dict[str, Any]:
    """24 hours of a dusty day in 5-minute steps, with a gap and an alarm line."""
    base = int(start.timestamp() * 1000)
    points = [
        [
            base + i * 300_000,
            None if 150 < i < 165 else round(85 + 45 * math.sin(i / 34) + 12 * math.sin(i / 5), 1),
        ]
        for i in range(288)
    ]
    return {
        "kind": "line",
        "time": True,
        "unit": "µg/m³",
        "min": 0,
        "series": [{"name": "PM10", "data": points, "color": "primary", "area": True}],
        "marks": [
            {"y": 150, "label": "报警 150", "color": "bad"},
            {"y": 120, "label": "预警 120", "color": "warn"},
        ],
        "summary": "PM10 近 24 小时，最高 142 µg/m³，未超过报警值 150。",
    }


def layers(now: datetime) -> dict[str, Any]:
    """A layers document: county outlines of the build and a spiral of points."""
    outlines = DIST / "dezhou_counties.geojson"
    counties = json.loads(outlines.read_text(encoding="utf-8")) if outlines.is_file() else _nothing()
    colours = ["green"] * 7 + ["yellow"] * 2 + ["red"]
    points = [_point(i, colours[i % 10]) for i in range(127)]
    count = {colour: sum(1 for p in points if p["properties"]["lamp"] == colour) for colour in set(colours)}
    return {
        "as_of": now.isoformat(),
        "datum_note": "县界取自公开数据包，坐标基准未声明，仅示意",
        "bounds": [115.75, 36.4, 117.6, 38.0],
        "tiles": None,
        "layers": [
            {
                "key": "counties",
                "label": "县市区",
                "kind": "fill",
                "style": "county",
                "visible": True,
                "geojson": counties,
                "label_field": "name",
            },
            {
                "key": "projects",
                "label": "重点工程",
                "kind": "points",
                "style": "project",
                "visible": True,
                "cluster": True,
                "geojson": {"type": "FeatureCollection", "features": points},
                "color_by": "lamp",
                "label_field": "name",
                "legend": [
                    {"value": "red", "label": "红灯", "color": "red", "count": count["red"]},
                    {"value": "yellow", "label": "黄灯", "color": "yellow", "count": count["yellow"]},
                    {"value": "green", "label": "绿灯", "color": "green", "count": count["green"]},
                ],
                "popup": [{"field": "stage", "label": "阶段"}, {"field": "invest", "label": "总投资"}],
                "link_field": "url",
            },
        ],
    }


def _nothing() -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": []}


def _point(index: int, lamp: str) -> dict[str, Any]:
    angle, radius = index * 2.4, 0.05 * math.sqrt(index)
    return {
        "type": "Feature",
        "id": index + 1,
        "geometry": {
            "type": "Point",
            "coordinates": [116.62 + radius * math.cos(angle), 37.2 + radius * math.sin(angle)],
        },
        "properties": {
            "name": f"示例工程 {index + 1}",
            "lamp": lamp,
            "stage": "施工",
            "invest": "3.2 亿元",
            "url": "/ui/",
        },
    }
