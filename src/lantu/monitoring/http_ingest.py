"""``POST /telemetry``: who may send for which device, and a receipt for every record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.accounts.permissions import may
from lantu.core.refusals import Denied, Unacceptable
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.token import PREFIX, hash_token, token_matches
from lantu.monitoring.ingest.decode import check_record, loose_json, storable
from lantu.monitoring.ingest.memory import load_registry, registry_version, to_ms
from lantu.monitoring.ingest.reader import Delivery
from lantu.monitoring.ingest.registry import Registry, subject_of
from lantu.monitoring.ingest.services import submit
from lantu.monitoring.ingest.stream import MAX_MESSAGE_BYTES
from lantu.monitoring.telemetry.models import Reason

MAX_BODY = 1024 * 1024
MAX_RECORDS = 5_000
CONTRACT = ("ts", "values", "units", "flags")
STATUSES = ("accepted", "quarantined", "rejected")


@dataclass(frozen=True)
class DeviceCaller:
    """A device that showed its own token."""

    device: Device
    is_authenticated: bool = True
    is_active: bool = True


def device_of_token(token: str) -> DeviceCaller | None:
    """The device whose token this is; None for any other bearer."""
    if not token.startswith(PREFIX):
        return None
    device = Device.objects.select_related("project").filter(token_hash=hash_token(token)).first()
    return DeviceCaller(device) if device is not None and token_matches(device, token) else None


def accept(body: bytes, *, caller: Any, now: datetime) -> dict[str, Any]:
    """Check every record, put all that belong to a known device into the stream, and say what will become of each.

    Records with faults go into the stream too: the worker keeps their good values and quarantines the rest with
    the same reasons (“quarantined”). Only a record that names no device of the caller's, or is larger than the
    stream's message may be, is refused here (“rejected”). Raises Unacceptable for a body that is no JSON, Denied when
    the caller may not send at all, Refused (503) when the stream is away.
    """
    records = _records(body)
    own = caller.device if isinstance(caller, DeviceCaller) else None
    if own is None and not may(caller, "monitoring.send_telemetry"):
        raise Denied("accounts.no_right", "您没有“代设备上报读数”的权限。", remedy="请使用设备口令上报。")
    registry = _registry()
    devices = _senders(records, own)
    outgoing: list[tuple[str, str, Any]] = []
    receipts: list[dict[str, Any]] = []
    for index, record in enumerate(records):
        code = own.code if own is not None else ""
        if isinstance(record, dict):
            code = record.get("device", code)
        device = devices.get(code) if isinstance(code, str) else None
        refusal = _refusal(device, own, caller)
        if device is None or refusal:
            detail = storable(f"device = {str(code)[:60]}")
            receipts.append({"index": index, "status": "rejected", "reason": refusal, "detail": detail})
            continue
        kept = {key: record[key] for key in CONTRACT if key in record} if isinstance(record, dict) else record
        size = len(json.dumps(kept, separators=(",", ":")))
        if size > MAX_MESSAGE_BYTES:
            detail = f"{size} bytes, {MAX_MESSAGE_BYTES} allowed"
            receipts.append(
                {"index": index, "status": "rejected", "reason": Reason.TOO_LARGE.value, "detail": detail}
            )
            continue
        outgoing.append((device.project.code, device.code, kept))
        problems = check_record(registry, _as_delivery(device, kept, now))
        receipts.append(
            {
                "index": index,
                "status": "quarantined" if problems else "accepted",
                "reason": problems[0].reason if problems else "",
                "detail": storable("; ".join(problem.detail for problem in problems))[:300],
            }
        )
    if outgoing:
        submit(outgoing)
    counts = {name: sum(receipt["status"] == name for receipt in receipts) for name in STATUSES}
    return {**counts, "records": receipts}


def _refusal(device: Device | None, own: Device | None, caller: Any) -> str:
    """Why this caller may not send for this device; empty when it may."""
    if device is None:
        return "unknown_device"
    if own is not None:
        return "" if device.pk == own.pk else "wrong_device"
    return "" if may(caller, "monitoring.send_telemetry", device.project) else "unknown_device"


def _records(body: bytes) -> list[Any]:
    if len(body) > MAX_BODY:
        raise Unacceptable(
            "monitoring.body_too_large", "请求体超过 1 MB。", remedy="请分批上报。", status=413
        )
    try:
        document = loose_json(body)
    except ValueError as error:
        raise Unacceptable(
            "monitoring.bad_json",
            f"请求体不是合法的 JSON：{str(error)[:120]}",
            remedy="请用 UTF-8 编码的 JSON。",
            status=422,
        ) from error
    records = document if isinstance(document, list) else [document]
    if not records or len(records) > MAX_RECORDS:
        raise Unacceptable(
            "monitoring.record_count",
            f"一次上报 1 到 {MAX_RECORDS} 条，本次 {len(records)} 条。",
            remedy="请分批上报。",
        )
    return records


def _senders(records: list[Any], own: Device | None) -> dict[str, Device]:
    codes = {record.get("device") for record in records if isinstance(record, dict)}
    wanted = {code for code in codes if isinstance(code, str) and "\x00" not in code}
    found = {
        device.code: device for device in Device.objects.select_related("project").filter(code__in=wanted)
    }
    if own is not None:
        found[own.code] = own
    return found


def _as_delivery(device: Device, record: Any, now: datetime) -> Delivery:
    payload = json.dumps(record).encode()
    return Delivery(0, to_ms(now), subject_of(device.project.code, device.code), None, payload)


_known: list[Registry] = []


def _registry() -> Registry:
    """The registry as of now, kept between requests while its version stands."""
    if not _known or _known[0].version != registry_version():
        _known[:] = [load_registry()]
    return _known[0]
