"""The factor table as people write it: one “code = channel unit” per line or between semicolons."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_LINE = re.compile(r"([^\s=]{1,24})\s*=\s*([A-Za-z0-9_]{1,40})(?:\s+(\S{1,20}))?")
_UNITS = {
    "ug/m3": "µg/m³",
    "μg/m³": "µg/m³",
    "μg/m3": "µg/m³",
    "µg/m3": "µg/m³",
    "mg/m3": "mg/m³",
    "ng/m3": "ng/m³",
}
MOST = 100


def read_factor_lines(text: str) -> dict[str, dict[str, str]]:
    """“a34002 = pm10 mg/m³” per line → {"a34002": {"channel": "pm10", "unit": "mg/m³"}}. Raises ValueError naming the line."""
    factors: dict[str, dict[str, str]] = {}
    for line in (part.strip() for part in re.split(r"[\n;；]", text)):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None or len(factors) >= MOST:
            raise ValueError(
                _("看不懂“%(line)s”，应写作：因子 = 通道 单位，如 a34002 = pm10 mg/m³") % {"line": line[:60]}
            )
        code, channel, unit = found.groups()
        factors[code] = {"channel": channel} | ({"unit": _UNITS.get(unit, unit)} if unit else {})
    return factors


def write_factor_lines(factors: dict[str, dict[str, str]]) -> str:
    """The table as lines."""
    return "\n".join(
        f"{code} = {entry['channel']} {entry.get('unit', '')}".strip() for code, entry in factors.items()
    )
