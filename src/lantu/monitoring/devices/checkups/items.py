"""What a check-up looks at, item by item. Pure: numbers in, verdicts with their words and remedies out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lantu.core.sentences import retell
from lantu.monitoring.devices.checkups import words
from lantu.monitoring.telemetry.models import Reason

PASS, WARN, FAIL, NONE = "pass", "warn", "fail", "none"
ORDER = {NONE: 0, PASS: 0, WARN: 1, FAIL: 2}
# Shares and times below which an item is no longer kept (mark D: choices of this platform).
COMPLETE, ENOUGH = 0.95, 0.75
IN_RANGE, NEARLY_IN_RANGE = 0.999, 0.99
SKEW_S, SKEW_FAIL_S = 120.0, 300.0
FLAT_READINGS = 120
TOKEN_DAYS = 365
CALIBRATION_DAYS = 30


@dataclass(frozen=True)
class ChannelSeen:
    """A channel over the window: how many readings, how many were expected, how many carried a mark, the flat run."""

    key: str
    label: str
    readings: int
    expected: float
    marked: int
    flat: int
    discrete: bool = False


@dataclass(frozen=True)
class Seen:
    """Everything known of a device over the window."""

    code: str
    since: datetime
    until: datetime
    today: date
    period_s: int
    last_seen_at: datetime | None
    channels: tuple[ChannelSeen, ...]
    quarantined: Mapping[str, int]
    sources: tuple[str, ...]
    skew_s: float | None
    twin_of: str
    token_issued_at: datetime | None
    calibrated_until: date | None
    missing_facts: tuple[str, ...]
    missing_fields: tuple[str, ...]
    exempt_reason: str = ""
    mn: str = ""
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One line of the report. ``rows``: which list shows the rows behind it (resolved to an address by the page)."""

    key: str
    verdict: str
    found: str
    remedy: str = ""
    rows: str = ""

    @property
    def label(self) -> Any:
        return words.LABELS[self.key]


@dataclass(frozen=True)
class Checkup:
    """A device's report; its verdict is that of its worst item."""

    seen: Seen
    items: tuple[Item, ...] = field(default_factory=tuple)

    @property
    def verdict(self) -> str:
        worst = max((ORDER[item.verdict] for item in self.items), default=0)
        return (PASS, WARN, FAIL)[worst]

    @property
    def bad(self) -> list[Item]:
        """What does not conform, worst first."""
        return sorted((i for i in self.items if ORDER[i.verdict]), key=lambda item: -ORDER[item.verdict])


def examine(seen: Seen) -> Checkup:
    """All items in their order."""
    return Checkup(seen, tuple(check(seen) for check in CHECKS))


def _registered(seen: Seen) -> Item:
    if not seen.missing_fields:
        return Item("registered", PASS, _("部位、坐标、责任单位齐全"))
    return Item(
        "registered",
        WARN,
        _(words.LACKS_FIELDS) % {"fields": "、".join(seen.missing_fields)},
        _("请在设备页面“更正”中补全。"),
        "device",
    )


def _connected(seen: Seen) -> Item:
    if seen.exempt_reason:
        return Item("connected", NONE, _(words.EXEMPT) % {"why": seen.exempt_reason})
    if seen.last_seen_at is None:
        return Item(
            "connected",
            FAIL,
            _("从未上报"),
            _("请签发口令、写入设备，并核对主题 lantu/项目/设备/telemetry。"),
            "token",
        )
    quiet = (seen.until - seen.last_seen_at).total_seconds()
    if quiet <= 3 * seen.period_s:
        return Item("connected", PASS, _(words.HEARD) % {"seconds": max(quiet, 0)})
    if quiet <= 86_400:
        return Item(
            "connected",
            WARN,
            _(words.QUIET_MINUTES) % {"minutes": quiet // 60},
            _("请检查供电与网络。"),
            "device",
        )
    return Item(
        "connected",
        FAIL,
        _(words.QUIET_DAYS) % {"days": quiet / 86_400},
        _("请检查供电、网络与口令。"),
        "device",
    )


def _protocol(seen: Seen) -> Item:
    if seen.unmapped:
        return Item(
            "protocol",
            WARN,
            _(words.UNMAPPED) % {"mn": seen.mn, "codes": "、".join(seen.unmapped[:8])},
            _("请在设备的 HJ 212 设置里对照因子，或登记有该通道的类型。"),
            "device",
        )
    if seen.mn:
        return Item("protocol", PASS, _(words.BY_HJ212) % {"mn": seen.mn})
    if seen.sources:
        return Item("protocol", PASS, _(words.BY_WAYS) % {"ways": "、".join(seen.sources)})
    if any(channel.readings for channel in seen.channels):
        return Item("protocol", PASS, _("报文符合约定"))
    return Item("protocol", NONE, _("窗口内没有报文"))


def _period(seen: Seen) -> Item:
    known = [channel for channel in seen.channels if channel.expected >= 1]
    if not known or seen.exempt_reason:
        return Item("period", NONE, _("窗口短于一个上报周期"))
    worst = min(known, key=lambda channel: channel.readings / channel.expected)
    share = min(worst.readings / worst.expected, 1.0)
    found = _(words.PERIOD) % {
        "channel": retell(worst.label), "expected": worst.expected, "readings": worst.readings, "share": 100 * share,
    }  # fmt: skip
    if share >= COMPLETE:
        return Item("period", PASS, found)
    remedy = _(words.SET_PERIOD) % {"seconds": seen.period_s}
    return Item("period", WARN if share >= ENOUGH else FAIL, found, remedy, "readings")


def _range(seen: Seen) -> Item:
    taken, beyond = (
        sum(channel.readings for channel in seen.channels),
        seen.quarantined.get("out_of_range", 0),
    )
    if not taken + beyond:
        return Item("range", NONE, _("窗口内没有数值"))
    share = taken / (taken + beyond)
    found = _(words.IN_RANGE) % {
        "share": 100 * share,
        "beyond": beyond,
    }
    if share >= IN_RANGE:
        return Item("range", PASS, found)
    remedy = _("请核对传感器、接线和单位换算；确属量程登记有误的，请更正设备类型。")
    return Item("range", WARN if share >= NEARLY_IN_RANGE else FAIL, found, remedy, "quarantine:out_of_range")


def _units(seen: Seen) -> Item:
    wrong = seen.quarantined.get("wrong_unit", 0)
    if not wrong:
        return Item("units", PASS, _("没有单位不符的报文"))
    return Item(
        "units",
        FAIL,
        _(words.WRONG_UNIT) % {"count": wrong},
        _("请按登记的单位上报，平台不猜测换算。"),
        "quarantine:wrong_unit",
    )


def _clock(seen: Seen) -> Item:
    if seen.skew_s is None:
        return Item("clock", NONE, _("窗口内没有可比的接收时间"))
    ahead = seen.quarantined.get("future_time", 0)
    found = _(words.SKEW) % {"seconds": seen.skew_s}
    if abs(seen.skew_s) <= SKEW_S and not ahead:
        return Item("clock", PASS, found)
    bad = abs(seen.skew_s) > SKEW_FAIL_S or ahead
    return Item(
        "clock",
        FAIL if bad else WARN,
        found,
        _("请开启网络对时（NTP），时间戳用 Unix 毫秒。"),
        "quarantine:future_time",
    )


def _flat(seen: Seen) -> Item:
    stuck = [channel for channel in seen.channels if channel.flat >= FLAT_READINGS and not channel.discrete]
    if not stuck:
        return Item("flat", PASS, _("没有长时间不变的通道"))
    worst = max(stuck, key=lambda channel: channel.flat)
    found = _(words.FLAT) % {
        "channel": retell(worst.label),
        "count": worst.flat,
    }
    return Item("flat", WARN, found, _("请现场核对传感器是否卡滞、是否上报了缓存值。"), "readings")


def _twins(seen: Seen) -> Item:
    if not seen.twin_of:
        return Item("twins", PASS, _("没有与其他设备完全相同的数列"))
    return Item(
        "twins",
        FAIL,
        _(words.TWIN) % {"code": seen.twin_of},
        _("请核对是否一台设备用了两个编码，或数据被复制。"),
        f"device:{seen.twin_of}",
    )


def _marks(seen: Seen) -> Item:
    taken, marked = sum(c.readings for c in seen.channels), sum(c.marked for c in seen.channels)
    if not taken:
        return Item("marks", NONE, _("窗口内没有数值"))
    share = marked / taken
    found = _(words.MARKED) % {"share": 100 * share}
    if share <= 1 - COMPLETE:
        return Item("marks", PASS, found)
    return Item("marks", WARN, found, _("请尽快结束维护或更换故障部件。"), "readings")


def _quarantine(seen: Seen) -> Item:
    counts = {reason: count for reason, count in seen.quarantined.items() if count}
    if not counts:
        return Item("quarantine", PASS, _("没有被隔离的报文"))
    total = sum(counts.values())
    reasons = "、".join(
        _(words.OF_REASON) % {"reason": _reason(reason), "count": count}
        for reason, count in sorted(counts.items(), key=lambda pair: -pair[1])
    )
    return Item(
        "quarantine",
        WARN if total < 10 else FAIL,
        _(words.QUARANTINED) % {"total": total, "reasons": reasons},
        _("请按隔离原因逐项更正，改好后可重放。"),
        "quarantine:",
    )


def _reason(code: str) -> str:
    return str(Reason(code).label) if code in Reason.values else code


def _rate(seen: Seen) -> Item:
    held = seen.quarantined.get("rate_limited", 0)
    if not held:
        return Item("rate", PASS, _("没有超出约定速率"))
    return Item(
        "rate",
        FAIL,
        _(words.TOO_FAST) % {"count": held},
        _("请按登记周期上报；补报历史数据请放慢。"),
        "quarantine:rate_limited",
    )


def _calibration(seen: Seen) -> Item:
    until = seen.calibrated_until
    if not seen.channels:
        return Item("calibration", NONE, _("不测量数值，无须检定"))
    if until is None:
        return Item("calibration", WARN, _("没有登记检定有效期"), _("请上传检定证书并登记有效期。"), "device")
    if until < seen.today:
        return Item(
            "calibration",
            FAIL,
            _(words.CALIBRATION_OVER) % {"day": until},
            _("请送检；过期期间的数据仅供参考。"),
            "device",
        )
    if until - seen.today <= timedelta(days=CALIBRATION_DAYS):
        return Item(
            "calibration", WARN, _(words.CALIBRATION_ENDS) % {"day": until}, _("请安排送检。"), "device"
        )
    return Item("calibration", PASS, _(words.CALIBRATED) % {"day": until})


def _token(seen: Seen) -> Item:
    if seen.token_issued_at is None:
        if seen.mn or any(channel.readings for channel in seen.channels):
            return Item("token", PASS, _("经网关接入，不用口令"))
        return Item("token", FAIL, _("没有签发口令"), _("请在设备页面签发口令。"), "token")
    days = (seen.until - seen.token_issued_at).days
    if days > TOKEN_DAYS:
        return Item("token", WARN, _(words.TOKEN_OLD) % {"days": days}, _("请换发口令。"), "token")
    return Item("token", PASS, _(words.TOKEN_AGE) % {"days": max(days, 0)})


def _facts(seen: Seen) -> Item:
    if not seen.missing_facts:
        return Item("facts", PASS, _("规则需要的参数齐全"))
    return Item(
        "facts",
        FAIL,
        _(words.LACKS_FACTS) % {"facts": "、".join(seen.missing_facts)},
        _("请按设计文件在“更正”中填写现场参数。"),
        "device",
    )


CHECKS: tuple[Callable[[Seen], Item], ...] = (
    _registered, _connected, _protocol, _period, _range, _units, _clock, _flat, _twins, _marks, _quarantine, _rate,
    _calibration, _token, _facts,
)  # fmt: skip
