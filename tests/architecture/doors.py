"""All doors of the house: every page pattern and every API operation, with an address to knock at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from lantu.site.api import api
from tests.architecture.worlds_annual_plan import PLAN_API, PLAN_BODIES, PLAN_PAGES
from tests.architecture.worlds_checklists import CHECKLIST_API, CHECKLIST_BODIES, CHECKLIST_PAGES
from tests.architecture.worlds_exchange import EXCHANGE_API, EXCHANGE_BODIES, EXCHANGE_PAGES
from tests.architecture.worlds_gates import GATE_API, GATE_BODIES, GATE_PAGES
from tests.architecture.worlds_programmes import programme_bodies, programme_operations, programme_pages
from tests.architecture.worlds_schedule import SCHEDULE_API, SCHEDULE_BODIES, SCHEDULE_PAGES

World = SimpleNamespace
# Which object stands behind the parameters of a page: by URL name, or by name space for all its pages.
PAGE_OBJECTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "accounts": lambda w: {"pk": w.person.pk},
    "accounts:organisation": lambda w: {"pk": w.organisation.pk},
    "accounts:grant_revoke": lambda w: {"pk": w.grant.pk},
    "accounts:grant_confirm": lambda w: {"pk": w.request.pk},
    "accounts:grant_refuse": lambda w: {"pk": w.request.pk},
    "accounts:session_end": lambda w: {"pk": 1},
    "accounts:token_end": lambda w: {"pk": 1},
    "core": lambda w: {"pk": w.evidence.pk},
    "projects": lambda w: {"code": w.site.code, "pk": w.run.pk},
    "duties": lambda w: {"code": w.site.code, "pk": w.duty.pk},
    "monitoring": lambda w: {"code": w.device.code, "key": w.channel.key, "pk": w.alert.pk},
    "monitoring:project": lambda w: {"code": w.site.code},
    "monitoring:rule": lambda w: {"code": w.rule.code},
    "monitoring:rule_propose": lambda w: {"code": w.rule.code},
    "monitoring:proposal": lambda w: {"pk": w.proposal.pk},
    "monitoring:proposal_edit": lambda w: {"pk": w.proposal.pk},
    "monitoring:proposal_act": lambda w: {"pk": w.proposal.pk, "verb": "submit"},
    "monitoring:firing": lambda w: {"pk": w.preview.pk, "number": 0},
    "monitoring:device_import": lambda w: {"pk": w.sheet.pk},
    "monitoring:device_import_apply": lambda w: {"pk": w.sheet.pk},
    "monitoring:device_import_tokens": lambda w: {"pk": w.sheet.pk},
    "monitoring:checkup_report": lambda w: {"pk": w.checkup.pk},
    "monitoring:checkup_start": lambda w: {"code": w.site.code},
    "monitoring:observation": lambda w: {"pk": w.observation.pk},
    "monitoring:observation_review": lambda w: {"pk": w.observation.pk, "verb": "confirm"},
    "monitoring:design_limits": lambda w: {"code": w.site.code},
    "monitoring:crane_groups": lambda w: {"code": w.site.code},
    "monitoring:design_limit_withdraw": lambda w: {"pk": w.override.pk},
    "monitoring:vehicle": lambda w: {"pk": w.vehicle.pk},
    "monitoring:vehicle_day": lambda w: {"pk": w.vehicle.pk},
    "monitoring:vehicle_speed": lambda w: {"pk": w.vehicle.pk},
    "monitoring:vehicle_edit": lambda w: {"pk": w.vehicle.pk},
    "monitoring:vehicle_code": lambda w: {"pk": w.vehicle.pk},
    "monitoring:vehicle_finding_false": lambda w: {"pk": w.vehicle_finding.pk},
    "monitoring:vehicle_finding": lambda w: {"pk": w.vehicle_finding.pk},
    "monitoring:quarantined": lambda w: {"pk": w.quarantined.pk},
    "monitoring:replay": lambda w: {"pk": w.quarantined.pk},
    "hazards": lambda w: {"code": w.site.code, "pk": w.hazard.pk, "verb": "accept_order", "paper": "order"},
    "hazards:look_back": lambda w: {"pk": w.look_back.pk},
    **{
        f"hazards:{name}": lambda w: {"pk": w.risk_point.pk, "verb": "review"}
        for name in ("risk_point", "risk_change", "risk_act", "risk_scheme", "risk_check", "risk_qr")
    },
    "hazards:risk_scan": lambda w: {"token": w.risk_point.token},
    "hazards:patrol_round": lambda w: {"pk": w.patrol_round.pk},
    "hazards:patrol_stop": lambda w: {"pk": w.patrol_round.plan_id},
    **{
        f"hazards:{name}": lambda w: {
            "pk": w.inspection.pk,
            "verb": "finish",
            "code": "B.13",
            "entry": w.inspection.entries.first().pk,
        }
        for name in ("inspection", "inspection_act", "inspection_table", "inspection_pin", "inspection_paper")
    },
    "hazards:draw": lambda w: {"pk": w.draw.pk},
    "hazards:kept_decide": lambda w: {"pk": w.hazard.pk, "kept": w.kept.pk, "decision": "adopt"},
    **programme_pages(),
    "cockpit:panel": lambda w: {"look": "page", "key": "kpis"},
    "cockpit:chart": lambda w: {"key": "investment"},
    **EXCHANGE_PAGES,
    **SCHEDULE_PAGES,
    **GATE_PAGES,
    **CHECKLIST_PAGES,
    **PLAN_PAGES,
}
# Doors of the sign-in library written as regular expressions: one address for each is enough.
REGEX_ADDRESSES = {
    "accounts/^(?:email|confirm-email|login/code|password/set|password/reset|3rdparty|social)(?:/.*)?$": "accounts/email/",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": "accounts/confirm-email/x/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "accounts/password/reset/key/1-x/",
}
# The same for operations of the API, by the beginning of their path.
API_OBJECTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "/projects/{code}": lambda w: {"code": w.site.code},
    "/project-imports/": lambda w: {"pk": w.run.pk},
    "/duties/{pk}/approve-stop": lambda w: {"pk": w.asked.pk},
    "/duties/{pk}/decide-extension": lambda w: {"pk": w.asked.pk},
    "/duties/{pk}/resume": lambda w: {"pk": w.stopped.pk},
    "/duties/": lambda w: {"pk": w.duty.pk},
    "/rules/": lambda w: {"code": w.rule.code},
    "/rule-proposals/": lambda w: {"pk": w.proposal.pk},
    "/checkups/": lambda w: {"pk": w.checkup.pk},
    "/observations/": lambda w: {"pk": w.observation.pk},
    "/devices/": lambda w: {"code": w.device.code},
    "/alerts/": lambda w: {"pk": w.alert.pk},
    "/vehicles/": lambda w: {"pk": w.vehicle.pk},
    "/disposal-sites/": lambda w: {"code": "XN-01"},
    "/vehicle-routes/": lambda w: {"code": "LX-01"},
    "/vehicle-findings/": lambda w: {"pk": w.vehicle_finding.pk},
    "/quarantine/": lambda w: {"pk": w.quarantined.pk},
    "/hazards/{pk}/confirm": lambda w: {"pk": w.found.pk},
    "/hazards/{pk}/issue_order": lambda w: {"pk": w.found.pk},
    "/look-backs/": lambda w: {"pk": w.look_back.pk},
    "/hazards/{pk}/reopen": lambda w: {"pk": w.look_back.hazard_id},
    "/hazards/{pk}/kept": lambda w: {"pk": w.hazard.pk, "kept": w.kept.pk},
    "/hazards/": lambda w: {"pk": w.hazard.pk},
    "/risk-points/{pk}": lambda w: {"pk": w.risk_point.pk},
    "/patrol-plans/": lambda w: {"pk": w.patrol_round.plan_id},
    "/inspection-draws/": lambda w: {"pk": w.draw.pk},
    "/inspections/": lambda w: {
        "pk": w.inspection.pk,
        "table": "B.13",
        "entry": w.inspection.entries.first().pk,
    },
    **programme_operations(),
    "/figures/": lambda w: {"name": "duties.open"},
    **EXCHANGE_API,
    **SCHEDULE_API,
    **GATE_API,
    **CHECKLIST_API,
    **PLAN_API,
}
# Values that make sense where the document only says "string".
WORDS = {
    "days": "3",
    "planned_days": "9",
    "to": "owner", "holder": "owner", "project": "@site", "channel": "@channel", "from": "2026-06-01T00:00:00Z",
    "until": "2036-06-01T00:00:00Z", "month": "2026-05-01", "reason": "理由", "code": "stop_order",
}  # fmt: skip
# Bodies where the document cannot say enough for a sample.
BODIES: dict[str, Callable[[World], Any]] = {
    "POST /projects": lambda w: {
        "code": "2601-371402-04-01-100009", "name": "新桥", "category": "government", "plan_class": "new_start",
        "sector": "transport", "stage": "initiation", "area_code": "371402", "total_investment_yuan": 1_000_000,
        "owner_organisation": w.site.owner_org.name, "owner": w.site.owner_org.name,
    },
    "POST /projects/{code}/months": lambda w: {"month": "2026-05", "physical_pct": 40, "reason": "报送", "source": "统计"},
    "PUT /projects/{code}/parties": lambda w: {
        "role": "designer", "organisation": w.organisation.name, "contact": "contractor", "reason": "登记",
    },
    "PUT /projects/{code}/geometry": lambda w: {"geometry": {"type": "Point", "coordinates": [116.31, 37.46]}},
    "POST /projects/{code}/code": lambda w: {"new_code": "2601-371402-04-01-100008", "reason": "重新赋码"},
    "PUT /projects/{code}/crane-groups": lambda w: {
        "name": "门", "cranes": [
            {"device": code, "x_m": x, "y_m": 0, "jib_m": 50, "counter_jib_m": 14, "jib_height_m": 40}
            for code, x in ((w.device.code, 0), ("DOOR-2", 60))
        ],
    },
    "PUT /devices/{code}/hj212": lambda w: {"mn": "DOOR0001", "factors": {}},
    "PUT /projects/{code}/year": lambda w: {"year": 2026, "planned_yuan": 1_000_000},
    "POST /map/within": lambda w: {
        "geometry": {"type": "Polygon", "coordinates": [[[116, 37], [117, 37], [117, 38], [116, 37]]]}
    },
    "POST /risk-points": lambda w: {
        "project": w.site.code, "name": "基坑开挖", "place": "北侧", "kind": "pit.excavation",
        "work_from": "2026-06-08", "work_to": "2026-06-20",
    },
    "PATCH /risk-points/{pk}": lambda w: {"name": "基坑开挖"},
    "POST /patrol-plans": lambda w: {"project": w.site.code, "name": "周巡", "period_days": 7, "points": [w.risk_point.pk]},
    **programme_bodies(),
    "POST /inspections": lambda w: {
        "project": w.site.code, "kind": "environment", "inspector": "inspector", "second": "officer",
        "planned_on": date.today().isoformat(),
    },
    "POST /inspection-draws": lambda w: {
        "kind": "environment", "inspectors": ["inspector", "officer"], "count": 1, "planned_on": date.today().isoformat(),
    },
    "POST /inspections/{pk}/tables/{table}": lambda w: {"rows": {"1": {}}},
    "POST /hazards": lambda w: {"project": w.site.code, "title": "临边未防护", "grade": 2},
    "POST /hazards/{pk}/documents": lambda w: {"kind": "order"},
    "POST /hazards/{pk}/regrade": lambda w: {"grade": 3, "reason": "现场复核后调整"},
    "POST /hazards/{pk}/order_stop": lambda w: {"scope": "whole", "reason": "现场有坍塌危险"},
    "POST /hazards/{pk}/dispute": lambda w: {"ground": "facts", "reason": "现场没有此问题"},
    "POST /hazards/{pk}/transfer": lambda w: {"to": "owner", "reason": "责任划分调整"},
    "POST /hazards/{pk}/merge": lambda w: {"into": w.hazard.pk},
    "PUT /disposal-sites/{code}": lambda w: {
        "name": "城东消纳场", "first_on": "2026-01-01", "last_on": "2026-12-31",
        "geometry": {"type": "Polygon", "coordinates": [[[116, 37], [116.1, 37], [116.1, 37.1], [116, 37]]]},
    },
    "PUT /vehicle-routes/{code}": lambda w: {
        "name": "城东线", "first_on": "2026-01-01", "last_on": "2026-12-31", "project": w.site.code,
        "geometry": {"type": "LineString", "coordinates": [[116, 37], [116.1, 37.1]]},
    },
    "POST /vehicles": lambda w: {
        "plate": "鲁N00009", "terminal_phone": "13900000009", "company": w.vehicle.company.name, "projects": [w.site.code],
    },
    "POST /observations": lambda w: {"device": w.device.code, "type": "crowd", "confidence": 0.2},
    "POST /devices": lambda w: {"code": "DOOR-1", "project": w.site.code, "type": w.device.type.code, "name": "门"},
    "POST /devices/{code}/status": lambda w: {"status": "maintenance", "reason": "月度检修"},
    "POST /telemetry": lambda w: {"device": w.device.code, "values": {"pm10": 80.0}},
    **EXCHANGE_BODIES,
    **SCHEDULE_BODIES,
    **GATE_BODIES,
    **CHECKLIST_BODIES,
    **PLAN_BODIES,
    "POST /duties/{pk}/ask-extension": lambda w: {"wanted_due_at": "2040-06-01T00:00:00Z", "reason": "雨季"},
}  # fmt: skip
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Door:
    """``key`` stands in the table; ``address`` is knocked at. ``of_site``: an object of the site is behind it."""

    key: str
    method: str
    address: str
    of_site: bool
    body: Any = None
    files: tuple[str, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)


def page_doors(world: World) -> Iterator[Door]:
    """Every page pattern but those of the API."""
    for route, name in _routes(get_resolver(), "", ""):
        if route.startswith("api/") and not name.startswith("api:openapi"):
            continue
        yield Door(f"/{route}", "GET", f"/{_filled(route, name, world)}", bool(_PARAMETER.search(route)))


def _routes(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _routes(pattern, route, inner)
        elif isinstance(pattern, URLPattern):
            yield route, f"{space}{pattern.name or ''}"


def _filled(route: str, name: str, world: World) -> str:
    if route in REGEX_ADDRESSES:
        return REGEX_ADDRESSES[route]
    wanted = _PARAMETER.findall(route)
    if not wanted:
        return route
    objects = PAGE_OBJECTS.get(name) or PAGE_OBJECTS.get(name.split(":", maxsplit=1)[0])
    assert objects is not None, f"no sample object for the page {name}: add it to PAGE_OBJECTS in doors.py"
    values = objects(world)
    assert set(wanted) <= set(values), f"the sample of {name} lacks {set(wanted) - set(values)}"
    return _PARAMETER.sub(lambda match: str(values[match[1]]), route)


def api_doors(world: World) -> Iterator[Door]:
    """Every operation of the API, with the smallest body that its own document accepts."""
    document = api.get_openapi_schema()
    for path, verbs in document["paths"].items():
        short = path.removeprefix("/api/v1")
        objects = next((make for start, make in API_OBJECTS.items() if short.startswith(start)), None)
        assert objects is not None or "{" not in short, (
            f"no sample for {path}: add it to API_OBJECTS in doors.py"
        )
        address = path.format(**objects(world)) if objects is not None and "{" in path else path
        for verb, operation in verbs.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = next(iter(content.values()), {}).get("schema", {})
            multipart = "multipart/form-data" in content
            known = BODIES.get(f"{verb.upper()} {short}")
            body = known(world) if known else _sample(schema, document, world, "") if schema else None
            yield Door(
                f"{verb.upper()} {path}",
                verb.upper(),
                address,
                "{" in short and not short.startswith("/figures/"),
                body=body,
                files=tuple(_file_fields(schema, document)) if multipart else (),
                query=_required_query(operation, world),
            )


def _resolved(schema: dict[str, Any], document: Any) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for choice in ("allOf", "anyOf"):
        if choice in schema:
            options = [one for one in schema[choice] if one.get("type") != "null"]
            return _resolved(options[0], document)
    return schema


def _sample(schema: dict[str, Any], document: Any, world: World, name: str) -> Any:
    """The smallest value that fits the schema."""
    schema = _resolved(schema, document)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        return {key: _sample(properties[key], document, world, key) for key in schema.get("required", [])}
    if kind == "array":
        return [_sample(schema["items"], document, world, name)] if "items" in schema else []
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "string" and schema.get("format") == "date-time":
        return "2036-06-01T00:00:00Z"
    if kind == "string" and schema.get("format") == "date":
        return "2026-05-01"
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return _word(name, world)


def _word(name: str, world: World) -> Any:
    word = WORDS.get(name, "x")
    return {"@site": world.site.code, "@channel": str(world.channel.pk)}.get(word, word)


def _file_fields(schema: dict[str, Any], document: Any) -> Iterator[str]:
    for name, value in _resolved(schema, document).get("properties", {}).items():
        inner = _resolved(value, document)
        if (
            inner.get("format") == "binary"
            or _resolved(inner.get("items", {}), document).get("format") == "binary"
        ):
            yield name


def _required_query(operation: dict[str, Any], world: World) -> dict[str, Any]:
    return {
        one["name"]: _word(one["name"], world)
        for one in operation.get("parameters", [])
        if one["in"] == "query" and one.get("required")
    }
