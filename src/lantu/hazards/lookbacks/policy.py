"""Which closed hazards are looked at again, and when. A choice of this platform: workflows §4.0 leaves it open."""

from __future__ import annotations

import hashlib

WINDOWS_DAYS = (30, 90)
# Grade → window → share in percent; 100 is mandatory.
SHARES: dict[int, dict[int, int]] = {
    4: {30: 100, 90: 100},
    3: {30: 100, 90: 20},
    2: {30: 20, 90: 10},
    1: {30: 5, 90: 0},
}


def drawn(hazard_id: int, window_days: int, share_pct: int) -> bool:
    """Whether chance picks this hazard: the same answer for ever, so that nobody can draw again."""
    if share_pct >= 100:
        return True
    digest = hashlib.sha256(f"look-back:{hazard_id}:{window_days}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < share_pct
