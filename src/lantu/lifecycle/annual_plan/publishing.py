"""What of an issued plan is public: name, place, class, money, goal, unit; never people, codes of reviews or drafts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.gis.selectors import plain_outlines
from lantu.lifecycle.annual_plan.facts import wan
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.selectors import public_items
from lantu.projects.areas import area_names

# Places are published to about 100 m: enough to find a site, no survey.
PLACES = 3
OC_STATUS = {
    "new_start": "preparation",
    "continuing": "implementation",
    "completing": "implementation",
    "reserve": "identification",
}
OC_SECTORS = {
    "industry": "economy", "transport": "transport", "municipal": "waterAndWaste", "water": "naturalResources",
    "energy": "energy", "livelihood": "cultureSportsAndRecreation", "housing": "socialHousing", "ecology": "naturalResources",
}  # fmt: skip


def public_rows(plan: AnnualPlan) -> list[dict[str, Any]]:
    """One entry a project of the plan in force."""
    areas = area_names()
    return [
        {
            "code": item.code,
            "name": item.name,
            "area_code": item.area_code,
            "area": areas.get(item.area_code, item.area_code),
            "category": item.get_category_display(),
            "plan_class": item.get_plan_class_display(),
            "owner": item.proposal.owner_org.name,
            "summary": item.proposal.public_summary,
            "goal": item.annual_goal,
            "total_yuan": item.total_yuan,
            "annual_yuan": item.annual_yuan,
        }
        for item in public_items(plan)
    ]


def public_points(plan: AnnualPlan) -> list[dict[str, Any]]:
    """The layers of the public map: outlines of the counties with the plan's own sums, and one point a project, coloured
    by class."""
    areas = area_names()
    features = []
    items = list(public_items(plan))
    for item in items:
        if item.proposal.lon is None or item.proposal.lat is None:
            continue
        features.append(
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(item.proposal.lon, PLACES), round(item.proposal.lat, PLACES)],
                },
                "properties": {
                    "name": item.name,
                    "area": areas.get(item.area_code, item.area_code),
                    "plan_class": item.plan_class,
                    "annual": _("%(n)s 万元") % {"n": wan(item.annual_yuan)},
                },
            }
        )
    legend = [
        {"value": "new_start", "label": str(_("新开工")), "color": "primary"},
        {"value": "continuing", "label": str(_("续建")), "color": "green"},
        {"value": "completing", "label": str(_("竣工")), "color": "orange"},
        {"value": "reserve", "label": str(_("储备")), "color": "grey"},
    ]
    return [
        _county_layer(items),
        {
            "key": "plan",
            "label": plan.title,
            "kind": "points",
            "style": "project",
            "visible": True,
            "geojson": {"type": "FeatureCollection", "features": features},
            "color_by": "plan_class",
            "legend": legend,
            "label_field": "name",
            "popup": [
                {"field": "area", "label": str(_("县市区"))},
                {"field": "annual", "label": str(_("年度投资"))},
            ],
        },
    ]


def _county_layer(items: list[PlanVersionItem]) -> dict[str, Any]:
    """Outlines for orientation; what a county says is summed from the published rows and nothing else."""
    outlines = plain_outlines()
    for feature in outlines["features"]:
        mine = [item for item in items if item.area_code == feature["properties"]["code"]]
        feature["properties"] |= {
            "projects": len(mine),
            "annual": _("%(n)s 万元") % {"n": wan(sum((item.annual_yuan for item in mine), Decimal(0)))},
        }
    return {
        "key": "counties",
        "label": str(_("县市区")),
        "kind": "fill",
        "style": "county",
        "visible": True,
        "geojson": outlines,
        "label_field": "name",
        "popup": [
            {"field": "projects", "label": str(_("项目"))},
            {"field": "annual", "label": str(_("年度投资"))},
        ],
    }


def open_data(version: PlanVersion, items: list[PlanVersionItem]) -> dict[str, Any]:
    """The version in the shape of the open contracting standard for infrastructure (0.9), money in yuan, without people.

    Identifiers are the project codes as they are: a publisher adds its own prefix when it registers one.
    """
    plan = version.plan
    return {
        "version": "0.9",
        "uri": "",
        "publishedDate": version.made_at.isoformat(),
        "publisher": {"name": plan.title},
        "projects": [_open_project(item, plan.year) for item in items],
    }


def _open_project(item: PlanVersionItem, year: int) -> dict[str, Any]:
    proposal = item.proposal
    found: dict[str, Any] = {
        "id": item.code,
        "identifiers": [{"id": item.code, "scheme": "CN-GB/T-40058"}],
        "title": item.name,
        "description": proposal.public_summary,
        "status": OC_STATUS[item.plan_class],
        "type": "construction",
        "sector": [OC_SECTORS.get(proposal.sector, "economy")],
        "locations": [
            {
                "id": item.area_code,
                "gazetteer": {"scheme": "CN-GB2260", "identifiers": [item.area_code]},
                **_place(proposal),
            }
        ],
        "budget": {
            "amount": {"amount": _number(item.total_yuan), "currency": "CNY"},
            "budgetBreakdowns": [
                {
                    "id": "annual",
                    "budgetBreakdown": [
                        {"id": str(year), "amount": {"amount": _number(item.annual_yuan), "currency": "CNY"}}
                    ],
                }
            ],
        },
        "parties": [
            {
                "id": proposal.owner_org.uscc or proposal.owner_org.name,
                "name": proposal.owner_org.name,
                "roles": ["procuringEntity"],
            }
        ],
    }
    if proposal.starts_on and proposal.finishes_on:
        found["period"] = {
            "startDate": f"{proposal.starts_on}T00:00:00+08:00",
            "endDate": f"{proposal.finishes_on}T00:00:00+08:00",
        }
    return found


def _place(proposal: Any) -> dict[str, Any]:
    if proposal.lon is None or proposal.lat is None:
        return {}
    return {
        "geometry": {
            "type": "Point",
            "coordinates": [round(proposal.lon, PLACES), round(proposal.lat, PLACES)],
        }
    }


def _number(yuan: Decimal) -> float:
    return float(yuan)
