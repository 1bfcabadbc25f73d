"""Node-RED as people wire it up: MQTT in, a function node with the rule, and a database at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PG_TABLE = """
    CREATE TABLE reading (id bigserial PRIMARY KEY, site text, device text, at timestamptz, pm10 real, pm25 real, noise real, wind_speed real);
    CREATE INDEX ON reading (site, device, at)
"""
RULE = """
const [, site, device] = msg.topic.split("/");
const { ts, values } = msg.payload;
const alert = values.pm10 > 150 ? { topic: `alerts/${site}/${device}`, payload: JSON.stringify({ ts, pm10: values.pm10 }) } : null;
"""
BODIES = {
    # One INSERT per message over a pool of ten connections.
    "pg": """
context.get("pool").query(
  "INSERT INTO reading (site, device, at, pm10, pm25, noise, wind_speed) VALUES ($1, $2, to_timestamp($3 / 1000.0), $4, $5, $6, $7)",
  [site, device, ts, values.pm10, values.pm25, values.noise, values.wind_speed],
).catch((error) => node.error(error));
return [null, alert];
""",
    # One write per message: what the node's own example does.
    "influx": """
return [{ payload: [{ ...values, time: new Date(ts) }, { site, device }] }, alert];
""",
    # 500 points or 200 ms at a time, gathered by hand.
    "influx-batch": """
const points = context.get("points") || [];
points.push({ measurement: "telemetry", fields: values, tags: { site, device }, timestamp: new Date(ts) });
const now = Date.now();
if (points.length >= 500 || now - (context.get("sent") || 0) > 200) {
  context.set("points", []);
  context.set("sent", now);
  return [{ payload: points }, alert];
}
context.set("points", points);
return [null, alert];
""",
}


def write_flow(
    kind: str,
    directory: Path,
    *,
    modules: Path,
    mqtt_port: int,
    ui_port: int,
    influx_port: int,
    database: str,
) -> None:
    """A user directory of Node-RED with one flow of ``kind`` (a key of BODIES)."""
    directory.mkdir()
    (directory / "node_modules").symlink_to(modules)
    settings = {
        "uiPort": ui_port, "uiHost": "127.0.0.1", "flowFile": "flows.json", "functionExternalModules": True,
        "logging": {"console": {"level": "warn"}}, "externalModules": {"autoInstall": False},
        "diagnostics": {"enabled": False}, "telemetry": {"enabled": False},
    }  # fmt: skip
    (directory / "settings.js").write_text(f"module.exports = {json.dumps(settings)};")
    wanted = {"pg": "*", "node-red-contrib-influxdb": "*"}
    (directory / "package.json").write_text(
        json.dumps({"name": "flow", "version": "1.0.0", "dependencies": wanted})
    )
    nodes = _nodes(kind, mqtt_port, influx_port, database)
    (directory / "flows.json").write_text(json.dumps(nodes))


def _nodes(kind: str, mqtt_port: int, influx_port: int, database: str) -> list[dict[str, Any]]:
    to_influx = kind != "pg"
    nodes: list[dict[str, Any]] = [
        {"id": "tab", "type": "tab", "label": "telemetry"},
        {
            "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(mqtt_port), "clientid": "flow",
            "autoConnect": True, "protocolVersion": "4", "keepalive": "60", "cleansession": True,
        },
        {
            "id": "in", "type": "mqtt in", "z": "tab", "x": 100, "y": 100, "topic": "lantu/#", "qos": "1",
            "datatype": "json", "broker": "broker", "wires": [["rule"]],
        },
        {
            "id": "rule", "type": "function", "z": "tab", "x": 300, "y": 100, "func": RULE + BODIES[kind], "outputs": 2,
            "initialize": "" if to_influx else f"context.set('pool', new pg.Pool({{connectionString: '{database}', max: 10}}));",
            "libs": [] if to_influx else [{"var": "pg", "module": "pg"}],
            "wires": [["store"] if to_influx else [], ["tell"]],
        },
        {
            "id": "tell", "type": "mqtt out", "z": "tab", "x": 500, "y": 160, "topic": "", "qos": "0", "broker": "broker",
            "wires": [],
        },
    ]  # fmt: skip
    if to_influx:
        nodes += [
            {
                "id": "influx", "type": "influxdb", "hostname": "127.0.0.1", "port": str(influx_port), "protocol": "http",
                "database": "city", "usetls": False, "influxdbVersion": "1.x",
            },
            {
                "id": "store", "type": "influxdb out" if kind == "influx" else "influxdb batch", "z": "tab", "x": 500, "y": 100,
                "influxdb": "influx", "measurement": "telemetry", "precision": "ms", "database": "city", "wires": [],
            },
        ]  # fmt: skip
    return nodes
