"""``POST /telemetry``: who may send for which device, and a receipt for every record."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.token import PREFIX, hash_token, token_matches
from lantu.monitoring.ingest.decode import check_record, loose_json, storable
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.fairness import UNKNOWN
from lantu.monitoring.ingest.held_back import buckets_of, limits
from lantu.monitoring.ingest.memory import load_registry, registry_version, to_ms
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
        raise Denied(
            "accounts.no_right", _("您没有“代设备上报读数”的权限。"), remedy=_("请使用设备口令上报。")
        )
    registry = _registry()
    devices = _senders(records, own)
    outgoing: list[Outgoing] = []
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
        outgoing.append(Outgoing(index, device, kept, size))
        problems = check_record(registry, _as_delivery(device, kept, now))
        receipts.append(
            {
                "index": index,
                "status": "quarantined" if problems else "accepted",
                "reason": problems[0].reason if problems else "",
                "detail": storable("; ".join(problem.detail for problem in problems))[:300],
            }
        )
    outgoing = _within_share(registry, outgoing, receipts, now)
    if outgoing:
        submit([(item.device.project.code, item.device.code, item.record) for item in outgoing])
    counts = {name: sum(receipt["status"] == name for receipt in receipts) for name in STATUSES}
    return {**counts, "records": receipts}


class Outgoing(NamedTuple):
    """A record on its way into the stream."""

    number: int
    device: Device
    record: Any
    size: int


class TooFast(Refused):
    """Everything that was sent is beyond the device's share; ``retry_s`` says when the same would fit."""

    status = 429

    def __init__(self, retry_s: int) -> None:
        super().__init__(
            "monitoring.rate_limited",
            _("发送过快：超出本设备的份额，全部未接收。"),
            remedy=_("请在 %(seconds)d 秒后重发，并按登记周期上报。") % {"seconds": retry_s},
        )
        self.retry_s = retry_s


def _within_share(
    registry: Registry, outgoing: list[Outgoing], receipts: list[dict[str, Any]], now: datetime
) -> list[Outgoing]:
    """Leave out what is beyond a device's share, and say so in its receipt. Raises TooFast when nothing is left."""
    known = [registry.by_code.get(item.device.code) for item in outgoing]
    if limits().off or not outgoing:
        return outgoing
    place = np.array([UNKNOWN if one is None else one.index for one in known], np.int64)
    size = np.array([item.size for item in outgoing], np.int64)
    buckets = buckets_of(registry)
    with _share_lock:
        held = buckets.over(place, np.full(len(outgoing), to_ms(now), np.int64), size)
    if held is None:
        return outgoing
    for item, beyond in zip(outgoing, held.tolist(), strict=True):
        if beyond:
            receipts[item.number] |= {
                "status": "rejected", "reason": Reason.RATE_LIMITED.value, "detail": "beyond the device's share",
            }  # fmt: skip
    passed = [item for item, beyond in zip(outgoing, held.tolist(), strict=True) if not beyond]
    if not passed and len(outgoing) == len(receipts):
        slowest = float(buckets.rate[place[held]].min()) * 1000
        raise TooFast(min(max(math.ceil(len(outgoing) / slowest), 1), 3600))
    return passed


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
            "monitoring.body_too_large", _("请求体超过 1 MB。"), remedy=_("请分批上报。"), status=413
        )
    try:
        document = loose_json(body)
    except ValueError as error:
        raise Unacceptable(
            "monitoring.bad_json",
            _("请求体不是合法的 JSON：%(why)s") % {"why": str(error)[:120]},
            remedy=_("请用 UTF-8 编码的 JSON。"),
            status=422,
        ) from error
    records = document if isinstance(document, list) else [document]
    if not records or len(records) > MAX_RECORDS:
        raise Unacceptable(
            "monitoring.record_count",
            _("一次上报 1 到 %(most)d 条，本次 %(n)d 条。") % {"most": MAX_RECORDS, "n": len(records)},
            remedy=_("请分批上报。"),
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


_share_lock = threading.Lock()
_known: list[Registry] = []


def _registry() -> Registry:
    """The registry as of now, kept between requests while its version stands."""
    if not _known or _known[0].version != registry_version():
        _known[:] = [load_registry()]
    return _known[0]
