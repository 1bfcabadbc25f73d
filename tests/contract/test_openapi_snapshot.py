"""The API is a promise to others: a change of it is seen in review, never by accident.

Renew the snapshot with ``LANTU_REGENERATE=1 pytest tests/contract/test_openapi_snapshot.py`` and read the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lantu.site.api import api

SNAPSHOT = Path(__file__).with_name("openapi.json")


def promise() -> dict[str, Any]:
    """What others lean on: operations, their parameters, bodies and answers; not prose."""
    from ninja.responses import NinjaJSONEncoder

    document = json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder, sort_keys=True))
    operations: dict[str, Any] = {}
    for path, verbs in sorted(document["paths"].items()):
        for verb, operation in sorted(verbs.items()):
            operations[f"{verb.upper()} {path}"] = {
                "parameters": sorted(
                    f"{p['in']} {p['name']}{'' if p.get('required') else '?'}"
                    for p in operation.get("parameters", [])
                ),
                "body": sorted(operation.get("requestBody", {}).get("content", {})),
                "answers": sorted(operation.get("responses", {})),
            }
    return operations


def test_the_api_is_what_was_promised() -> None:
    now = promise()
    if os.environ.get("LANTU_REGENERATE"):
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_operation_says_what_it_does() -> None:
    undescribed = []
    for path, verbs in api.get_openapi_schema()["paths"].items():
        for verb, operation in verbs.items():
            if not operation.get("description") and operation.get("summary", "").isascii():
                undescribed.append(f"{verb.upper()} {path}")
    assert undescribed == []
