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

MAX_BODY = 1024 * 1024
MAX_RECORDS = 5_000


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
    the same reasons. Only a record that names no device of the caller's is refused here. Raises Unacceptable for a
    body that is no JSON, Denied when the caller may not send at all, Refused (503) when the stream is away.
    """
    records = _records(body)
    own = caller.device if isinstance(caller, DeviceCaller) else None
    if own is None and not may(caller, "monitoring.send_telemetry"):
        raise Denied("accounts.no_right", "您没有“代设备上报读数”的权限。", remedy="请使用设备口令上报。")
    registry = _registry()
    devices = _senders(records, own)
    outgoing: list[tuple[str, str, dict[str, Any]]] = []
    receipts: list[dict[str, Any]] = []
    for index, record in enumerate(records):
        code = record.get("device", own.code if own else None) if isinstance(record, dict) else None
        device = devices.get(code) if isinstance(code, str) else None
        reason, detail = "", ""
        if device is None:
            reason, detail = "unknown_device", f"device = {str(code)[:60]}"
        elif own is not None and device.pk != own.pk:
            reason, detail = "wrong_device", "a device token may send for its own device only"
        elif own is None and not may(caller, "monitoring.send_telemetry", device.project):
            reason, detail = "unknown_device", f"device = {str(code)[:60]}"
        else:
            assert isinstance(record, dict)
            kept = {key: value for key, value in record.items() if key in ("ts", "values", "units")}
            problems = check_record(registry, _as_delivery(device, kept, now))
            reason = problems[0].reason if problems else ""
            detail = "; ".join(problem.detail for problem in problems)[:300]
            outgoing.append((device.project.code, device.code, kept))
        receipts.append(
            {"index": index, "status": "quarantined" if reason else "accepted", "reason": reason, "detail": storable(detail)}
        )
    if outgoing:
        submit(outgoing)
    refused = sum(1 for receipt in receipts if receipt["status"] != "accepted")
    return {"accepted": len(receipts) - refused, "quarantined": refused, "records": receipts}


def _records(body: bytes) -> list[Any]:
    if len(body) > MAX_BODY:
        raise Unacceptable("monitoring.body_too_large", "请求体超过 1 MB。", remedy="请分批上报。", status=413)
    try:
        document = loose_json(body)
    except ValueError as error:
        raise Unacceptable(
            "monitoring.bad_json", f"请求体不是合法的 JSON：{str(error)[:120]}", remedy="请用 UTF-8 编码的 JSON。", status=422
        ) from error
    records = document if isinstance(document, list) else [document]
    if not records or len(records) > MAX_RECORDS:
        raise Unacceptable(
            "monitoring.record_count", f"一次上报 1 到 {MAX_RECORDS} 条，本次 {len(records)} 条。", remedy="请分批上报。"
        )
    return records


def _senders(records: list[Any], own: Device | None) -> dict[str, Device]:
    codes = {record.get("device") for record in records if isinstance(record, dict)}
    wanted = {code for code in codes if isinstance(code, str) and "\x00" not in code}
    found = {device.code: device for device in Device.objects.select_related("project").filter(code__in=wanted)}
    if own is not None:
        found[own.code] = own
    return found


def _as_delivery(device: Device, record: dict[str, Any], now: datetime) -> Delivery:
    payload = json.dumps(record).encode()
    return Delivery(0, to_ms(now), subject_of(device.project.code, device.code), None, payload)


_known: list[Registry] = []


def _registry() -> Registry:
    """The registry as of now, kept between requests while its version stands."""
    if not _known or _known[0].version != registry_version():
        _known[:] = [load_registry()]
    return _known[0]
